import Foundation
import Testing

/// The ten scenarios of the original's IT support crew, over HTTP against the built server.
@Suite("IT support scenarios over HTTP")
struct ScenarioTests {
    struct Scenario: Sendable {
        let id: String
        let input: String
        let agent: String
    }

    private static let vietnamese = [
        Scenario(id: "A", input: "Máy tính của tôi chậm lắm", agent: "clarifier"),
        Scenario(
            id: "B", input: "Server 192.168.1.50 không ping được, check cho tôi", agent: "executor"),
        Scenario(id: "C", input: "Cổng 3306 không open", agent: "clarifier"),
        Scenario(id: "D", input: "Không vào được internet từ phòng A5", agent: "clarifier"),
        Scenario(
            id: "E", input: "Check xem service MySQL trên server-app-01 còn chạy không",
            agent: "executor"),
        Scenario(id: "F", input: "Giúp tôi check hệ thống", agent: "clarifier"),
        Scenario(id: "G", input: "CPU cao trên 192.168.1.100, cần kiểm tra", agent: "executor"),
        Scenario(
            id: "H", input: "Ổ đĩa server-backup không còn chỗ, check ngay", agent: "executor"),
        Scenario(id: "I", input: "Hệ thống bị mất kết nối", agent: "clarifier"),
        Scenario(
            id: "J", input: "Server 10.0.0.25 chạy chậm, CPU cao, cần check toàn bộ",
            agent: "executor"),
    ]

    private static let english = [
        Scenario(id: "A", input: "My computer is very slow", agent: "clarifier"),
        Scenario(
            id: "B", input: "Server 192.168.1.50 does not answer ping, check it for me",
            agent: "executor"),
        Scenario(id: "C", input: "Port 3306 is not open", agent: "clarifier"),
        Scenario(id: "D", input: "No internet access from room A5", agent: "clarifier"),
        Scenario(
            id: "E", input: "Check whether the MySQL service on server-app-01 is still running",
            agent: "executor"),
        Scenario(id: "F", input: "Help me check the system", agent: "clarifier"),
        Scenario(id: "G", input: "CPU is high on 192.168.1.100, please check", agent: "executor"),
        Scenario(
            id: "H", input: "The disk of server-backup has no space left, check now",
            agent: "executor"),
        Scenario(id: "I", input: "The system has lost its connection", agent: "clarifier"),
        Scenario(
            id: "J", input: "Server 10.0.0.25 is slow, CPU is high, check everything",
            agent: "executor"),
    ]

    @Test(
        "Each scenario ends at the agent that it should, asking or after using tools",
        arguments: [("it-support", vietnamese), ("it-support-en", english)])
    func scenarios(example: String, scenarios: [Scenario]) async throws {
        let folder = try Product.example(example)
        try await ServedCrew.serving(folder, ping: try Self.silentPing()) { served in
            for scenario in scenarios {
                let frames = try await served.frames(scenario.input)
                let last = try #require(frames.last, "\(scenario.id)")
                #expect(last.type == "done", "\(scenario.id)")
                let path = frames.filter { $0.type == "agent_start" }
                    .compactMap { $0.metadata?.agentId }
                #expect(path == ["orchestrator", scenario.agent], "\(scenario.id)")
                let answer = frames.last { $0.type == "agent_response" }?.content ?? ""
                if scenario.agent == "clarifier" {
                    #expect(last.metadata?.outcome == "paused", "\(scenario.id)")
                    #expect(answer.contains("?"), "\(scenario.id)")
                } else {
                    #expect(last.metadata?.outcome == "terminated", "\(scenario.id)")
                    #expect(frames.contains { $0.type == "tool_result" }, "\(scenario.id)")
                }
            }
        }
    }

    @Test("After a pause the answer goes to the agent that asked, which then hands over")
    func answerAfterPause() async throws {
        let folder = try Product.example("it-support")
        try await ServedCrew.serving(folder, ping: try Self.silentPing()) { served in
            let first = try await served.frames("Máy tính của tôi chậm lắm")
            let session = try #require(first.first?.metadata?.sessionId)
            let second = try await served.frames("localhost", session: session)
            let path = second.filter { $0.type == "agent_start" }
                .compactMap { $0.metadata?.agentId }
            #expect(path == ["clarifier", "executor"])
            #expect(second.last?.metadata?.outcome == "terminated")
        }
    }

    @Test("Five hundred streams at once all end right, and every socket is given back")
    func crowd() async throws {
        let folder = try Product.example("it-support")
        try await ServedCrew.serving(folder) { served in
            _ = try await served.frames("Máy tính của tôi chậm lắm")
            let ends = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        try await served.frames("Máy \(number) chậm lắm").last?.metadata?.outcome
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(ends.count == 500)
            #expect(ends.allSatisfy { $0 == "paused" })
            // The last stream is counted out just after its client has read its end.
            while try await served.health().openStreams > 0 { await Task.yield() }
            #expect(try await served.health().activeRuns == 0)
            #expect(try served.openDescriptors < 100)
        }
    }

    /// A folder with a `ping` that sends nothing: scenario inputs name machines of other networks.
    private static func silentPing() throws -> URL {
        let folder = try Product.temporaryFolder()
        let ping = folder.appending(path: "ping")
        try Data("#!/bin/sh\necho \"5 packets transmitted, 5 received, 0% packet loss\"\n".utf8)
            .write(to: ping)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: ping.path)
        return folder
    }
}
