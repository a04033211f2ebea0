import CrewKit
import Synchronization

/// Speaks to a server over its standard input and output, one message a line.
final class StdioTransport: MCPTransport {
    typealias Answer = CheckedContinuation<JSONValue, any Error>

    private enum State {
        /// Goes to `closed`.
        case open(waiting: [Int: Answer])
        /// Terminal, with the reason.
        case closed(String)
    }

    /// Bytes of one message; more fails the request that it answers.
    static let lineLimit = 16 << 20
    /// Messages that wait for a server that does not read.
    private static let queueLength = 1_024

    let hasHeaders = false
    private let process: StdioServerProcess
    private let inbox: MCPInbox
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State.open(waiting: [:]))
    private let input: StdioServerProcess.Input
    private let ending = Latch()

    /// - Parameter log: takes what the server said last. It is for people, and may hold secrets.
    init(
        process: StdioServerProcess, inbox: MCPInbox,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.log = log
        self.process = process
        self.inbox = inbox
        input = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.queueLength))
    }

    func run() async -> String? {
        let reason: String
        do {
            let report = try await process.run(input: input, ending: ending) { [self] in
                take($0)
            }
            if !report.lastWords.isEmpty { log(report.lastWords) }
            reason = report.status
        } catch is CancellationError {
            reason = "was stopped"
        } catch {
            reason = "could not be started: \(error)"
        }
        fail(reason)
        return reason
    }

    func close() {
        fail("was stopped")
        ending.open()
    }

    private func fail(_ reason: String) {
        let waiting = state.withLock { state -> [Answer] in
            guard case .open(let waiting) = state else { return [] }
            state = .closed(reason)
            return Array(waiting.values)
        }
        for answer in waiting { answer.resume(throwing: MCPFailure.lost(reason)) }
        // Last, as whoever hears of it closes the transport: the first reason counts.
        input.continuation.finish()
        inbox.close()
    }

    // MARK: Requests

    func exchange(_ request: MCPRequest) async throws -> JSONValue {
        let line = request.message.bytes + [0x0A]
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { answer in
                guard register(answer, request.id) else { return }
                if Task.isCancelled { return giveUp(request) }
                if case .dropped = input.continuation.yield(line) {
                    settle(
                        request.id,
                        .failure(MCPFailure.unreachable("does not read what it is sent")))
                }
            }
        } onCancel: {
            giveUp(request)
        }
    }

    /// False when the transport is closed; the answer has its failure then.
    private func register(_ answer: Answer, _ id: Int) -> Bool {
        let reason = state.withLock { state -> String? in
            switch state {
            case .open(var waiting):
                waiting[id] = answer
                state = .open(waiting: waiting)
                return nil
            case .closed(let reason): return reason
            }
        }
        guard let reason else { return true }
        answer.resume(throwing: MCPFailure.unreachable(reason))
        return false
    }

    private func giveUp(_ request: MCPRequest) {
        guard settle(request.id, .failure(CancellationError())) else { return }
        // A handshake may not be cancelled; whoever gives it up ends the server.
        guard request.method != "initialize", let era = request.era else { return }
        notify(
            JSONRPCMessage.notification(
                "notifications/cancelled",
                ["requestId": .integer(request.id), "reason": "The call was given up."]),
            era: era)
    }

    /// False when nobody waits for that answer, or no longer.
    @discardableResult
    private func settle(_ id: Int, _ result: Result<JSONValue, any Error>) -> Bool {
        let answer = state.withLock { state -> Answer? in
            guard case .open(var waiting) = state else { return nil }
            defer { state = .open(waiting: waiting) }
            return waiting.removeValue(forKey: id)
        }
        answer?.resume(with: result)
        return answer != nil
    }

    func notify(_ message: JSONValue, era: MCPEra) {
        // What a server that does not read misses here, it would not have read.
        input.continuation.yield(message.bytes + [0x0A])
    }

    func deliver(_ message: JSONValue, era: MCPEra) async throws { notify(message, era: era) }

    /// All that a server says unasked comes in anyway.
    func listen(era: MCPEra) async throws {}

    // MARK: Answers

    private func take(_ line: LineSplitter.Line) {
        switch line {
        case .tooLong(let head): refuseLongAnswer(beginning: head)
        case .whole(let bytes):
            guard let message = bytes.withUnsafeBufferPointer({ JSONRPCMessage($0) }) else {
                return  // A banner, or something else for people.
            }
            switch message {
            case .result(let id, let value): settle(id, .success(value))
            case .error(let id?, let error): settle(id, .failure(error))
            case .error(nil, _): break
            case .notification(let method, let params): inbox.take(method, params)
            case .request(let id, let method):
                let answer = JSONRPCMessage.answer(toRequest: id, method: method)
                notify(answer, era: .modern)
            }
        }
    }

    /// Fails the request that a message too long for us answers; all, when that cannot be told.
    private func refuseLongAnswer(beginning head: [UInt8]) {
        let failure = MCPFailure.unreadable("sent a message of more than \(Self.lineLimit) bytes")
        let text = String(decoding: head, as: UTF8.self)
        if let key = text.firstRange(of: "\"id\":") {
            let digits = text[key.upperBound...].drop { $0 == " " }.prefix { $0.isWholeNumber }
            if let id = Int(digits), settle(id, .failure(failure)) { return }
        }
        let ids = state.withLock { state -> [Int] in
            guard case .open(let waiting) = state else { return [] }
            return Array(waiting.keys)
        }
        for id in ids { settle(id, .failure(failure)) }
    }
}
