import CrewKit
import Hummingbird
import NIOCore

/// `/`: the page on which people talk with the crew.
struct PageRoute: Sendable {
    /// The page, cut where each answer's own nonce goes.
    private let pieces: [String]
    private let makeNonce: @Sendable () -> String

    init(crew: ValidatedCrew, options: ServerOptions) {
        let facts: JSONValue = [
            "crew": .string(crew.name),
            "description": .string(crew.definition.description),
            "model": .string(options.modelDescription),
            "scripted": .bool(options.isScripted),
            "agents": .object(
                JSONObject(crew.allAgents.map { ($0.id.rawValue, .string($0.definition.name)) })),
            "examples": .array(options.examples.map { .string($0) }),
            "maxCharacters": .integer(options.limits.maxQueryCharacters),
        ]
        // A `<` inside JSON text could end the element that holds it.
        let json = facts.text.split(separator: "<", omittingEmptySubsequences: false)
            .joined(separator: "\\u003c")
        let page = String(decoding: PackageResources.index_html, as: UTF8.self)
        pieces = page.split(mark: "{{FACTS}}").joined(separator: json).split(mark: "{{NONCE}}")
        makeNonce = options.makeNonce
    }

    func respond() -> Response {
        let nonce = makeNonce()
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
            body: ResponseBody(byteBuffer: ByteBuffer(string: pieces.joined(separator: nonce))))
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
