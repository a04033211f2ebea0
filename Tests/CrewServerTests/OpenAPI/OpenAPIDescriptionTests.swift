import CrewKit
import HTTPTypes
import Testing

@testable import CrewServer

@Suite("The description of the server", .timeLimit(.minutes(5)))
struct OpenAPIDescriptionTests {
    @Test("Whoever adds a route describes it")
    func complete() async throws {
        let endpoints = try routes()
        let operations = Operations.all(RequestLimits())
        let missing = endpoints.filter {
            OpenAPIDocument.isDescribed($0.method)
                && OpenAPIDocument.operation(for: $0, in: operations) == nil
        }
        #expect(missing.map { "\($0.method) \($0.path)" } == [])
        let known = Set(endpoints.flatMap { ["\($0.method) \($0.path)", "* \($0.path)"] })
        #expect(operations.keys.filter { !known.contains($0) } == [], "described, and not there")
    }

    @Test("Every name in a path is a parameter, every reference leads somewhere, ids are unique")
    func wellFormed() async throws {
        let document = try await self.document()
        #expect(document["openapi"]?.string?.hasPrefix("3.1.") == true)
        let operations = DescribedOperation.all(in: document)
        let ids = operations.compactMap { $0.json["operationId"]?.string }
        #expect(ids.count == operations.count && Set(ids).count == ids.count)
        for operation in operations {
            let names = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }
            let described = operation.parameters.filter { $0["in"] == "path" }
            #expect(
                Set(names.map { String($0.dropFirst().dropLast()) })
                    == Set(described.compactMap { $0["name"]?.string }), "\(operation.name)")
            #expect(operation.statuses.contains("400"), "\(operation.name)")
        }
        let check = JSONSchemaCheck(document: document)
        for reference in references(in: document) {
            #expect(check.resolved(["$ref": .string(reference)]) != .null, "\(reference)")
        }
    }

    @Test("Where keys are asked for, one is needed; where not, one may be left out")
    func keys() async throws {
        var fixture = ServerFixture([])
        let open = try await document(of: fixture)["paths"]?["/v1/runs"]?["get"]?["security"]
        #expect(open == [["key": ["read"]], [:]])
        let line = "ci sha256:\(String(repeating: "0", count: 64)) read"
        fixture.options.keys = try AccessKeys(file: nil, environment: line)
        let closed = try await document(of: fixture)["paths"]?["/v1/runs"]?["get"]?["security"]
        #expect(closed == [["key": ["read"]]])
    }

    @Test("What needs a scope says so, and may be refused without a key")
    func scopes() async throws {
        let document = try await self.document()
        for endpoint in try routes() where OpenAPIDocument.isDescribed(endpoint.method) {
            let word = endpoint.method.rawValue.lowercased()
            let operation = try #require(document["paths"]?[endpoint.path]?[word])
            let told = operation["security"]?.array?.first?["key"]?.array?.first?.string
            #expect(told == endpoint.needs?.rawValue, "\(endpoint.path)")
            let statuses = operation["responses"]?.object?.keys ?? []
            #expect(statuses.contains("401") == (endpoint.needs != nil), "\(endpoint.path)")
        }
    }

    private func routes() throws -> [Endpoint] {
        let fixture = ServerFixture([])
        let runner = try fixture.makeRunner()
        let crew = ServedCrew(
            id: "test", runner: runner, modelDescription: "", isScripted: true,
            loadedAt: fixture.options.now())
        let crews = try ServedCrews([crew])
        let streams = OpenStreams(limit: 1)
        let parts = RouteParts(
            streams: streams, requests: RecentRequests(options: fixture.options),
            figures: ServerFigures(options: fixture.options, streams: streams), watchers: [])
        let health = HealthRoute(
            crews: crews, options: fixture.options, streams: streams, watch: nil,
            startedAt: fixture.options.now())
        return Routes.endpoints(for: crews, options: fixture.options, health: health, parts)
    }

    private func document(of fixture: ServerFixture = ServerFixture([])) async throws -> JSONValue {
        try await fixture.serve { client, _ in
            try await client.json(.get, "/openapi.json").document
        }
    }

    private func references(in value: JSONValue) -> Set<String> {
        var found: Set<String> = []
        if let word = value["$ref"]?.string { found.insert(word) }
        for (_, member) in value.object ?? [:] { found.formUnion(references(in: member)) }
        for element in value.array ?? [] { found.formUnion(references(in: element)) }
        return found
    }
}
