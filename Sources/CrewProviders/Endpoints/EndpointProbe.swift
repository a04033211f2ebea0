import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1

/// Asks an endpoint which models it has, mostly to learn whether it is there.
struct EndpointProbe: Sendable {
    let client: HTTPClient
    let deadline: Duration

    /// The models that an endpoint lists, which may be none; nil when it does not answer.
    ///
    /// Any answer in HTTP counts, refusals too: a wrong key is found out by the first call, with a
    /// better message than "not reachable".
    func models(at address: EndpointAddress, key: Secret?) async throws -> [String]? {
        let request = try address.request(.GET, "/models", key: key)
        let time = TimeAmount(deadline)
        let exchange = HTTPExchange(
            bounds: HTTPExchange.Bounds(firstByte: time, idle: time, total: time, bytes: 1 << 20))
        return try await withTaskCancellationHandler {
            exchange.start(request, on: client, deadline: .now() + time)
            var body: [UInt8] = []
            do {
                while let pieces = try await exchange.next() {
                    for piece in pieces { body.append(contentsOf: piece.readableBytesView) }
                }
            } catch {
                exchange.abandon(error)
                if error is CancellationError { throw error }
                return exchange.head == nil ? nil : []
            }
            return Self.models(in: body)
        } onCancel: {
            exchange.abandon(CancellationError())
        }
    }

    private static func models(in body: [UInt8]) -> [String] {
        // An answer that lists nothing we can read is an answer all the same.
        let value = try? JSONValue(parsing: String(decoding: body, as: UTF8.self))  // see above
        return value?["data"]?.array?.compactMap { $0["id"]?.string } ?? []
    }
}
