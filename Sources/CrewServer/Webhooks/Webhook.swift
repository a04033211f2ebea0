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
    /// How long a message is sent again and again, in seconds.
    static let patience = 86_400.0
    /// Messages on their way at the same time.
    private static let width = 8

    private let runner: CrewRunner
    private let address: String
    private let signature: WebhookSignature
    private let transport: any WebhookTransport
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let schedule = WebhookSchedule()

    /// - Parameters:
    ///   - address: an `http` or `https` URL.
    ///   - secret: signs the messages, see `WebhookSignature`; at least 16 bytes.
    /// - Throws: `invalidInput`.
    public init(
        runner: CrewRunner, address: String, secret: String, transport: any WebhookTransport,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },  // default
        logger: Logger
    ) throws(CrewError) {
        guard let url = URL(string: address), url.host() != nil,
            url.scheme == "http" || url.scheme == "https"
        else { throw CrewError(.invalidInput, "'\(address)' is not an http or https address") }
        guard secret.utf8.count >= 16 else {
            throw CrewError(.invalidInput, "the secret of the webhook has less than 16 bytes")
        }
        self.runner = runner
        self.address = address
        self.transport = transport
        self.clock = clock
        self.now = now
        self.logger = logger
        signature = WebhookSignature(secret: secret)
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {  // the only error is that the server ends
            while true {
                await deliverDue()
                try await clock.sleep(for: .seconds(1))
            }
        }
    }

    /// Sends what is due, once.
    func deliverDue() async {
        do {
            let waiting = try await unnotified()
            schedule.keep(only: Set(waiting.map(\.id)))
            let due = waiting.filter { schedule.isDue($0, at: now()) }[...]
            await withDiscardingTaskGroup { group in
                let lanes = min(Self.width, due.count)
                for lane in 0..<lanes {
                    group.addTask {
                        for index in stride(from: lane, to: due.count, by: lanes) {
                            await deliver(due[index])
                        }
                    }
                }
            }
        } catch {
            logger.warning("webhook: the store cannot be read", metadata: ["error": "\(error)"])
        }
    }

    private func unnotified() async throws -> [RunRecord] {
        var query = RunQuery(crew: runner.crew.name, order: .oldestFirst, limit: 1_000)
        query.isUnnotified = true
        query.updatedAfter = now() - Self.patience
        var records: [RunRecord] = []
        while true {
            let page = try await runner.store.runs(matching: query)
            records += page.runs
            guard let next = page.next else { return records }
            query.cursor = next
        }
    }

    private func deliver(_ record: RunRecord) async {
        do {
            let status = try await send(record)
            guard (200..<300).contains(status) || status == 410 else {
                throw CrewError(.internalError, "it answered \(status)")
            }
            try await runner.store.markNotified(record.id, through: record.lastSequence)
        } catch {
            guard !Task.isCancelled else { return }
            schedule.noteFailure(record, at: now())
            logger.warning(
                "webhook: not taken, sent again later",
                metadata: ["run_id": "\(record.id)", "error": "\(error)"])
        }
    }

    private func send(_ record: RunRecord) async throws -> Int {
        let isPaused = if case .paused = record.status { true } else { false }
        let result = try await runner.result(of: record.id)
        let message: JSONValue = [
            "type": isPaused ? "run.paused" : "run.ended",
            "timestamp": .string(Timestamp.text(record.updatedAt)),
            "data": RunDocument(record: record, result: result).json,
        ]
        let body = message.text
        let fields = signature.fields(
            id: "\(record.id).\(record.lastSequence)", time: now(), body: body)
        return try await transport.post(
            body, fields: [("content-type", "application/json")] + fields, to: address)
    }
}
