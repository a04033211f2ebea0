import Foundation
import Testing

@Suite("One server takes the place of another", .serialized, .timeLimit(.minutes(2)))
struct TakeoverTests {
    @Test("A server that stands by takes over the runs of one that is asked to end")
    func takeover() async throws {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: 0.5)
        let code = try await ServingProcess.serving(crew.folder, ["--drain-seconds", "0"]) {
            first in
            _ = try await first.ask("/v1/runs", #"{"input": "hello"}"#)
            let id = try await crew.newest()
            try crew.script()
            let second = try await ServingProcess.serving(crew.folder, ["--standby"]) { second in
                #expect(try await second.ask("/live").status == 200)
                #expect(try await second.ask("/ready").status == 503)
                #expect(try await second.ask("/v1/runs", #"{"input": "x"}"#).status == 503)
                first.send(SIGTERM)
                try await second.wait(for: "/ready", 200)
                while try await second.member("status", of: "/v1/runs/\(id)") != "ended" {
                    await Task.yield()
                }
                let events = try await second.ask("/v1/runs/\(id)/events").text
                #expect(events.components(separatedBy: #""type":"recovered""#).count == 2)
                second.send(SIGTERM)
            }
            #expect(second == 0)
        }
        #expect(code == 0)
    }

    @Test("A server that is asked to end is not ready, and takes nothing, until its runs are safe")
    func drain() async throws {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: 0.5)
        let code = try await ServingProcess.serving(crew.folder, ["--drain-seconds", "60"]) {
            server in
            _ = try await server.ask("/v1/runs", #"{"input": "hello"}"#)
            server.send(SIGTERM)
            try await server.wait(for: "/ready", 503)
            let refused = try await server.ask("/v1/runs", #"{"input": "x"}"#)
            #expect(refused.status == 503 && refused.text.contains("shutting_down"))
            #expect(try await server.ask("/live").status == 200)
            #expect(try await server.ask("/v1/runs").text.contains(#""status":"running""#))
            server.send(SIGTERM)
        }
        #expect(code == 130, "asked again, it ends at once")
    }

    @Test("A server that stands by can be asked to end, and waits no longer than it may")
    func endOfStandby() async throws {
        let crew = try KeptCrew()
        let code = try await ServingProcess.serving(crew.folder) { first in
            let asked = try await ServingProcess.serving(crew.folder, ["--standby"]) {
                $0.send(SIGTERM)
            }
            #expect(asked == 0)
            let impatient = try await ServingProcess.serving(
                crew.folder, ["--standby", "--standby-seconds", "1"]
            ) { _ in }
            #expect(impatient == 1)
            first.send(SIGTERM)
        }
        #expect(code == 0)
    }

    @Test("Bad limits are refused with their names")
    func badLimits() async throws {
        let ended = try await Product.run("serve", "nowhere", "--max-running", "0")
        #expect(ended.code == 64 && ended.errors.contains("--max-running"))
    }
}
