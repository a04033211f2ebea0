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
    private func facts(of crew: ServedCrew) -> JSONValue {
        let definition = crew.runner.crew.definition
        let names = crew.agentNames.map { ($0.key.rawValue, JSONValue.string($0.value)) }
        return [
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
    }

    /// What the page knows that does not know yet who reads it.
    private func factsForNobody() -> JSONValue {
        ["needsKey": true, "maxCharacters": .integer(options.limits.maxQueryCharacters)]
    }

    /// The crew that the address names; the first one where it names none of these.
    private func crew(of request: Request) -> ServedCrew {
        // A page for people: an address that cannot be read leads to the first crew.
        let word = (try? QueryString(request.uri.query).value(of: "crew")) ?? nil
        return crews.all.first { $0.id == word } ?? crews.first
    }

    func respond(to request: Request, _ caller: Caller) -> Response {
        let facts = caller.may(.read) ? facts(of: crew(of: request)) : factsForNobody()
        // A `<` inside JSON text could end the element that holds it.
        let text = facts.text.split(separator: "<", omittingEmptySubsequences: false)
            .joined(separator: "\\u003c")
        let page = pieces.joined(separator: text)
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
