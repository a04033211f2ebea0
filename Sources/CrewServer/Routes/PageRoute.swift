import CrewKit
import Hummingbird
import NIOCore

/// `/`: the page on which people talk with a crew.
struct PageRoute: Sendable {
    private let crews: ServedCrews
    private let options: ServerOptions
    /// The page, cut where the facts of a crew go.
    private let pieces: [String]

    init(crews: ServedCrews, options: ServerOptions) {
        self.crews = crews
        self.options = options
        let page = String(decoding: PackageResources.index_html, as: UTF8.self)
        pieces = page.split(mark: "{{FACTS}}")
    }

    /// What the page knows of the crew with which it talks, and that there are others.
    private func facts(of crew: ServedCrew) -> String {
        let definition = crew.runner.crew.definition
        let names = crew.agentNames.map { ($0.key.rawValue, JSONValue.string($0.value)) }
        let facts: JSONValue = [
            "id": .string(crew.id),
            "crew": .string(definition.name),
            "description": .string(definition.description),
            "model": .string(crew.modelDescription),
            "scripted": .bool(crew.isScripted),
            "agents": .object(JSONObject(names.sorted { $0.0 < $1.0 })),
            "examples": .array(options.examples.map { .string($0) }),
            "maxCharacters": .integer(options.limits.maxQueryCharacters),
            "crews": .array(
                crews.all.map { ["id": .string($0.id), "name": .string($0.runner.name)] }),
        ]
        // A `<` inside JSON text could end the element that holds it.
        return facts.text.split(separator: "<", omittingEmptySubsequences: false)
            .joined(separator: "\\u003c")
    }

    /// The crew that the address names; the first one where it names none of these.
    private func crew(of request: Request) -> ServedCrew {
        // A page for people: an address that cannot be read leads to the first crew.
        let word = (try? QueryString(request.uri.query).value(of: "crew")) ?? nil
        return crews.all.first { $0.id == word } ?? crews.first
    }

    func respond(to request: Request) -> Response {
        let page = pieces.joined(separator: facts(of: crew(of: request)))
        let nonce = options.makeNonce()
        let policy =
            "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; "
            + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(
                byteBuffer: ByteBuffer(
                    string: page.split(mark: "{{NONCE}}").joined(separator: nonce))))
    }
}

extension String {
    /// The parts between the occurrences of a mark.
    fileprivate func split(mark: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: mark) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
