import CrewTesting
import Synchronization
import Testing

@testable import CrewKit

/// Does with each call what the test says, and tells which ones were cancelled.
private final class StagedModel: LanguageModel {
    typealias Act = @Sendable (_ speak: @Sendable (String) -> Void) async throws -> ModelReply

    let name = "staged"
    private let acts: [Act]
    private let state = Mutex((begun: 0, cancelled: [Int]()))

    init(_ acts: Act...) { self.acts = acts }

    var begun: Int { state.withLock(\.begun) }
    /// The numbers of the calls that were cancelled.
    var cancelled: [Int] { state.withLock(\.cancelled) }

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let number = state.withLock { state in
            state.begun += 1
            return state.begun - 1
        }
        do {
            let act = acts[number]
            return try await act { progress(.text($0)) }
        } catch is CancellationError {
            state.withLock { $0.cancelled.append(number) }
            throw CancellationError()
        }
    }
}

@Suite("HedgedModel", .timeLimit(.minutes(5)))
struct HedgedModelTests {
    private static let delay = Duration.seconds(3)

    private static func hang() async throws -> Never {
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CancellationError()
    }

    /// The result of a call whose first half was slow.
    private static func result(
        _ model: StagedModel, gate: EndpointGate? = nil, log: ProgressLog = ProgressLog(),
        clock: ManualClock = ManualClock()
    ) async -> Result<ModelReply, any Error> {
        let hedged = HedgedModel(model, after: delay, gate: gate, clock: clock)
        async let result = Result.catching {
            try await hedged.reply(to: RetryingModelTests.request) { log.take($0) }
        }
        await clock.waitForSleepers(of: delay)
        clock.advance(by: delay)
        return await result
    }

    @Test("The second call counts when it begins first; the first is cancelled and waited for")
    func secondWins() async throws {
        let model = StagedModel(
            { _ in try await Self.hang() },
            { speak in
                speak("b")
                return ModelReply(text: "b")
            })
        let log = ProgressLog()
        #expect(try await Self.result(model, log: log).get().text == "b")
        #expect(log.all == [.hedged(after: Self.delay), .text("b")])
        #expect(model.cancelled == [0])
    }

    @Test("The first call counts when it begins first after all")
    func firstWins() async throws {
        let (go, began) = AsyncStream<Void>.makeStream()
        let model = StagedModel(
            { speak in
                for await _ in go { break }
                speak("a")
                return ModelReply(text: "a")
            },
            { _ in
                began.yield()
                try await Self.hang()
            })
        let log = ProgressLog()
        #expect(try await Self.result(model, log: log).get().text == "a")
        #expect(log.all == [.hedged(after: Self.delay), .text("a")])
        #expect(model.cancelled == [1])
    }

    @Test("A call that begins in time is alone, and so is one that fails in time")
    func inTime() async throws {
        let clock = ManualClock()
        let model = StagedModel({ speak in
            speak("a")
            return ModelReply(text: "a")
        })
        let hedged = HedgedModel(model, after: Self.delay, clock: clock)
        #expect(try await hedged.reply(to: RetryingModelTests.request) { _ in }.text == "a")
        let failing = StagedModel({ _ in throw CrewError(.modelServerError, "m") })
        await #expect(throws: CrewError.self) {
            try await HedgedModel(failing, after: Self.delay, clock: clock)
                .reply(to: RetryingModelTests.request) { _ in }
        }
        #expect(model.begun == 1 && failing.begun == 1)
    }

    @Test("A call that fails before it began leaves the matter to the other; both failing fails")
    func failures() async throws {
        let (go, began) = AsyncStream<Void>.makeStream()
        let model = StagedModel(
            { _ in
                for await _ in go { break }
                return ModelReply(text: "a")
            },
            { _ in
                began.yield()
                throw CrewError(.modelOverloaded, "second")
            })
        #expect(try await Self.result(model).get().text == "a")
        let (goAgain, beganAgain) = AsyncStream<Void>.makeStream()
        let failing = StagedModel(
            { _ in
                for await _ in goAgain { break }
                throw CrewError(.modelTimeout, "first")
            },
            { _ in
                beganAgain.yield()
                throw CrewError(.modelOverloaded, "second")
            })
        let error = await #expect(throws: CrewError.self) {
            try await Self.result(failing).get()
        }
        #expect(error?.code == .modelTimeout)
        #expect(failing.begun == 2)
    }

    @Test("The first call's failure counts, though the second was refused before by a budget")
    func refusedSecond() async throws {
        let (go, refused) = AsyncStream<Void>.makeStream()
        let model = StagedModel(
            { _ in
                for await _ in go { break }
                // Time for the refusal to arrive first, which must make no difference.
                for _ in 0..<1000 { await Task.yield() }
                throw CrewError(.modelServerError, "first")
            },
            { _ in
                refused.yield()
                throw CrewError(.budgetExceeded, "second")
            })
        let error = await #expect(throws: CrewError.self) { try await Self.result(model).get() }
        #expect(error?.code == .modelServerError)
    }

    @Test("A call that fails after it began has failed; the other was given up")
    func cutAfterBeginning() async throws {
        let model = StagedModel(
            { _ in try await Self.hang() },
            { speak in
                speak("half")
                throw CrewError(.modelStreamCut, "cut")
            })
        let error = await #expect(throws: CrewError.self) { try await Self.result(model).get() }
        #expect(error?.code == .modelStreamCut)
        #expect(model.cancelled == [0])
    }

    @Test("Where the endpoint has no room a second call is not made until it has")
    func noRoom() async throws {
        let clock = ManualClock()
        let gate = EndpointGateTests.gate(clock, concurrentCalls: 1)
        let pass = try await EndpointGateTests.enter(gate)
        let model = StagedModel({ _ in try await Self.hang() }, { _ in ModelReply(text: "b") })
        let hedged = HedgedModel(model, after: Self.delay, gate: gate, clock: clock)
        async let reply = hedged.reply(to: RetryingModelTests.request) { _ in }
        await clock.waitForSleepers(of: Self.delay)
        clock.advance(by: Self.delay)
        await clock.waitForSleepers(of: Self.delay)
        #expect(model.begun == 1)
        _ = gate.leave(pass, .answered)
        clock.advance(by: Self.delay)
        #expect(try await reply.text == "b")
    }

    @Test("Cancelling ends both calls")
    func cancelled() async throws {
        let clock = ManualClock()
        let (second, began) = AsyncStream<Void>.makeStream()
        let model = StagedModel(
            { _ in try await Self.hang() },
            { _ in
                began.yield()
                try await Self.hang()
            })
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                let hedged = HedgedModel(model, after: Self.delay, clock: clock)
                do {
                    _ = try await hedged.reply(to: RetryingModelTests.request) { _ in }
                    return false
                } catch { return error is CancellationError }
            }
            await clock.waitForSleepers(of: Self.delay)
            clock.advance(by: Self.delay)
            for await _ in second { break }
            group.cancelAll()
            #expect(await group.next() == true)
        }
        #expect(model.cancelled.sorted() == [0, 1])
    }
}

extension Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
