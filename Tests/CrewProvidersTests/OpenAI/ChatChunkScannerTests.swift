import CrewKit
import Testing

@testable import CrewProviders

@Suite("Chat chunk scanner")
struct ChatChunkScannerTests {
    static func text(_ chunk: String) -> String? {
        Array(chunk.utf8).withUnsafeBufferPointer { ChatChunkScanner.text(in: $0) }
    }

    @Test(
        "A chunk that only says something is read",
        arguments: [
            (Chunk.text("Xin chào"), "Xin chào"),
            (Chunk.text("a\n\"b\"\\ 📊\\\\"), "a\n\"b\"\\ 📊\\\\"),
            (Chunk.text(""), ""), (Chunk.delta(#""role":"assistant","content":null"#), ""),
            (
                #" { "id" : "x,]}" , "x":{"a":[1,{"b":"]"}]},"usage":null,"choices" : [ {"delta":{"#
                    + #""content":"\u00e9\uD83D\uDE00", "refusal":null} ,"logprobs":{"a":1},"#
                    + #""finish_reason" : null , "index": 0 } ] } "#, "é😀"
            ),
        ])
    func simple(chunk: String, text: String) {
        #expect(Self.text(chunk) == text)
    }

    @Test(
        "Every other chunk is left to the full reader",
        arguments: [
            "", "{", "{}", "[]", #"{"detail":"x"}"#, "[DONE]", "null", "{}x", Chunk.usage,
            Chunk.finish(),
            Chunk.text("x") + "x",
            String(Chunk.text("x").dropLast()), Chunk.delta(#""reasoning":"x""#),
            Chunk.delta(#""content":["x"]"#), Chunk.delta(#""content":"\x""#),
            Chunk.calls(#"{"index":0}"#), #"{"error":{"message":"m"},"choices":[]}"#,
            #"{"choices":[]}"#, #"{"choices":[{"index":1,"delta":{"content":"x"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"x"}},{"index":1,"delta":{}}]}"#,
            #"{"choices":[{"index":0,"message":{"content":"x"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":1}}"#,
        ])
    func other(chunk: String) {
        #expect(Self.text(chunk) == nil)
    }

    @Test("It reads what the full reader reads, however a chunk is cut or changed")
    func agreement() throws {
        let chunk = Array(Chunk.text("a\u{1F4CA}\\\"\n").utf8)
        let noise = Array("\"\\{}[],:0n ".utf8)
        for position in chunk.indices {
            for byte in noise {
                var changed = chunk
                changed[position] = byte
                try Self.compare(changed)
            }
            try Self.compare(Array(chunk[..<position]))
        }
    }

    /// A scanner that is laxer than the full reader may read what that refuses, never otherwise.
    private static func compare(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBufferPointer { bytes in
            guard let text = ChatChunkScanner.text(in: bytes),
                let full = try? JSONValue(parsing: bytes)  // refused: nothing to compare
            else { return }
            let choice = try #require(full["choices"]?.array?.first)
            #expect(choice["delta"]?["content"]?.string ?? "" == text)
        }
    }
}
