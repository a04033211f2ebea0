import CrewKit
import CrewTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import CrewServer

@Suite("Webhook")
struct WebhookTests {
    @Test("A message is signed as the standard says")
    func signature() throws {
        // The example of the Standard Webhooks specification.
        let signature = try WebhookSignature(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let fields = signature.fields(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: Date(timeIntervalSince1970: 1_614_265_330),
            body: #"{"test": 2432232314}"#)
        #expect(
            fields.last?.value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    }

    @Test("A run is told of once when it pauses and once when it ends")
    func pauseAndEnd() async throws {
        let (runner, receiver) = try Self.waiting()
        let webhook = try Self.webhook(runner, receiver)
        try await runner.workingRuns {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            await webhook.deliverDue()
            await webhook.deliverDue()
            try await runner.resume(run, with: "y")
            _ = try await runner.result(of: run)
            await webhook.deliverDue()
        }
        let messages = try receiver.messages.map { try JSONValue(parsing: $0) }
        #expect(messages.map { $0["type"]?.string } == ["run.paused", "run.ended"])
        #expect(messages.map { $0["data"]?["status"]?.string } == ["paused", "ended"])
        #expect(messages.last?["data"]?["result"]?["text"]?.string == "[DONE]")
        #expect(Set(receiver.ids).count == 2)
    }

    @Test(
        "A message that is not taken is sent again later, with the same id, and given up after a day"
    )
    func again() async throws {
        let (runner, receiver) = try Self.waiting()
        let time = Mutex(Date())
        let webhook = try Self.webhook(runner, receiver) { time.withLock { $0 } }
        try await runner.workingRuns {
            _ = try await runner.result(of: try await runner.start(RunRequest("x")))
            receiver.answer(500)
            await webhook.deliverDue()
            await webhook.deliverDue()
            #expect(receiver.ids.count == 1)
            time.withLock { $0 += 6 }
            await webhook.deliverDue()
            #expect(receiver.ids.count == 2 && Set(receiver.ids).count == 1)
            time.withLock { $0 += 6 }
            await webhook.deliverDue()
            #expect(receiver.ids.count == 2)
            time.withLock { $0 += 90_000 }
            await webhook.deliverDue()
            #expect(receiver.ids.count == 2)
        }
    }

    @Test("What an ended process could not tell, the next one tells")
    func nextProcess() async throws {
        let store = InMemoryRunStore()
        let (runner, receiver) = try Self.waiting(store)
        try await runner.workingRuns {
            _ = try await runner.result(of: try await runner.start(RunRequest("x")))
        }
        let (next, _) = try Self.waiting(store)
        await (try Self.webhook(next, receiver)).deliverDue()
        #expect(receiver.ids.count == 1)
    }

    @Test(
        "An address that is none and a short secret are refused",
        arguments: [
            ("ftp://x", "0123456789abcdef"), ("nowhere", "0123456789abcdef"), ("http://x", "short"),
            // Fifteen bytes in twenty characters; no base64.
            ("http://x", "whsec_MDEyMzQ1Njc4OWFiY2Rl"), ("http://x", "whsec_0123456789abcdef!"),
        ])
    func refused(address: String, secret: String) throws {
        let (runner, receiver) = try Self.waiting()
        #expect(throws: CrewError.self) {
            try Webhook(
                runner: runner, address: address, secret: secret, transport: receiver,
                logger: Logger(label: "test"))
        }
    }

    @Test("A run that has gone on before its message is sent is told of when it rests again")
    func wentOn() async throws {
        let (runner, receiver) = try Self.waiting()
        let webhook = try Self.webhook(runner, receiver)
        try await runner.workingRuns {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let listed = try #require(try await runner.record(of: run))
            try await runner.resume(run, with: "y")
            _ = try await runner.result(of: run)
            await webhook.deliver(listed)
            #expect(receiver.ids.isEmpty, "the list said that it was paused")
            await webhook.deliverDue()
        }
        let types = try receiver.messages.map { try JSONValue(parsing: $0)["type"]?.string }
        #expect(types == ["run.ended"])
    }

    @Test(
        "An address that takes nothing is left alone for a while, and then asked with one message")
    func deadAddress() async throws {
        let store = InMemoryRunStore()
        try await Self.addEnded(300, to: store)
        let (runner, receiver) = try Self.waiting(store)
        let time = Mutex(Date(timeIntervalSince1970: 1_000))
        let webhook = try Self.webhook(runner, receiver) { time.withLock { $0 } }
        receiver.answer(500)
        await webhook.deliverDue()
        let first = receiver.ids.count
        #expect((5...12).contains(first), "what was on its way at the fifth failure")
        await webhook.deliverDue()
        #expect(receiver.ids.count == first)
        time.withLock { $0 += 301 }
        await webhook.deliverDue()
        #expect(receiver.ids.count == first + 1)
        receiver.answer(204)
        time.withLock { $0 += 301 }
        await webhook.deliverDue()
        #expect(receiver.ids.count == first + 2)
        await webhook.deliverDue()
        #expect(receiver.ids.count == first + 2 + 64, "one pass")
        for _ in 1...8 { await webhook.deliverDue() }
        #expect(Set(receiver.ids).count == 300, "and nobody is forgotten")
    }

    @Test("Messages that are never taken do not hold up the others")
    func starvation() async throws {
        let store = InMemoryRunStore()
        try await Self.addEnded(400, to: store)
        let (runner, receiver) = try Self.waiting(store)
        let time = Mutex(Date(timeIntervalSince1970: 1_000))
        let webhook = try Self.webhook(runner, receiver) { time.withLock { $0 } }
        receiver.refuse { Int($0.dropFirst().prefix { $0 != "." }).map { $0 < 300 } ?? false }
        for _ in 1...1_400 where receiver.taken.count < 101 {
            await webhook.deliverDue()
            time.withLock { $0 += 60 }
        }
        #expect(receiver.taken.count == 101)
    }

    /// Runs that ended a while ago, oldest first.
    private static func addEnded(_ count: Int, to store: some RunStore) async throws {
        let time = Date(timeIntervalSince1970: 900)
        for number in 1...count {
            let start = RunStarted(crew: "test", input: "x", agent: "a", history: [])
            try await store.create(
                RunRecord(id: RunID("r\(number)"), crew: "test", session: nil, createdAt: time),
                events: [
                    StoredEvent(sequence: 1, time: time, event: .runStarted(start)),
                    StoredEvent(
                        sequence: 2, time: time,
                        event: .runEnded(RunEnded(outcome: .cancelled))),
                ])
        }
    }

    private static func webhook(
        _ runner: CrewRunner, _ receiver: Receiver,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws -> Webhook {
        try Webhook(
            runner: runner, address: "http://127.0.0.1:1/hook", secret: "0123456789abcdef",
            transport: receiver, now: now, logger: Logger(label: "test"))
    }

    private static func waiting(
        _ store: any RunStore = InMemoryRunStore()
    ) throws -> (CrewRunner, Receiver) {
        var routing = RoutingDefinition(signals: ["a": [SignalRoute("[DONE]", to: "")]])
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        let definition = CrewDefinition(
            name: "test", agents: [AgentDefinition(id: "a")], routing: routing)
        let crew = try definition.validated(tools: [])
        let model = ScriptedModel(["a": [.text("well?"), .text("[DONE]")]])
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), store: store)
        return (runner, Receiver())
    }
}

/// Takes messages, or not.
private final class Receiver: WebhookTransport {
    private struct State {
        var status = 204
        var messages: [String] = []
        var ids: [String] = []
        var taken: Set<String> = []
        var isRefused: @Sendable (String) -> Bool = { _ in false }
    }

    private let state = Mutex(State())

    var messages: [String] { state.withLock { $0.messages } }
    var ids: [String] { state.withLock { $0.ids } }
    var taken: Set<String> { state.withLock { $0.taken } }

    func answer(_ status: Int) { state.withLock { $0.status = status } }

    /// Refuses the messages of these ids.
    func refuse(_ isRefused: @escaping @Sendable (String) -> Bool) {
        state.withLock { $0.isRefused = isRefused }
    }

    func post(
        _ body: String, fields: [(name: String, value: String)], to address: String
    ) async throws -> Int {
        state.withLock { state in
            state.messages.append(body)
            let id = fields.first { $0.name == "webhook-id" }?.value ?? ""
            state.ids.append(id)
            if state.isRefused(id) { return 500 }
            if state.status == 204 { state.taken.insert(id) }
            return state.status
        }
    }
}
