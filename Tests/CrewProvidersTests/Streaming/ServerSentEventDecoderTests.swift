import CrewKit
import Testing

@testable import CrewProviders

@Suite("Server-sent event decoder")
struct ServerSentEventDecoderTests {
    struct Event: Hashable, CustomStringConvertible {
        var type = "message"
        var data: String
        var id = ""
        var description: String { "(\(type) \(id)) \(data.debugDescription)" }
    }

    /// Decodes `chunks`; with `ending`, what is left over at the end is handed on too.
    static func decode(
        _ chunks: [[UInt8]], ending: Bool = false,
        limits: ServerSentEventDecoder.Limits = ServerSentEventDecoder.Limits()
    ) throws -> [Event] {
        var decoder = ServerSentEventDecoder(limits: limits)
        var events: [Event] = []
        for chunk in chunks {
            try chunk.withUnsafeBufferPointer { bytes in
                try decoder.decode(bytes) { event throws(CrewError) in
                    events.append(Event(type: event.type, data: event.text, id: event.lastEventID))
                }
            }
        }
        guard ending else { return events }
        try decoder.finish { event throws(CrewError) in
            events.append(Event(type: event.type, data: event.text, id: event.lastEventID))
        }
        return events
    }

    static func chunks(_ text: String, of size: Int) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.count)])
        }
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var body: String
        var data: [String]
        var testDescription: String { name }
    }

    static let bom = "\u{FEFF}"
    static let long = String(repeating: "x", count: 2048)

    static let vectors = [
        Vector(
            name: "event-data",
            body: "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\n"
                + "data\n\ndata:end\n\n",
            data: ["msg\nmsg", "", "end"]),
        Vector(
            name: "format-bom", body: "\(bom)data:1\n\n\(bom)data:2\n\ndata:3\n\n",
            data: ["1", "3"]),
        Vector(
            name: "format-bom-2", body: "\(bom)\(bom)data:1\n\ndata:2\n\ndata:3\n\n",
            data: ["2", "3"]),
        Vector(
            name: "format-comments",
            body: "data:1\r:\0\n:\r\ndata:2\n:\(long)\rdata:3\n:data:fail\r:\(long)\ndata:4\n\n",
            data: ["1\n2\n3\n4"]),
        Vector(
            name: "format-data-before-final-empty-line",
            body: "retry:1000\ndata:test1\n\nid:test\ndata:test2\n", data: ["test1"]),
        Vector(
            name: "format-field-data", body: "data:\n\ndata\ndata\n\ndata:test\n\n",
            data: ["", "\n", "test"]),
        Vector(
            name: "format-field-parsing",
            body: "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\r"
                + "data:\r\n data:32\ndata:4\n\n",
            data: ["\0\n 2\n1\n3\n\n4"]),
        Vector(name: "format-field-retry-empty", body: "retry\ndata:test\n\n", data: ["test"]),
        Vector(
            name: "format-field-unknown",
            body: "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\n"
                + "data:test\n\n",
            data: ["test\n\ntest"]),
        Vector(
            name: "format-leading-space", body: "data:\ttest\rdata: \ndata:test\n\n",
            data: ["\ttest\n\ntest"]),
        Vector(
            name: "format-newlines", body: "data:test\r\ndata\ndata:test\r\n\r\n",
            data: ["test\n\ntest"]),
        Vector(name: "format-null-character", body: "data:\0\n\n", data: ["\0"]),
        Vector(name: "format-utf-8", body: "data:ok…\n\n", data: ["ok…"]),
        Vector(
            name: "launchdarkly: empty lines in data",
            body: "data:\ndata: line2\ndata: line3\n\ndata: line1\ndata:\ndata: line3\n\n\n\n",
            data: ["\nline2\nline3", "line1\n\nline3"]),
        Vector(
            name: "undici: blanks", body: "data:\n\ndata: \n\ndata:   \n\ndata: : \n\n",
            data: ["", "", "  ", ": "]),
        Vector(
            name: "endpoints: keep-alive, no blank, ping",
            body: ": OPENROUTER PROCESSING\n\ndata:[DONE]\n\nevent: ping\ndata: {}\n\n",
            data: ["[DONE]", "{}"]),
    ]

    @Test("A vector of the standard gives its events under every chunking", arguments: vectors)
    func vector(_ vector: Vector) throws {
        let size = vector.body.utf8.count
        for length in [size, 1, 2, 3, 7] {
            let events = try Self.decode(Self.chunks(vector.body, of: length))
            #expect(events.map(\.data) == vector.data, "chunks of \(length)")
        }
    }

    @Test("LF, CRLF and CR mean the same", arguments: vectors.prefix(1) + vectors[13...])
    func lineEnds(_ vector: Vector) throws {
        for end in ["\r\n", "\r"] {
            let body = String(
                decoding: vector.body.utf8.flatMap { $0 == 0x0A ? Array(end.utf8) : [$0] },
                as: UTF8.self)
            for length in [body.utf8.count, 1, 2] {
                let events = try Self.decode(Self.chunks(body, of: length))
                #expect(events.map(\.data) == vector.data)
            }
        }
    }

    @Test(
        "A CRLF split over two chunks is one line end, and a CR at a chunk's end is not waited on")
    func splitLineEnd() throws {
        let chunks = ["data: Hello\r", "\ndata: World\r", "\n\r\ndata: OK\r", "\n", "\r", "\n"]
        let events = try Self.decode(chunks.map { Array($0.utf8) })
        #expect(events.map(\.data) == ["Hello\nWorld", "OK"])
        #expect(try Self.decode([Array("data: now\r\r".utf8)]).map(\.data) == ["now"])
    }

    @Test("An event keeps its type for itself and its id for those that follow")
    func typesAndIDs() throws {
        let body = """
            event:test
            id: 1
            data:x

            data:y

            id: a\0b
            event:\u{20}
            data:z

            id
            data:w


            """
        #expect(
            try Self.decode([Array(body.utf8)]) == [
                Event(type: "test", data: "x", id: "1"), Event(data: "y", id: "1"),
                Event(data: "z", id: "1"), Event(data: "w", id: ""),
            ])
    }

    @Test("A reconnection time counts only when it is all digits")
    func retry() throws {
        var decoder = ServerSentEventDecoder()
        for (line, time) in [("retry:03000\n", 3000), ("retry: 1000x\n", 3000), ("retry\n", 3000)] {
            try Array(line.utf8).withUnsafeBufferPointer { bytes in
                try decoder.decode(bytes) { _ throws(CrewError) in }
            }
            #expect(decoder.retryMilliseconds == time)
        }
    }

    @Test("What was not ended by an empty line is handed on at the end of the stream")
    func trailingData() throws {
        #expect(try Self.decode([Array("data: {}".utf8)], ending: true).map(\.data) == ["{}"])
        #expect(try Self.decode([Array("data: {}\n".utf8)], ending: true).map(\.data) == ["{}"])
        #expect(try Self.decode([Array("data: {}\n\n".utf8)], ending: true).count == 1)
        #expect(try Self.decode([Array(": nothing".utf8)], ending: true).isEmpty)
    }

    @Test("Characters split over chunks stay whole, malformed ones become U+FFFD")
    func utf8() throws {
        #expect(
            try Self.decode(Self.chunks("data: ổ cứng 📊\n\n", of: 1)).map(\.data) == ["ổ cứng 📊"])
        #expect(
            try Self.decode([Array("data: ".utf8) + [0xFF, 0x0A, 0x0A]]).map(\.data) == ["\u{FFFD}"]
        )
    }

    @Test("Bytes that only begin like a byte order mark are text")
    func notAMark() throws {
        let body: [UInt8] = [0xEF, 0xBB] + Array("data: 1\n\ndata: 2\n\n".utf8)
        #expect(try Self.decode([body]).map(\.data) == ["2"])
        #expect(try Self.decode(body.map { [$0] }).map(\.data) == ["2"])
    }

    @Test("A line or an event beyond its limit is an error, not memory", arguments: [1, 5, 4096])
    func limits(_ size: Int) {
        let limits = ServerSentEventDecoder.Limits(lineBytes: 64, eventBytes: 128)
        let line = "data: \(String(repeating: "x", count: 100))\n\n"
        let event = String(repeating: "data: \(String(repeating: "x", count: 40))\n", count: 4)
        for body in [line, String(line.dropLast(2)), event] {
            let error = #expect(throws: CrewError.self) {
                try Self.decode(Self.chunks(body, of: size), limits: limits)
            }
            #expect(error?.code == .modelAnsweredNonsense)
        }
    }

    @Test("Events written and cut at random come out as they went in")
    func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = ["", "a", "ế", "📊", " ", ":", "data", "\0", "{\"a\":1}"]
        for _ in 0..<200 {
            let events = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        pieces.randomElement(using: &random) ?? ""
                    }.joined()
                }
            }
            let end = ["\n", "\r", "\r\n"].randomElement(using: &random) ?? "\n"
            let body = events.map { $0.map { "data: \($0)\(end)" }.joined() + end }.joined()
            let size = Int.random(in: 1...9, using: &random)
            #expect(
                try Self.decode(Self.chunks(body, of: size)).map(\.data)
                    == events.map { $0.joined(separator: "\n") })
        }
    }

    @Test("Random bytes are never more than decoded or refused")
    func noise() throws {
        let alphabet = Array("data:id retry\r\n\0".utf8) + [0xEF, 0xBB, 0xBF, 0xFF]
        for _ in 0..<500 {
            let bytes = (0..<64).map { _ in alphabet.randomElement() ?? 0 }
            let whole = try Self.decode([bytes], ending: true)
            #expect(try Self.decode(bytes.map { [$0] }, ending: true) == whole)
        }
    }
}
