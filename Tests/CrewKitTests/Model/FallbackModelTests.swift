import CrewKit
import Testing

@Suite("FallbackModel")
struct FallbackModelTests {
    static let request = RetryingModelTests.request

    static func primary(_ code: CrewError.Code) -> QueuedModel {
        QueuedModel([RetryingModelTests.bad(code)], name: "first")
    }

    @Test("Without a failure the backup is not asked")
    func noFailure() async throws {
        let backup = QueuedModel([], name: "second")
        let model = FallbackModel(
            QueuedModel([RetryingModelTests.good], name: "first"), backup: backup)
        let reply = try await model.reply(to: Self.request) { _ in }
        #expect(reply == ModelReply(text: "ok"))
        #expect(backup.calls == 0)
        #expect(model.name == "first")
    }

    @Test(
        "The backup answers when the primary fails, and is named",
        arguments: [
            CrewError.Code.modelServerError, .modelRejectedKey, .modelQuotaExhausted,
            .modelNotFound,
            .modelContextOverflow, .modelAnsweredNonsense, .modelUnavailable,
        ])
    func fallsBack(code: CrewError.Code) async throws {
        let log = ProgressLog()
        let model = FallbackModel(
            Self.primary(code), backup: QueuedModel([RetryingModelTests.good], name: "second"))
        let reply = try await model.reply(to: Self.request) { log.take($0) }
        #expect(reply.model == "second")
        #expect(log.all == [.fellBack(from: "first", to: "second", reason: code)])
    }

    @Test(
        "What another model could not mend does not fall back",
        arguments: [CrewError.Code.modelRejectedRequest, .modelContentFiltered])
    func staysWithPrimary(code: CrewError.Code) async throws {
        let backup = QueuedModel([], name: "second")
        let error = await #expect(throws: CrewError.self) {
            try await FallbackModel(Self.primary(code), backup: backup)
                .reply(to: Self.request) { _ in }
        }
        #expect(error?.code == code)
        #expect(backup.calls == 0)
    }

    @Test("A cancelled call does not fall back")
    func cancelled() async throws {
        let backup = QueuedModel([], name: "second")
        await #expect(throws: CancellationError.self) {
            try await FallbackModel(
                QueuedModel([.failure(CancellationError())], name: "first"), backup: backup
            ).reply(to: Self.request) { _ in }
        }
        #expect(backup.calls == 0)
    }

    @Test("When both fail the backup's code counts, and the first failure is kept as the cause")
    func bothFail() async throws {
        let model = FallbackModel(
            Self.primary(.modelServerError),
            backup: QueuedModel([RetryingModelTests.bad(.modelUnreachable)], name: "second"))
        let error = await #expect(throws: CrewError.self) {
            try await model.reply(to: Self.request) { _ in }
        }
        #expect(error?.code == .modelUnreachable)
        #expect((error?.cause as? CrewError)?.code == .modelServerError)
        #expect(error?.message.contains("first") == true)
    }
}
