import CrewKit
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads a request's body as one JSON object.
enum JSONBody {
    /// - Throws: `invalidInput` with the place of the problem; `unsupportedMediaType` for a body that
    ///   is no JSON and does not claim to be.
    static func object(
        in body: ByteBuffer, contentType: String?
    ) throws(CrewError) -> JSONObject {
        let result = body.withUnsafeReadableBytes { bytes in
            let bytes = bytes.bindMemory(to: UInt8.self)
            return Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
        }
        switch result {
        case .failure(let error):
            if let contentType, !mayHoldJSON(contentType), !looksLikeObject(body) {
                throw CrewError(
                    .unsupportedMediaType, "the body must be JSON, and is said to be \(contentType)"
                )
            }
            throw CrewError(.invalidInput, "the body is \(error)")
        case .success(let value):
            guard let object = value.object else {
                throw CrewError(
                    .invalidInput,
                    "the body must be a JSON object, and is of type \(value.typeName)")
            }
            return object
        }
    }

    /// Whoever writes such a body means JSON, and forgot to say so, as with curl's `-d`.
    private static func looksLikeObject(_ body: ByteBuffer) -> Bool {
        let blanks = Array(" \t\r\n".utf8)
        return body.readableBytesView.first { !blanks.contains($0) } == UInt8(ascii: "{")
    }

    /// Clients that name no type, or a wrong one that is text, are read all the same.
    private static func mayHoldJSON(_ contentType: String) -> Bool {
        let essence = contentType.prefix { $0 != ";" }.lowercased()
        return essence.hasSuffix("json") || essence.hasPrefix("text/plain")
    }
}

extension Request {
    /// The whole body.
    ///
    /// - Throws: `bodyTooLarge`, before anything is read when the length is told.
    mutating func readBody(upTo limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw CrewError(
                .bodyTooLarge, "the body has \(length) bytes; at most \(limit) are taken")
        }
        do {
            return try await collectBody(upTo: limit)
        } catch  where error is CancellationError || error is any HTTPResponseError {
            throw error
        } catch {
            // Whoever sent it has closed its half of the connection in the middle.
            throw CrewError(.invalidInput, "the body ended before all of it had come", cause: error)
        }
    }

    /// The members of a JSON body; an empty body has none.
    mutating func readObject(upTo limit: Int) async throws -> JSONObject {
        let body = try await readBody(upTo: limit)
        guard body.readableBytes > 0 else { return [:] }
        return try JSONBody.object(in: body, contentType: headers[.contentType])
    }
}
