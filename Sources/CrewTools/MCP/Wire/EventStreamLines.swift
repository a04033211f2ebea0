/// Puts the lines of a Server-Sent Events stream together into events.
struct EventStreamLines: Sendable {
    struct Event: Sendable {
        /// Absent where the stream named none for it.
        var id: String?
        var text: [UInt8]
    }

    private(set) var lastID: String?
    /// How long the stream asks to wait before it is asked for again.
    private(set) var retry: Duration?
    private var id: String?
    private var text: [UInt8] = []
    private var hasText = false
    private let limit: Int

    /// - Parameter limit: bytes of one event.
    init(limit: Int) { self.limit = limit }

    /// - Returns: an event that the line completes.
    /// - Throws: `MCPFailure` when the event is too large.
    mutating func take(_ line: [UInt8]) throws(MCPFailure) -> Event? {
        guard !line.isEmpty else { return dispatched() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            guard text.count + value.count < limit else {
                throw .unreadable("sent an event of more than \(limit) bytes")
            }
            if hasText { text.append(0x0A) }
            hasText = true
            text.append(contentsOf: value)
        case "id": id = String(decoding: value, as: UTF8.self)
        case "retry":
            if let time = Int(String(decoding: value, as: UTF8.self)), time >= 0 {
                retry = .milliseconds(min(time, 60_000))
            }
        default: break
        }
        return nil
    }

    private mutating func dispatched() -> Event? {
        defer {
            id = nil
            text = []
            hasText = false
        }
        if let id { lastID = id }
        return hasText ? Event(id: id, text: text) : nil
    }
}
