import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import CrewServer

@Suite("Log of runs and requests")
struct RunLogTests {
    /// Keeps what is logged.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        func logger(_ level: Logger.Level) -> Logger {
            var logger = Logger(label: "test") { _ in Keeper(lines: self) }
            logger.logLevel = level
            return logger
        }
    }

    private struct Keeper: LogHandler {
        var logLevel = Logger.Level.info
        var metadata = Logger.Metadata()
        let lines: Lines

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let words = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.all.withLock {
                $0.append("\(event.level) \(event.message) \(words.joined(separator: " "))")
            }
        }
    }

    private func logged(
        _ replies: [ScriptedModel.Reply], _ level: Logger.Level, showsContent: Bool = false
    ) async throws -> [String] {
        let fixture = ServerFixture(replies)
        let stream = fixture.options.activity.observations()
        let lines = Lines()
        let log = RunLog(
            activity: RunActivity(), showsContent: showsContent, logger: lines.logger(level))
        let runner = try fixture.makeRunner()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            defer { group.cancelAll() }
            var request = RunRequest("my secret")
            request.origin = RunOrigin(
                requestID: "req", trace: TraceContext.of("any", isSampled: false))
            try await runner.start(request)
            for await seen in stream {
                log.write(seen)
                if case .event(let stored) = seen.item, case .runEnded = stored.event { break }
            }
            return lines.all.withLock { $0 }
        }
    }

    @Test(
        "A run's steps have lines with the ids of run, request and trace, and nothing that was said"
    )
    func steps() async throws {
        let lines = try await logged([.text("the answer")], .info)
        #expect(
            lines.map { $0.split(separator: " ")[1] } == [
                "run_started", "turn_started", "run_ended",
            ])
        #expect(lines.allSatisfy { $0.contains("request_id=req") && $0.contains("run_id=run-1") })
        #expect(lines.allSatisfy { $0.contains("trace_id=") })
        let more = try await logged([.text("the answer")], .debug)
        #expect(more.count == 5)
        #expect(!(lines + more).contains { $0.contains("secret") || $0.contains("answer") })
    }

    @Test("A failure is an error that names its code")
    func failures() async throws {
        let error = CrewError(.modelUnavailable, "no secret")
        let lines = try await logged([.failure(error)], .error)
        #expect(lines.map { $0.split(separator: " ").first } == ["error", "error"])
        #expect(lines.allSatisfy { $0.contains("code=model_unavailable") })
        #expect(!lines.contains { $0.contains("secret") })
    }

    @Test("What was said is written where that is asked for")
    func content() async throws {
        let lines = try await logged([.text("the answer")], .debug, showsContent: true)
        #expect(lines.contains { $0.contains("input=my secret") })
        #expect(lines.contains { $0.contains("text=the answer") })
    }

    @Test("A request has one line when it is answered; a probe has none")
    func access() async throws {
        let fixture = ServerFixture([])
        let lines = Lines()
        let runner = try fixture.makeRunner()
        let server = try CrewHTTPServer(
            runner: runner, options: fixture.options, logger: lines.logger(.info))
        try await server.application.test(.router) { client in
            for uri in ["/health", "/v1/runs?session_id=private", "/nothing/private"] {
                _ = try await client.executeRequest(
                    uri: uri, method: .get, headers: HTTPFields(["X-Request-ID": "mine"]), body: nil
                )
            }
        }
        let requests = lines.all.withLock { $0 }.filter { $0.hasPrefix("info request ") }
        #expect(requests.count == 2)
        #expect(requests.first?.contains("route=/v1/runs ") == true)
        #expect(requests.last?.contains("route=none ") == true)
        #expect(requests.allSatisfy { $0.contains("request_id=mine") && !$0.contains("private") })
    }
}
