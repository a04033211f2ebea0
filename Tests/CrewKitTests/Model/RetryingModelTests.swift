import CrewKit
import CrewTesting
import Synchronization
import Testing

/// Answers each call with the next of its outcomes.
final class QueuedModel: LanguageModel {
    let name: String
    private let outcomes: Mutex<[Result<ModelReply, any Error>]>
    private let count = Mutex(0)

    init(_ outcomes: [Result<ModelReply, any Error>], name: String = "queued") {
        self.name = name
        self.outcomes = Mutex(outcomes)
    }

    var calls: Int { count.withLock(\.self) }

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        count.withLock { $0 += 1 }
        return try outcomes.withLock { $0.removeFirst() }.get()
    }
}

/// What a call reported, in order.
final class ProgressLog: Sendable {
    private let entries = Mutex<[ModelProgress]>([])
    var all: [ModelProgress] { entries.withLock(\.self) }
    /// The same without what attempts spent that came to nothing.
    var withoutLosses: [ModelProgress] {
        all.filter { if case .lost = $0 { false } else { true } }
    }
    func take(_ progress: ModelProgress) { entries.withLock { $0.append(progress) } }
}

@Suite("RetryingModel")
struct RetryingModelTests {
    static let request = ModelRequest(agent: "a", messages: [.user("hi")])
    static let good = Result<ModelReply, any Error>.success(ModelReply(text: "ok"))

    static func bad(
        _ code: CrewError.Code, retryAfter: Duration? = nil
    ) -> Result<ModelReply, any Error> {
        .failure(CrewError(code, "m", retryAfter: retryAfter))
    }

    @Test("A failure that may pass is tried again, later each time, and said")
    func growingDelays() async throws {
        let clock = InstantClock()
        let log = ProgressLog()
        let base = QueuedModel([
            Self.bad(.modelServerError), Self.bad(.modelOverloaded), Self.bad(.modelTimeout),
            Self.bad(.modelStreamCut), Self.bad(.modelUnreachable), Self.bad(.modelTimeout),
            Self.good,
        ])
        let model = RetryingModel(
            base, policy: ModelRetryPolicy(attempts: 7), clock: clock, random: { 1 })
        let reply = try await model.reply(to: Self.request) { log.take($0) }
        #expect(reply.text == "ok")
        #expect(model.name == "queued")
        #expect(
            clock.sleeps == [
                .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8),
            ])
        #expect(
            log.all.first
                == .retrying(attempt: 1, after: .milliseconds(500), reason: .modelServerError))
        #expect(log.all.count == 6)
    }

    @Test("Delays are spread over their whole length", arguments: [(0.0, 0), (0.5, 250)])
    func jitter(random: Double, milliseconds: Int) async throws {
        let clock = InstantClock()
        let model = RetryingModel(
            QueuedModel([Self.bad(.modelServerError), Self.good]), clock: clock, random: { random })
        _ = try await model.reply(to: Self.request) { _ in }
        #expect(clock.sleeps == [.milliseconds(milliseconds)])
    }

    @Test("The third failure is the last by default")
    func attempts() async throws {
        let clock = InstantClock()
        let base = QueuedModel(
            [Self.bad(.modelServerError), Self.bad(.modelServerError), Self.bad(.modelOverloaded)])
        let error = await #expect(throws: CrewError.self) {
            try await RetryingModel(base, clock: clock).reply(to: Self.request) { _ in }
        }
        #expect(error?.code == .modelOverloaded)
        #expect(clock.sleeps.count == 2)
    }

    @Test("The endpoint's own wait is kept to, up to two minutes")
    func retryAfter() async throws {
        let clock = InstantClock()
        let base = QueuedModel([Self.bad(.modelRateLimited, retryAfter: .seconds(120)), Self.good])
        _ = try await RetryingModel(base, clock: clock).reply(to: Self.request) { _ in }
        #expect(clock.sleeps == [.seconds(120)])
        let impatient = QueuedModel([Self.bad(.modelRateLimited, retryAfter: .seconds(121))])
        let error = await #expect(throws: CrewError.self) {
            try await RetryingModel(impatient, clock: clock).reply(to: Self.request) { _ in }
        }
        #expect(error?.retryAfter == .seconds(121))
        #expect(clock.sleeps.count == 1)
    }

    @Test(
        "A failure that will not pass is thrown at once",
        arguments: [
            CrewError.Code.modelRejectedKey, .modelRejectedRequest, .modelQuotaExhausted,
            .modelContextOverflow, .modelNotFound, .modelContentFiltered, .modelAnsweredNonsense,
        ])
    func noRetry(code: CrewError.Code) async throws {
        let base = QueuedModel([Self.bad(code)])
        let error = await #expect(throws: CrewError.self) {
            try await RetryingModel(base, clock: InstantClock()).reply(to: Self.request) { _ in }
        }
        #expect(error?.code == code)
        #expect(base.calls == 1)
    }

    @Test("A wait that would pass the total time is not begun")
    func totalTime() async throws {
        let clock = InstantClock()
        let base = QueuedModel(
            (0..<9).map { _ in Self.bad(.modelRateLimited, retryAfter: .seconds(100)) })
        let policy = ModelRetryPolicy(attempts: 9, total: .seconds(250))
        let error = await #expect(throws: CrewError.self) {
            try await RetryingModel(base, policy: policy, clock: clock)
                .reply(to: Self.request) { _ in }
        }
        #expect(error?.code == .modelRateLimited)
        #expect(clock.sleeps == [.seconds(100), .seconds(100)])
    }

    @Test("An endpoint that is left alone is waited for only by those who are told to")
    func leftAlone() async throws {
        let clock = InstantClock()
        let outcomes = [Self.bad(.modelLeftAlone, retryAfter: .seconds(30)), Self.good]
        await #expect(throws: CrewError.self) {
            try await RetryingModel(QueuedModel(outcomes), clock: clock)
                .reply(to: Self.request) { _ in }
        }
        let patient = RetryingModel(
            QueuedModel(outcomes), waitsWhenLeftAlone: true, clock: clock)
        #expect(try await patient.reply(to: Self.request) { _ in }.text == "ok")
        #expect(clock.sleeps == [.seconds(30)])
    }

    @Test("A cancelled call passes untouched, and so does a cancelled wait")
    func cancelled() async throws {
        let base = QueuedModel([.failure(CancellationError())])
        await #expect(throws: CancellationError.self) {
            try await RetryingModel(base, clock: InstantClock()).reply(to: Self.request) { _ in }
        }
        let clock = ManualClock()
        let failing = RetryingModel(
            QueuedModel([Self.bad(.modelServerError)]), clock: clock, random: { 1 })
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    _ = try await failing.reply(to: Self.request) { _ in }
                    return false
                } catch { return error is CancellationError }
            }
            await clock.waitForSleepers(of: .milliseconds(500))
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }
}
