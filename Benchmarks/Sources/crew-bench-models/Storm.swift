import CrewKit
import CrewProviders
import Foundation

/// Many runs at once against a server that refuses and fails a good part of the calls.
struct Storm {
    var keepsLimits = true
    var seed: UInt64 = 1
    private let runs = 200
    private let limits = EndpointLimits(concurrentCalls: 10, callsPerMinute: 240)
    private let retry = ModelRetryPolicy(attempts: 20)

    func blow() async throws {
        let clock = ContinuousClock()
        let server = try await StormServer.started(seed: seed)
        let start = clock.now
        let outcomes = try await withModelEndpoints { endpoints in
            let chain = try await chain(endpoints, server)
            return try await ends(of: chain)
        }
        let time = start.duration(to: clock.now)
        try await server.stop()
        print("runs: \(runs), limits: \(keepsLimits ? "10 at once, 240 a minute" : "none")")
        print("outcomes: \(outcomes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
        print("time: \(Int(time / .seconds(1))) s")
        server.report()
    }

    private func chain(
        _ endpoints: ModelEndpoints, _ server: StormServer
    ) async throws -> ModelChain {
        var reference = ModelReference(
            provider: "openai", model: "m", baseURL: "http://127.0.0.1:\(server.port)/v1")
        reference.limits = limits
        var link = try await endpoints.choose(reference).link(retry: retry)
        if !keepsLimits { link.gate = nil }
        return ModelChain([link])
    }

    private func ends(of chain: ModelChain) async throws -> [String: Int] {
        var definition = CrewDefinition(name: "storm", agents: [AgentDefinition(id: "a")])
        definition.settings.timeout = .seconds(900)
        let crew = try definition.validated(tools: [])
        let runner = try CrewRunner(crew: crew, models: ModelSet(chains: ["a": chain]))
        return try await runner.workingRuns {
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<runs {
                    group.addTask {
                        let run = try await runner.start(RunRequest("hi"))
                        let result = try await runner.result(of: run)
                        return result.text == StormServer.answer
                            ? "right" : "wrong: \(result.outcome)"
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
        }
    }
}
