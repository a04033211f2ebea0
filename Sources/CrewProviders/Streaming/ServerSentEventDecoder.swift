package import CrewKit

/// Turns the bytes of an event stream into events, whatever way they were cut into chunks.
///
/// It follows the WHATWG rules on bytes: CRLF, LF and CR end a line, one leading byte order mark is
/// dropped, comments and unknown fields are skipped. An event whose data is one line inside one
/// chunk, which is nearly every event, is handed on without being copied.
package struct ServerSentEventDecoder: Sendable {
    /// One event; `data` points into memory that is valid only until the receiver returns.
    package struct Event {
        package var type: String
        package var data: UnsafeBufferPointer<UInt8>
        package var lastEventID: String

        /// The data as text; malformed UTF-8 becomes U+FFFD.
        package var text: String { String(decoding: data, as: UTF8.self) }
    }

    /// More than this is an error, so that no endpoint can fill our memory.
    package struct Limits: Sendable {
        package var lineBytes = 1 << 20
        package var eventBytes = 4 << 20
    }

    package typealias Receiver = (Event) throws(CrewError) -> Void
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// The reconnection time in milliseconds that the stream asked for last.
    private(set) var retryMilliseconds: Int?
    /// How many events were handed on.
    private(set) var eventCount = 0

    private let limits: Limits
    /// How many bytes of a leading byte order mark were seen; nil once that question is settled.
    private var markBytes: Int? = 0
    /// The last line ended with CR: an LF that comes next belongs to it.
    private var swallowsLineFeed = false
    private var partialLine: [UInt8] = []
    private var type = ""
    private var idBuffer = ""
    private var lastEventID = ""
    private var data: [UInt8] = []
    private var hasData = false

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Takes the next bytes and hands on every event that they complete.
    package mutating func decode(
        _ chunk: UnsafeBufferPointer<UInt8>, _ receive: Receiver
    ) throws(CrewError) {
        var start = try skipByteOrderMark(chunk)
        var ends = LineEnds(chunk)
        // The data of the event at hand while all of it lies in this chunk.
        var inChunk: Bytes?
        while start < chunk.count {
            if swallowsLineFeed {
                swallowsLineFeed = false
                if chunk[start] == 0x0A {
                    start += 1
                    continue
                }
            }
            guard let end = ends.next(from: start) else { break }
            let line = Bytes(rebasing: chunk[start..<end])
            if partialLine.isEmpty {
                try take(line, staysValid: true, inChunk: &inChunk, receive)
            } else {
                try completePartialLine(with: line, inChunk: &inChunk, receive)
            }
            swallowsLineFeed = chunk[end] == 0x0D
            start = end + 1
        }
        if let bytes = inChunk { data.append(contentsOf: bytes) }
        if start < chunk.count { try keep(Bytes(rebasing: chunk[start...])) }
    }

    /// Ends the stream, handing on an event whose final empty line is missing.
    ///
    /// The standard discards such an event. Endpoints of language models do end this way, and the
    /// receiver can tell a whole document from a cut one, so nothing is discarded here.
    package mutating func finish(_ receive: Receiver) throws(CrewError) {
        var inChunk: Bytes?
        if !partialLine.isEmpty {
            try completePartialLine(with: Bytes(start: nil, count: 0), inChunk: &inChunk, receive)
        }
        try dispatch(&inChunk, receive)
    }

    // MARK: Lines

    private mutating func completePartialLine(
        with rest: Bytes, inChunk: inout Bytes?, _ receive: Receiver
    ) throws(CrewError) {
        try keep(rest)
        var line: [UInt8] = []
        swap(&line, &partialLine)
        let result = line.withUnsafeBufferPointer { bytes in
            Result { () throws(CrewError) in
                try take(bytes, staysValid: false, inChunk: &inChunk, receive)
            }
        }
        line.removeAll(keepingCapacity: true)
        partialLine = line
        try result.get()
    }

    private mutating func keep(_ bytes: Bytes) throws(CrewError) {
        guard partialLine.count + bytes.count <= limits.lineBytes else { throw lineTooLong }
        partialLine.append(contentsOf: bytes)
    }

    private var lineTooLong: CrewError {
        CrewError(
            .modelAnsweredNonsense,
            "the event stream holds a line of more than \(limits.lineBytes) bytes")
    }

    private mutating func take(
        _ line: Bytes, staysValid: Bool, inChunk: inout Bytes?, _ receive: Receiver
    ) throws(CrewError) {
        guard line.count <= limits.lineBytes else { throw lineTooLong }
        guard let first = line.first else { return try dispatch(&inChunk, receive) }
        if first == UInt8(ascii: ":") { return }
        let colon = line.position(of: UInt8(ascii: ":"), from: 0) ?? line.count
        var valueStart = min(colon + 1, line.count)
        if valueStart < line.count, line[valueStart] == 0x20 { valueStart += 1 }
        let value = Bytes(rebasing: line[valueStart...])
        let field = Bytes(rebasing: line[..<colon])
        if field.spells("data") {
            try appendData(value, staysValid: staysValid, inChunk: &inChunk)
        } else if field.spells("event") {
            type = String(decoding: value, as: UTF8.self)
        } else if field.spells("id") {
            if !value.contains(0) { idBuffer = String(decoding: value, as: UTF8.self) }
        } else if field.spells("retry"), let time = Self.digits(value) {
            retryMilliseconds = time
        }
    }

    private mutating func appendData(
        _ value: Bytes, staysValid: Bool, inChunk: inout Bytes?
    ) throws(CrewError) {
        let held = data.count + (inChunk?.count ?? 0)
        guard held + value.count < limits.eventBytes else {
            throw CrewError(
                .modelAnsweredNonsense,
                "the event stream holds an event of more than \(limits.eventBytes) bytes")
        }
        if !hasData, staysValid {
            hasData = true
            inChunk = value
            return
        }
        if let bytes = inChunk {
            data.append(contentsOf: bytes)
            inChunk = nil
        }
        if hasData { data.append(0x0A) }
        hasData = true
        data.append(contentsOf: value)
    }

    private mutating func dispatch(
        _ inChunk: inout Bytes?, _ receive: Receiver
    ) throws(CrewError) {
        lastEventID = idBuffer
        let name = type.isEmpty ? "message" : type
        type = ""
        guard hasData else { return }
        hasData = false
        eventCount += 1
        if let bytes = inChunk {
            inChunk = nil
            return try receive(Event(type: name, data: bytes, lastEventID: lastEventID))
        }
        let result = data.withUnsafeBufferPointer { bytes in
            Result { () throws(CrewError) in
                try receive(Event(type: name, data: bytes, lastEventID: lastEventID))
            }
        }
        data.removeAll(keepingCapacity: true)
        try result.get()
    }

    // MARK: Bytes

    /// Where the text starts in this chunk, once a leading byte order mark has been ruled out.
    private mutating func skipByteOrderMark(_ chunk: Bytes) throws(CrewError) -> Int {
        guard var seen = markBytes else { return 0 }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for (position, byte) in chunk.enumerated() {
            if seen == mark.count {
                markBytes = nil
                return position
            }
            guard byte == mark[seen] else {
                // It only looked like one: the bytes of earlier chunks are text after all.
                markBytes = nil
                let earlier = seen - position
                if earlier > 0 {
                    try mark[..<earlier].withUnsafeBufferPointer { bytes throws(CrewError) in
                        try keep(bytes)
                    }
                }
                return 0
            }
            seen += 1
        }
        markBytes = seen
        return chunk.count
    }

    private static func digits(_ bytes: Bytes) -> Int? {
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self))
    }
}
