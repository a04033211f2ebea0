import CrewKit
import NIOCore

/// One frame of an event stream as a client reads it.
struct Frame: Equatable {
    var type: String
    var agent: String
    var content: String
    var metadata: JSONValue
    var id: Int?

    /// Reads a whole stream by the rules of Server-Sent Events.
    static func all(in text: String) throws -> [Frame] {
        var frames: [Frame] = []
        for block in text.split(separator: "\n\n") {
            var data: String?
            var id: Int?
            for line in block.split(separator: "\n") {
                if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
                if line.hasPrefix("id: ") { id = Int(line.dropFirst(4)) }
            }
            guard let data else { continue }
            let value = try JSONValue(parsing: data)
            frames.append(
                Frame(
                    type: value["type"]?.string ?? "", agent: value["agent"]?.string ?? "",
                    content: value["content"]?.string ?? "", metadata: value["metadata"] ?? .null,
                    id: id))
        }
        return frames
    }

    static func all(in buffer: ByteBuffer) throws -> [Frame] {
        try all(in: String(buffer: buffer))
    }
}

extension [Frame] {
    var types: [String] { map(\.type) }

    func first(_ type: String) -> Frame? { first { $0.type == type } }

    /// The tokens in one piece.
    var tokens: String { filter { $0.type == "token" }.map(\.content).joined() }
}
