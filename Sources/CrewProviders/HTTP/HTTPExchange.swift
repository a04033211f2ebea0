import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One HTTP request and its response, read by one task while it arrives.
///
/// The response comes in on an event loop; the reader is woken once for everything that has piled
/// up by then, and one lazily moved timer watches all deadlines. That makes a streamed token cost
/// neither a task nor a timer of its own. What piles up is bounded by `Bounds.bytes`.
final class HTTPExchange: HTTPClientResponseDelegate, NIOScheduledCallbackHandler, Sendable {
    typealias Response = Void

    /// How long an exchange may take and how much it may bring.
    struct Bounds: Sendable {
        var firstByte: TimeAmount
        var idle: TimeAmount
        var total: TimeAmount
        var bytes: Int
    }

    /// Why an exchange was given up by us.
    enum Failure: Error, Hashable {
        case firstByteDeadline, idleDeadline, totalDeadline, tooManyBytes
    }

    /// How long the connection of a reply that is complete may take to end properly; a connection
    /// that does is used again.
    private static let linger = TimeAmount.seconds(1)

    private struct State {
        var isSent = false
        var head: HTTPResponseHead?
        var pieces: [ByteBuffer] = []
        var byteCount = 0
        var lastByte: NIODeadline?
        var end: Result<Void, any Error>?
        var isReleased = false
        var reader: CheckedContinuation<Void, Never>?
        var task: HTTPClient.Task<Void>?
        var timer: NIOScheduledCallback?
    }

    private let bounds: Bounds
    private let started = NIODeadline.now()
    private let state = Mutex(State())

    init(bounds: Bounds) { self.bounds = bounds }

    // MARK: The reader's side

    /// Sends the request. A `deadline` holds from now on, while a connection is made too.
    func start(
        _ request: HTTPClient.Request, on client: HTTPClient, deadline: NIODeadline? = nil
    ) {
        let task = client.execute(request: request, delegate: self, deadline: deadline)
        let isOver = state.withLock { state in
            guard state.end == nil else { return true }
            state.task = task
            return false
        }
        if isOver { task.cancel() }
    }

    /// The status and headers; known once the first `next()` has returned.
    var head: HTTPResponseHead? { state.withLock(\.head) }

    /// Whether a connection stood and the request's head went out on it.
    var wasSent: Bool { state.withLock(\.isSent) }

    /// What has arrived of the body since the last call, or nil at its end.
    ///
    /// It waits for body bytes, not for the head: nothing can be done with a head alone.
    func next() async throws -> [ByteBuffer]? {
        while true {
            let pieces: [ByteBuffer]? = try state.withLock { state in
                if !state.pieces.isEmpty {
                    defer { state.pieces = [] }
                    return state.pieces
                }
                guard let end = state.end else { return [] }
                try end.get()
                return nil
            }
            guard let pieces, pieces.isEmpty else { return pieces }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.pieces.isEmpty, state.end == nil else { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Gives the exchange up: the reader gets `error`, the socket is closed.
    func abandon(_ error: any Error) {
        end(.failure(error), droppingPieces: true)?.cancel()
    }

    /// Says that the reader has all it wants; the rest, a few bytes at most, is thrown away.
    func release() {
        let task = state.withLock { state -> HTTPClient.Task<Void>? in
            guard state.end == nil else { return nil }
            state.isReleased = true
            state.pieces = []
            return state.task
        }
        task?.eventLoop.execute { self.watch(for: Self.linger) }
    }

    /// Records how the exchange ended, unless it has ended before, and wakes the reader.
    @discardableResult
    private func end(
        _ result: Result<Void, any Error>, droppingPieces: Bool = false
    ) -> HTTPClient.Task<Void>? {
        let (reader, task, timer) = state.withLock { state in
            guard state.end == nil else {
                return (
                    nil as CheckedContinuation<Void, Never>?, nil as HTTPClient.Task<Void>?,
                    nil as NIOScheduledCallback?
                )
            }
            state.end = result
            if droppingPieces { state.pieces = [] }
            defer {
                state.reader = nil
                state.task = nil
                state.timer = nil
            }
            return (state.reader, state.task, state.timer)
        }
        timer?.cancel()
        reader?.resume()
        return task
    }

    // MARK: The event loop's side

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        state.withLock { $0.isSent = true }
        watch(for: min(bounds.firstByte, bounds.total), on: task.eventLoop)
    }

    func didReceiveHead(
        task: HTTPClient.Task<Void>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<Void>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let now = NIODeadline.now()
        let (reader, isTooMuch, isFirst) = state.withLock { state in
            let isFirst = state.lastByte == nil
            state.lastByte = now
            state.byteCount += buffer.readableBytes
            guard state.byteCount <= bounds.bytes else {
                return (nil as CheckedContinuation<Void, Never>?, true, false)
            }
            guard state.end == nil, !state.isReleased else { return (nil, false, false) }
            state.pieces.append(buffer)
            defer { state.reader = nil }
            return (state.reader, false, isFirst)
        }
        reader?.resume()
        if isTooMuch { abandon(Failure.tooManyBytes) }
        // From here on the idle deadline may come before the one that the timer is set to.
        if isFirst, bounds.idle < bounds.firstByte {
            watch(for: min(bounds.idle, started + bounds.total - now), on: task.eventLoop)
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws { end(.success(())) }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { end(.failure(error)) }

    // MARK: Deadlines

    func handleScheduledCallback(eventLoop: some EventLoop) {
        let now = NIODeadline.now()
        let (failure, wait) = state.withLock { state in deadline(in: state, at: now) }
        if let failure { return abandon(failure) }
        watch(for: wait, on: eventLoop)
    }

    /// What is overdue, or else how long until something may be.
    private func deadline(in state: State, at now: NIODeadline) -> (Failure?, TimeAmount) {
        if state.isReleased { return (.idleDeadline, .zero) }
        let total = started + bounds.total
        if total <= now { return (.totalDeadline, .zero) }
        let quiet = state.lastByte.map { $0 + bounds.idle } ?? (started + bounds.firstByte)
        if quiet <= now {
            return (state.lastByte == nil ? .firstByteDeadline : .idleDeadline, .zero)
        }
        return (nil, min(total, quiet) - now)
    }

    private func watch(for time: TimeAmount) {
        if let task = state.withLock(\.task) { watch(for: time, on: task.eventLoop) }
    }

    /// Moves the one timer, from its own event loop.
    private func watch(for time: TimeAmount, on eventLoop: any EventLoop) {
        // Scheduling fails only on a loop that is shutting down, and then the request fails too.
        let timer = try? eventLoop.scheduleCallback(in: time, handler: self)  // see above
        let old = state.withLock { state -> NIOScheduledCallback? in
            guard state.end == nil else { return timer }
            defer { state.timer = timer }
            return state.timer
        }
        old?.cancel()
    }
}
