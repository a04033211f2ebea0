import CrewKit
import HTTPTypes

/// The answers with which requests are refused: one for each status and the codes that it may have.
///
/// Equal ones are written once, among the components of the document.
struct ProblemAnswers {
    private(set) var components = JSONObject()

    /// What every operation may be refused with.
    private static func shared(
        of operation: Operation, needs: AccessScope?, path: String
    ) -> [CrewError.Code] {
        var codes: [CrewError.Code] = [
            .invalidInput, .foreignOrigin, .tooManyRequests, .internalError, .storeFailed,
            .shuttingDown, .notReady, .tooManyConnections, .requestTimeout, .uriTooLong,
            .headersTooLarge,
        ]
        if needs != nil { codes += [.unauthorized, .forbidden] }
        if path.contains("{") { codes.append(.notFound) }
        let isRead = operation.body != nil || operation.tag == .stream
        if isRead { codes += [.bodyTooLarge, .unsupportedMediaType] }
        return codes
    }

    /// The references to the refusals of an operation, by status.
    mutating func answers(
        of operation: Operation, needs: AccessScope?, path: String
    ) -> [Int: JSONValue] {
        let codes = Self.shared(of: operation, needs: needs, path: path) + operation.refusals
        let byStatus = Dictionary(grouping: codes) { ErrorResponse.kind(of: $0).status.code }
        return byStatus.reduce(into: [:]) { answers, group in
            let words = Array(Set(group.value.map(\.rawValue))).sorted()
            answers[group.key] = reference(to: words, status: group.key)
        }
    }

    /// What the refusal holds to which a reference leads.
    func content(at reference: String) -> JSONObject? {
        reference.split(separator: "/").last.flatMap { components[String($0)]?["content"]?.object }
    }

    private mutating func reference(to codes: [String], status: Int) -> JSONValue {
        let name = ([String(status)] + codes).joined(separator: ".")
        if components[name] == nil {
            components[name] = Self.response(status: status, codes: codes)
        }
        return ["$ref": .string("#/components/responses/\(name)")]
    }

    private static func response(status: Int, codes: [String]) -> JSONValue {
        // What else went wrong on the server's side has a code too, which is of no use to clients.
        let code: JSONValue =
            status == 500
            ? ["type": "string", "examples": .array(codes.map { .string($0) })]
            : Schema.words(codes)
        let titles = codes.map { ErrorResponse.kind(of: CrewError.Code($0)).title }
        let narrower: JSONValue = [
            "properties": ["status": ["const": .integer(status)], "code": code]
        ]
        return [
            "description": .string(Array(Set(titles)).sorted().joined(separator: "; ") + "."),
            "headers": OpenAPIHeaders.references(headers(of: status)),
            "content": [
                "application/problem+json": [
                    "schema": ["allOf": [Schema.reference("Problem"), narrower]]
                ]
            ],
        ]
    }

    private static func headers(of status: Int) -> [Operation.Header] {
        switch status {
        case 401: [.authenticate]
        case 405: [.allow]
        case 429, 503: [.retryAfter]
        default: []
        }
    }
}
