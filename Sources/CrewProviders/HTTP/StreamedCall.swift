import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1

/// Takes the body of a successful response piece by piece and makes sense of it.
protocol ReplyReader {
    /// Nothing that matters can follow.
    var isDone: Bool { get }
    /// Whether the reply is whole, even if the body did not end as it should.
    var isComplete: Bool { get }

    mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, progress: (ModelProgress) -> Void
    ) throws(CrewError)

    /// The body has ended; throws unless the reply is whole.
    mutating func end(progress: (ModelProgress) -> Void) throws(CrewError)
}

/// One call of a model over HTTP: sends a request, reads its answer, gives every failure its code.
struct StreamedCall: Sendable {
    typealias Options = OpenAIChatModel.Options

    /// The most of an error's body that is read.
    private static let errorBodyBytes = 64 << 10

    let client: HTTPClient
    let host: String
    let options: Options

    /// Sends `request` and returns the reader when it has read a whole reply.
    ///
    /// - Parameter refusal: the error for a response whose status is no success.
    func perform<Reader: ReplyReader>(
        _ request: HTTPClient.Request, _ reader: Reader,
        progress: @escaping @Sendable (ModelProgress) -> Void,
        refusal: @Sendable (HTTPResponseHead, [UInt8]) -> CrewError
    ) async throws -> Reader {
        try Task.checkCancellation()
        let exchange = HTTPExchange(bounds: options.bounds)
        return try await withTaskCancellationHandler {
            exchange.start(request, on: client)
            do {
                var reader = reader
                try await read(exchange, into: &reader, progress, refusal)
                try reader.end(progress: progress)
                exchange.release()
                return reader
            } catch {
                exchange.abandon(error)
                throw error
            }
        } onCancel: {
            exchange.abandon(CancellationError())
        }
    }

    /// Reads until the reply is whole or the body ends.
    private func read(
        _ exchange: HTTPExchange, into reader: inout some ReplyReader,
        _ progress: @Sendable (ModelProgress) -> Void,
        _ refusal: (HTTPResponseHead, [UInt8]) -> CrewError
    ) async throws {
        do {
            var isChecked = false
            while !reader.isDone, let pieces = try await exchange.next() {
                if !isChecked, let head = exchange.head, head.status != .ok {
                    throw refusal(head, try await rest(of: exchange, after: pieces))
                }
                isChecked = true
                for piece in pieces {
                    try piece.withUnsafeReadableBytes { bytes in
                        try reader.read(bytes.bindMemory(to: UInt8.self), progress: progress)
                    }
                }
            }
            if !isChecked, let head = exchange.head, head.status != .ok { throw refusal(head, []) }
        } catch let error as CrewError {
            throw error
        } catch {
            // A reply that is whole is not thrown away because its connection ended badly.
            guard reader.isComplete, !(error is CancellationError) else {
                throw transportError(error, exchange)
            }
        }
    }

    private func rest(
        of exchange: HTTPExchange, after first: [ByteBuffer]
    ) async throws -> [UInt8] {
        var body = first.reduce(into: [UInt8]()) { $0.append(contentsOf: $1.readableBytesView) }
        do {
            while body.count < Self.errorBodyBytes, let pieces = try await exchange.next() {
                for piece in pieces { body.append(contentsOf: piece.readableBytesView) }
            }
        } catch {
            // The status says enough, whatever happened to the rest of the body.
            if error is CancellationError { throw error }
        }
        return Array(body.prefix(Self.errorBodyBytes))
    }

    private func transportError(_ error: any Error, _ exchange: HTTPExchange) -> any Error {
        if error is CancellationError { return error }
        if let failure = error as? HTTPExchange.Failure {
            return options.crewError(failure, host: host)
        }
        return TransportFailure(host: host, connect: options.connect, wasSent: exchange.wasSent)
            .crewError(error)
    }
}
