import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1

extension HTTPTransport {
    /// Reads a stream until the answer; an older server's stream that broke is asked for again.
    func streamedAnswer(
        to request: MCPRequest, in response: HTTPClientResponse
    ) async throws -> JSONValue {
        var position = StreamPosition()
        var answer = try await read(response, for: request, &position)
        var attempts = 0
        while answer == nil, let id = position.lastID, attempts < Self.resumptions {
            attempts += 1
            try await clock.sleep(for: position.retry ?? .seconds(1))
            let response = try await send(.GET, nil, [("last-event-id", id)])
            guard response.status == .ok else { break }
            answer = try await read(response, for: request, &position)
            if position.lastID != id { attempts = 0 }
        }
        guard let answer else {
            throw MCPFailure.lost("ended its answer before it was complete")
        }
        return answer
    }

    func listen(era: MCPEra) async throws {
        guard !era.isModern else { return }
        var position = StreamPosition()
        while true {
            let resumed = position.lastID.map { [("last-event-id", $0)] } ?? []
            let response = try await send(.GET, nil, resumed)
            if response.status == .notFound, sessionID != nil { throw MCPFailure.sessionExpired }
            // Servers that never say anything unasked answer otherwise.
            guard response.status == .ok else { return }
            // What changed before it listened to us, nobody told us.
            inbox.post(.toolsChanged)
            _ = try await read(response, for: nil, &position)
            try await clock.sleep(for: position.retry ?? .seconds(1))
        }
    }

    /// Where a stream can be taken up again.
    private struct StreamPosition {
        var lastID: String?
        var retry: Duration?
    }

    /// - Returns: the answer, or `nil` when the stream ended without one.
    private func read(
        _ response: HTTPClientResponse, for request: MCPRequest?, _ position: inout StreamPosition
    ) async throws -> JSONValue? {
        var splitter = LineSplitter(limit: Self.answerLimit)
        var events = EventStreamLines(limit: Self.answerLimit)
        defer {
            position.lastID = events.lastID ?? position.lastID
            position.retry = events.retry ?? position.retry
        }
        do {
            for try await chunk in response.body {
                var lines: [LineSplitter.Line] = []
                chunk.withUnsafeReadableBytes { splitter.add($0) { lines.append($0) } }
                guard !splitter.isOverflowing else {
                    throw MCPFailure.unreadable("sent more than \(Self.answerLimit) bytes")
                }
                for line in lines {
                    guard case .whole(let bytes) = line else {
                        throw MCPFailure.unreadable("sent more than \(Self.answerLimit) bytes")
                    }
                    guard let event = try events.take(bytes) else { continue }
                    let message = event.text.withUnsafeBufferPointer { JSONRPCMessage($0) }
                    if let message, let result = try take(message, for: request) { return result }
                }
            }
        } catch {
            let failure = TransportFault.failure(error)
            // A broken stream is like one that ended, where it can be taken up again.
            guard case MCPFailure.lost = failure, events.lastID != nil, !Task.isCancelled else {
                throw failure
            }
        }
        return nil
    }
}

extension HTTPClientResponse {
    /// The whole body.
    ///
    /// - Throws: `MCPFailure` when there is more than that, or when the connection broke.
    func collect(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        do {
            for try await chunk in body {
                guard whole.readableBytes + chunk.readableBytes <= limit else {
                    throw MCPFailure.unreadable("answered with more than \(limit) bytes")
                }
                whole.writeImmutableBuffer(chunk)
            }
        } catch {
            throw TransportFault.failure(error)
        }
        return whole
    }

    /// The beginning of a body that only says what went wrong.
    func collectBeginning() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                bytes.append(contentsOf: chunk.readableBytesView)
                if bytes.count > 65_536 { break }
            }
        } catch {
            throw TransportFault.failure(error)
        }
        return bytes
    }
}
