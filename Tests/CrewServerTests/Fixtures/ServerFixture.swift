import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

import struct Foundation.Date

@testable import CrewServer

/// A crew, its scripted model and a server before both.
struct ServerFixture {
    var definition: CrewDefinition
    var options = ServerOptions()
    let model: ScriptedModel
    var maxActiveRuns = 100
    var tools = Toolbox()
    var store: any RunStore = InMemoryRunStore()
    /// The next run's number minus 1; another server on the same store goes on counting.
    let runs = Counter()

    /// A crew of one agent `a`, called An, that answers from a list.
    init(_ replies: [ScriptedModel.Reply]) {
        self.init(agents: [AgentDefinition(id: "a", name: "An")], ["a": replies])
    }

    init(
        agents: [AgentDefinition], routing: RoutingDefinition = RoutingDefinition(),
        _ replies: [AgentID: [ScriptedModel.Reply]]
    ) {
        definition = CrewDefinition(name: "test", agents: agents, routing: routing)
        model = ScriptedModel(replies)
        options.modelDescription = "scripted test model"
        options.isScripted = true
        options.now = { Date(timeIntervalSince1970: 1_800_000_000) }
        options.makeNonce = { "nonce" }
        let sessions = Counter()
        options.makeSessionID = { SessionID("session-\(sessions.next())") }
    }

    func makeRunner() throws -> CrewRunner {
        var options = RunnerOptions()
        options.activity = self.options.activity
        let runs = runs
        options.makeRunID = { RunID("run-\(runs.next())") }
        options.now = { Date(timeIntervalSince1970: 1_800_000_000) }
        options.maxActiveRuns = maxActiveRuns
        options.activity = self.options.activity
        options.admission = self.options.admission
        let crew = try definition.validated(tools: tools.names)
        let model = model
        let models = ModelSet(
            Dictionary(uniqueKeysWithValues: crew.allAgents.map { ($0.id, model) }),
            replacement: { _, name in
                guard name == "other" else { throw CrewError(.invalidInput, "no model '\(name)'") }
                return ModelChain(model)
            })
        return try CrewRunner(
            crew: crew, models: models, tools: tools, store: store, options: options)
    }

    /// The runner works and the server answers while the body runs.
    func serve<Value: Sendable>(
        _ setup: TestingSetup = .router,
        _ body: @Sendable (any TestClientProtocol, Serving) async throws -> Value
    ) async throws -> Value {
        let runner = try makeRunner()
        let server = try CrewHTTPServer(runner: runner, options: options, logger: Self.logger)
        let serving = Serving(runner: runner, server: server)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            defer { group.cancelAll() }
            return try await server.application.test(setup) { client in
                try await body(client, serving)
            }
        }
    }

    /// Everything that may be asked of a server of these crews.
    func endpoints(for crews: ServedCrews) -> [Endpoint] {
        let streams = OpenStreams(limit: 1)
        return Routes.endpoints(
            for: crews, options: options,
            health: HealthRoute(
                crews: nil, options: options, streams: streams, watch: nil,
                startedAt: options.now()),
            RouteParts(
                streams: streams, requests: RecentRequests(options: options),
                figures: ServerFigures(options: options, streams: streams), watchers: []))
    }

    struct Serving: Sendable {
        let runner: CrewRunner
        let server: CrewHTTPServer

        /// Waits until no stream is open; the test's time limit is the bound.
        func untilNobodyListens() async {
            while server.streams.count > 0 { await Task.yield() }
        }
    }

    static let logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()
}

extension HTTPFields {
    /// Fields by any name.
    init(_ fields: [String: String]) {
        self.init()
        for (name, value) in fields { self[named: name] = value }
    }
}

/// Counts from 1.
final class Counter: Sendable {
    private let value = Atomic(0)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

extension TestClientProtocol {
    /// Asks the crew and reads the whole stream.
    func ask(_ json: String) async throws -> [Frame] {
        let response = try await executeRequest(
            uri: "/api/crew/stream", method: .post, headers: [.contentType: "application/json"],
            body: ByteBuffer(string: json))
        #expect(response.status == .ok, "\(String(buffer: response.body))")
        return try Frame.all(in: response.body)
    }

    /// Asks for a document.
    func json(
        _ method: HTTPRequest.Method, _ uri: String, headers: HTTPFields = [:],
        body: String? = nil, _ status: HTTPResponse.Status = .ok,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> (headers: HTTPFields, document: JSONValue) {
        let response = try await executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        let text = String(buffer: response.body)
        #expect(response.status == status, "\(text)", sourceLocation: sourceLocation)
        return (response.headers, text.isEmpty ? .null : try JSONValue(parsing: text))
    }

    /// Starts a run and waits until it is at rest.
    func rest(_ json: String = #"{"input": "hi"}"#) async throws -> JSONValue {
        try await self.json(
            .post, "/v1/runs", headers: HTTPFields(["Prefer": "wait"]), body: json
        ).document
    }

    /// Asks for what must be refused and returns the problem document.
    func problem(
        _ method: HTTPRequest.Method = .post, _ uri: String = "/api/crew/stream",
        headers: HTTPFields = [:], body: String? = nil
    ) async throws -> (status: Int, headers: HTTPFields, document: JSONValue) {
        let response = try await executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        #expect(response.headers[.contentType] == "application/problem+json")
        let document = try JSONValue(parsing: String(buffer: response.body))
        #expect(document["status"]?.integer == response.status.code)
        return (response.status.code, response.headers, document)
    }
}
