import AsyncHTTPClient
import CrewKit
import CrewProviders
import CrewStore
import NIOCore

/// What a server shows of a run, over as many connections as it takes.
struct ServedItems: AsyncSequence, Sendable {
    typealias Element = FeedItem

    let run: RunID
    let sequence: Int
    let server: ServedRuns

    func makeAsyncIterator() -> Iterator { Iterator(self) }

    struct Iterator: AsyncIteratorProtocol {
        /// Connections in a row that brought nothing.
        private static let mostFutile = 3

        private let run: RunID
        private let server: ServedRuns
        private var sequence: Int
        private var chunks: HTTPClientResponse.Body.AsyncIterator?
        private var decoder = ServerSentEventDecoder()
        private var items: ArraySlice<FeedItem> = []
        private var futile = 0

        init(_ items: ServedItems) {
            run = items.run
            server = items.server
            sequence = items.sequence
        }

        @concurrent mutating func next() async throws -> FeedItem? {
            while true {
                if let item = items.popFirst() { return noted(item) }
                if chunks == nil {
                    guard try await connect() else { return nil }
                }
                try await read()
            }
        }

        private mutating func noted(_ item: FeedItem) -> FeedItem {
            futile = 0
            if case .event(let stored) = item { sequence = stored.sequence }
            return item
        }

        /// - Returns: false when the run is at rest and everything was seen.
        @concurrent private mutating func connect() async throws -> Bool {
            let record = try await server.record(of: run)
            guard !record.isAtRest || record.lastSequence > sequence else { return false }
            futile += 1
            guard futile <= Self.mostFutile, server.store.isOwned else {
                throw CrewError(
                    .shuttingDown,
                    "the server has stopped; the run goes on when it is started again")
            }
            guard let body = try await server.stream(of: run, after: sequence) else { return false }
            chunks = body.makeAsyncIterator()
            decoder = ServerSentEventDecoder()
            return true
        }

        /// Takes in what comes next; a connection that ends or breaks is made anew.
        @concurrent private mutating func read() async throws {
            var chunk: ByteBuffer?
            do {
                chunk = try await chunks?.next()
            } catch let error where !(error is CancellationError) {
                chunk = nil
            }
            guard let chunk else {
                chunks = nil
                return
            }
            var found: [FeedItem] = []
            var failure: (any Error)?
            try chunk.withUnsafeReadableBytes { raw in
                try raw.withMemoryRebound(to: UInt8.self) { bytes in
                    try decoder.decode(bytes) { event throws(CrewError) in
                        do {
                            if let item = try Self.item(event) { found.append(item) }
                        } catch {
                            failure = error
                        }
                    }
                }
            }
            if failure != nil {
                throw CommandFailure(
                    "error: the server at \(server.address) is of another version of crew")
            }
            items = found[...]
        }

        private static func item(_ event: ServerSentEventDecoder.Event) throws -> FeedItem? {
            let pieces = ["token", "reasoning", "message_so_far", "message_abandoned"]
            guard pieces.contains(event.type) else {
                return .event(try RunJSON.value(StoredEvent.self, from: event.text))
            }
            let value = try JSONValue(parsing: event.text)
            guard let agent = value["agent"]?.string, let round = value["round"]?.integer,
                let index = value["index"]?.integer
            else { return nil }
            let text = value["text"]?.string ?? ""
            let reasoning = value["reasoning"]?.string ?? ""
            let kind: MessageDelta.Kind =
                switch event.type {
                case "token": .text(text)
                case "reasoning": .reasoning(reasoning.isEmpty ? text : reasoning)
                case "message_so_far": .soFar(text: text, reasoning: reasoning)
                default: .abandoned(because: CrewError.Code(value["code"]?.string ?? ""))
                }
            return .delta(
                MessageDelta(
                    branch: value["branch"]?.string.map { BranchID($0) }, agent: AgentID(agent),
                    round: round, index: index, kind: kind))
        }
    }
}
