import CrewKit
import Testing

@testable import CrewProviders

@Suite("Streamed tool calls")
struct StreamedToolCallTests {
    static func calls(
        _ chunks: [String], tools: [ToolName] = []
    ) throws -> [ToolCall] {
        let request = ModelRequest(
            agent: "a", messages: [.user("hi")],
            tools: tools.map { ToolDefinition(name: $0, description: "") })
        let body = ChatResponseReaderTests.events(
            chunks + [Chunk.finish("tool_calls"), Chunk.done])
        return try ChatResponseReaderTests.read(body, request: request).toolCalls
    }

    static func piece(
        index: Int? = nil, id: String? = nil, name: String? = nil, _ arguments: String = ""
    ) -> String {
        var members: [String] = []
        if let index { members.append("\"index\":\(index)") }
        if let id { members.append("\"id\":\"\(id)\"") }
        let nameMember = name.map { "\"name\":\"\($0)\"," } ?? ""
        let text = JSONValue.string(arguments).text
        members.append("\"function\":{\(nameMember)\"arguments\":\(text)}")
        return "{\(members.joined(separator: ","))}"
    }

    @Test("Pieces with one index become one call, calls side by side stay apart")
    func byIndex() throws {
        let calls = try Self.calls([
            Chunk.calls(Self.piece(index: 0, id: "call_1", name: "f")),
            Chunk.calls(Self.piece(index: 0, #"{"a""#)),
            Chunk.calls(Self.piece(index: 1, id: "call_2", name: "g", "{")),
            Chunk.calls(Self.piece(index: 0, ":1}")),
            Chunk.calls(Self.piece(index: 1, "}")),
        ])
        #expect(
            calls == [
                ToolCall(id: "call_1", name: "f", arguments: ["a": 1]),
                ToolCall(id: "call_2", name: "g", arguments: [:]),
            ])
    }

    @Test("Without an index pieces follow their id, else the last call")
    func missingIndex() throws {
        let calls = try Self.calls([
            Chunk.calls(Self.piece(id: "x", name: "f", #"{"a":"#)),
            Chunk.calls(Self.piece(#"1}"#)),
            Chunk.calls(Self.piece(id: "y", name: "g", "{")),
            Chunk.calls(Self.piece(id: "y", "}")),
        ])
        #expect(calls.map(\.id) == ["x", "y"])
        #expect(calls.map(\.arguments) == [["a": 1], [:]])
    }

    @Test("Calls that come whole in one chunk without index or id are told apart by position")
    func wholeWithoutIndex() throws {
        let calls = try Self.calls([
            Chunk.calls(
                [Self.piece(name: "f", "{"), Self.piece(name: "g", "{")].joined(separator: ",")),
            Chunk.calls([Self.piece("}"), Self.piece("}")].joined(separator: ",")),
        ])
        #expect(calls.map(\.name) == ["f", "g"])
        #expect(calls.map(\.id) == ["call_1_0", "call_1_1"])
        #expect(calls.allSatisfy { $0.arguments == [:] })
    }

    @Test("An index that comes again with a new id is another call")
    func repeatedIndex() throws {
        let calls = try Self.calls([
            Chunk.calls(Self.piece(index: 0, id: "a", name: "f", #"{"n":1}"#)),
            Chunk.calls(Self.piece(index: 0, id: "b", name: "f", #"{"n":2}"#)),
            Chunk.calls(Self.piece(index: 0, id: "c", name: "g", "{")),
            Chunk.calls(Self.piece(index: 0, "}")),
        ])
        #expect(calls.map(\.id) == ["a", "b", "c"])
        #expect(calls.map(\.arguments) == [["n": 1], ["n": 2], [:]])
    }

    @Test("An id or a name that is repeated with every piece does not grow")
    func repeatedName() throws {
        let calls = try Self.calls([
            Chunk.calls(Self.piece(index: 0, id: "a", name: "f", "{")),
            Chunk.calls(Self.piece(index: 0, id: "a", name: "f", "}")),
        ])
        #expect(calls == [ToolCall(id: "a", name: "f")])
    }

    @Test(
        "Arguments that are not an object's JSON are kept for the model to be told",
        arguments: [
            ("", JSONValue.object([:])), ("  \n", JSONValue.object([:])),
            ("null", JSONValue.object([:])),
            ("{\"a\":", JSONValue.string("{\"a\":")),
            ("a=1", JSONValue.string("a=1")), ("[1]", JSONValue.array([1])),
        ])
    func oddArguments(text: String, value: JSONValue) throws {
        let calls = try Self.calls([Chunk.calls(Self.piece(index: 0, id: "a", name: "f", text))])
        #expect(calls.first?.arguments == value)
    }

    @Test("Arguments sent as an object instead of text are taken")
    func objectArguments() throws {
        let piece = #"{"index":0,"id":"a","function":{"name":"f","arguments":{"a":1}}}"#
        #expect(try Self.calls([Chunk.calls(piece)]).first?.arguments == ["a": 1])
    }

    @Test("Tool names that the wire forbids come back as they are")
    func names() throws {
        let long = ToolName(String(repeating: "n", count: 80))
        let tools: [ToolName] = ["mcp.files/read", "mcp_files_read", "kiểm tra", long]
        let request = ModelRequest(
            agent: "a", messages: [],
            tools: tools.map { ToolDefinition(name: $0, description: "") })
        let names = WireToolNames(request)
        let wire = tools.map { names.wireName(of: $0) }
        #expect(
            wire == [
                "mcp_files_read_2", "mcp_files_read", "ki_m_tra", String(long.rawValue.prefix(64)),
            ])
        #expect(wire.map { names.original(of: $0) } == tools)
        let calls = try Self.calls(
            [Chunk.calls(Self.piece(index: 0, id: "a", name: "mcp_files_read_2"))], tools: tools)
        #expect(calls.first?.name == "mcp.files/read")
    }
}
