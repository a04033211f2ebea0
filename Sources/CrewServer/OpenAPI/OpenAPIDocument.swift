import CrewKit
import HTTPTypes

/// The description of the whole server as an OpenAPI 3.1 document, made of its endpoints.
struct OpenAPIDocument {
    private let operations: [String: Operation]
    private let options: ServerOptions
    private var problems = ProblemAnswers()
    private var paths = JSONObject()

    init(of endpoints: [Endpoint], options: ServerOptions) {
        operations = Operations.all(options.limits)
        self.options = options
        for endpoint in endpoints { add(endpoint) }
    }

    /// HEAD and OPTIONS follow from the others, and are told of in the introduction only.
    static func isDescribed(_ method: HTTPRequest.Method) -> Bool {
        method != .head && method != .options
    }

    /// The description of an endpoint. Where any method will do, that of GET counts for all.
    static func operation(
        for endpoint: Endpoint, in operations: [String: Operation]
    ) -> Operation? {
        if let own = operations["\(endpoint.method.rawValue) \(endpoint.path)"] { return own }
        guard var shared = operations["* \(endpoint.path)"] else { return nil }
        guard endpoint.method != .get else { return shared }
        shared.id +=
            "By\(endpoint.method.rawValue.prefix(1))\(endpoint.method.rawValue.dropFirst().lowercased())"
        shared.summary = "The same as GET."
        return shared
    }

    private mutating func add(_ endpoint: Endpoint) {
        guard Self.isDescribed(endpoint.method),
            let operation = Self.operation(for: endpoint, in: operations)
        else { return }
        var methods = paths[endpoint.path]?.object ?? [:]
        methods[endpoint.method.rawValue.lowercased()] = json(of: operation, endpoint)
        paths[endpoint.path] = .object(methods)
    }

    private mutating func json(of operation: Operation, _ endpoint: Endpoint) -> JSONValue {
        var members: JSONObject = [
            "operationId": .string(operation.id), "tags": [.string(operation.tag.rawValue)],
            "summary": .string(operation.summary),
        ]
        if !operation.details.isEmpty { members["description"] = .string(operation.details) }
        if !operation.parameters.isEmpty {
            members["parameters"] = .array(operation.parameters.map(\.json))
        }
        members["requestBody"] = operation.body?.json
        var answers = problems.answers(of: operation, needs: endpoint.needs, path: endpoint.path)
        for answer in operation.answers {
            let refusal = answers[answer.status]?["$ref"]?.string.flatMap(problems.content)
            answers[answer.status] = answer.json(or: refusal)
        }
        members["responses"] = .object(
            JSONObject(answers.sorted { $0.key < $1.key }.map { (String($0.key), $0.value) }))
        members["security"] = security(endpoint.needs)
        return .object(members)
    }

    /// Scopes are told also where keys are not asked for.
    private func security(_ scope: AccessScope?) -> JSONValue {
        guard let scope else { return [] }
        let key: JSONValue = ["key": [.string(scope.rawValue)]]
        return options.asksForKeys ? [key] : [key, [:]]
    }

    var json: JSONValue {
        [
            "openapi": "3.1.1",
            "info": [
                "title": "crew serve", "version": .string(options.version),
                "summary": "Runs teams of language-model agents.",
                "description": .string(Self.introduction),
                "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(Operation.Tag.allCases.map { ["name": .string($0.rawValue)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(Schemas.all), "headers": OpenAPIHeaders.components,
                "responses": .object(problems.components),
                "securitySchemes": [
                    "key": [
                        "type": "http", "scheme": "bearer",
                        "description": .string(Self.scopes),
                    ]
                ],
            ],
        ]
    }

    private static let introduction = """
        What is refused is answered with a problem document (RFC 9457) whose `code` stays the same \
        between versions. Bodies under /v1 are JSON objects; a member or parameter that is not \
        described is refused, `null` counts as absent. Answers may get more members. Every GET under \
        /v1 has a HEAD, every path OPTIONS; another method is answered with 405 and \
        `method_not_allowed`.
        """

    private static let scopes =
        "Needed where the server has keys. Scopes: "
        + AccessScope.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        + "; each operation says which one it takes, and `admin` holds all."
}
