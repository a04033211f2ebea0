import CrewKit
import NIOCore

/// One event of a `/v1` stream as a client reads it.
struct SentEvent: Equatable {
    var type: String
    var id: Int?
    var data: JSONValue

    /// Reads a whole stream by the rules of Server-Sent Events.
    static func all(in text: String) throws -> [SentEvent] {
        try text.split(separator: "\n\n").compactMap { block in
            var event = SentEvent(type: "message", data: .null)
            var hasData = false
            for line in block.split(separator: "\n") {
                if line.hasPrefix("event: ") { event.type = String(line.dropFirst(7)) }
                if line.hasPrefix("id: ") { event.id = Int(line.dropFirst(4)) }
                if line.hasPrefix("data: ") {
                    event.data = try JSONValue(parsing: String(line.dropFirst(6)))
                    hasData = true
                }
            }
            return hasData ? event : nil
        }
    }
}

extension [SentEvent] {
    var types: [String] { map(\.type) }
    var ids: [Int] { compactMap(\.id) }
}
