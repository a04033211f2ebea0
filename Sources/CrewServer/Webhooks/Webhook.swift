public import CrewKit
public import Foundation
public import Logging
public import ServiceLifecycle

/// Tells one address of every run that begins to wait for a person or ends.
///
/// A message is sent until it is taken with a status of 2xx, at growing intervals, for a day; 410
/// means that it is not wanted. What was not taken when the process ends the next one sends. The same
/// message may come twice, with the same `webhook-id`. A run that went on before its message was
/// taken is told of when it rests again.
public struct Webhook: Service {
    /// Messages on their way at the same time.
    private static let width = 8
    /// Messages of one pass.
    private static let most = 64
    /// Runs that one pass looks at: those that are not due yet must not cost a pass all its time.
    private static let reach = 4 * most

    /// Of one of the crews: any of them tells of a run of any crew.
    private let runner: CrewRunner
    private let crews: [String]
    private let address: String
    private let signature: WebhookSignature
    private let transport: any WebhookTransport
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let schedule = WebhookSchedule()

    /// - Parameters:
    ///   - others: further crews, worked together with the runner's, of whose runs it tells too.
    ///   - address: an `http` or `https` URL.
    ///   - secret: signs the messages, see `WebhookSignature`; at least 16 bytes.
    /// - Throws: `invalidInput`.
    public init(
        runner: CrewRunner, others: [CrewRunner] = [], address: String, secret: String,
        transport: any WebhookTransport,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },  // default
        logger: Logger
    ) throws(CrewError) {
        guard let url = URL(string: address), url.host() != nil,
            url.scheme == "http" || url.scheme == "https"
        else { throw CrewError(.invalidInput, "'\(address)' is not an http or https address") }
        self.runner = runner
        crews = ([runner] + others).map(\.name)
        self.address = address
        self.transport = transport
        self.clock = clock
        self.now = now
        self.logger = logger
        signature = try WebhookSignature(secret: secret)
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {  // the only error is that the server ends
            while true {
                await deliverDue()
                try await clock.sleep(for: .seconds(1))
            }
        }
    }

    /// Sends what is due, once, and of much of it a part.
    func deliverDue() async {
        let room = schedule.room(of: Self.most, at: now())
        guard room > 0 else { return }
        do {
            var due = schedule.due(try await unnotified(), at: now()).prefix(room)
            await withTaskGroup { group in
                for record in due.prefix(Self.width) {
                    group.addTask { await deliver(record) }
                }
                due = due.dropFirst(Self.width)
                // A message that takes long holds up none but itself.
                while await group.next() != nil {
                    guard schedule.room(of: Self.most, at: now()) > 0,
                        let record = due.popFirst()
                    else { continue }
                    group.addTask { await deliver(record) }
                }
            }
        } catch {
            logger.warning("webhook: the store cannot be read", metadata: ["error": "\(error)"])
        }
    }

    private func unnotified() async throws -> [RunRecord] {
        var records: [RunRecord] = []
        for crew in crews { records += try await unnotified(of: crew) }
        return records
    }

    /// The next runs of the list; after its last ones the first come again.
    private func unnotified(of crew: String) async throws -> [RunRecord] {
        var query = RunQuery(
            crew: crew, order: .oldestFirst, cursor: schedule.cursor(of: crew), limit: Self.most)
        query.isUnnotified = true
        query.updatedAfter = now() - WebhookSchedule.patience / .seconds(1)
        var records: [RunRecord] = []
        var isFromStart = query.cursor == nil
        while records.count < Self.reach {
            let page = try await runner.store.runs(matching: query)
            records += page.runs
            query.cursor = page.next
            guard page.next == nil else { continue }
            if isFromStart { break }
            isFromStart = true
        }
        schedule.setCursor(query.cursor, of: crew)
        var seen: Set<RunID> = []
        return records.filter { seen.insert($0.id).inserted }
    }

    /// Tells of the rest that the record is about.
    func deliver(_ record: RunRecord) async {
        do {
            // A run that went on is told of when it rests again.
            guard let body = try await body(for: record) else { return }
            guard await isTaken(body, of: record) else {
                if !Task.isCancelled { schedule.noteFailure(record, at: now()) }
                return
            }
            try await runner.store.markNotified(record.id, through: record.lastSequence)
        } catch let error as CrewError where error.code == .unknownRun {
            // It was deleted: there is nobody to tell of it.
        } catch {
            guard !Task.isCancelled else { return }
            schedule.noteFailure(record, at: now())
            logger.warning(
                "webhook: the store fails, sent again later",
                metadata: ["run_id": "\(record.id)", "error": "\(error)"])
        }
    }

    /// What to say of the rest that the record is about; `nil` when the run has gone on from it.
    private func body(for record: RunRecord) async throws -> String? {
        let result = try await runner.settledResult(of: record.id)
        // Read after the result: when nothing came after the record, the result has no more either.
        guard let result, let present = try await runner.record(of: record.id),
            present.lastSequence == record.lastSequence
        else { return nil }
        let isPaused = if case .paused = record.status { true } else { false }
        let message: JSONValue = [
            "type": isPaused ? "run.paused" : "run.ended",
            "timestamp": .string(Timestamp.text(record.updatedAt)),
            "data": RunDocument(record: record, result: result).json,
        ]
        return message.text
    }

    private func isTaken(_ body: String, of record: RunRecord) async -> Bool {
        let fields = signature.fields(
            id: "\(record.id).\(record.lastSequence)", time: now(), body: body)
        let reason: String
        do {
            let status = try await transport.post(
                body, fields: [("content-type", "application/json")] + fields, to: address)
            if (200..<300).contains(status) || status == 410 {
                schedule.noteTaken(record)
                return true
            }
            reason = "it answered \(status)"
        } catch {
            guard !Task.isCancelled else { return false }
            reason = "\(error)"
        }
        schedule.noteRefusal(at: now())
        logger.warning(
            "webhook: not taken, sent again later",
            metadata: ["run_id": "\(record.id)", "error": "\(reason)"])
        return false
    }
}
