import CrewKit
import HTTPTypes
import NIOCore
import Testing

@testable import CrewServer

@Suite("Stream request")
struct RequestParsingTests {
    @Test(
        "q is the text itself, or a JSON object like a body",
        arguments: [
            ("q=hello", "hello"), ("q=hello+world", "hello world"),
            ("q=hello%20world", "hello world"), ("q=123", "123"), ("q=%22x%22", "\"x\""),
            ("q=[1]", "[1]"), ("q={\"query\":\"in JSON\"}", "in JSON"),
            ("q=%7B%22query%22%3A%22m%C3%A1y%22%7D", "máy"), ("q={broken", "{broken"),
            ("a=1&q=x%3Dy=z&q=second", "x=y=z"), ("q=100%", "100%"), ("q=100%25", "100%"),
            ("q=m%C3%A1y+ch%E1%BA%ADm", "máy chậm"), ("q={\"history\":[]}", ""), ("q=", ""),
        ])
    func getQuery(_ query: String, _ expected: String) throws {
        #expect(try StreamRequest(query: QueryString(query)).query == expected)
    }

    @Test("A GET without q says that a query is required", arguments: [nil, "", "p=1"])
    func getWithoutQuery(_ query: String?) {
        let error = #expect(throws: CrewError.self) {
            try StreamRequest(query: QueryString(query))
        }
        #expect(error?.message == "Query is required")
    }

    @Test("q that is not UTF-8 is refused")
    func notUTF8() {
        let error = #expect(throws: CrewError.self) {
            try StreamRequest(query: QueryString("q=%C3"))
        }
        #expect(error?.message.contains("invalid UTF-8") == true)
    }

    @Test("A body's fields are read, and those of the URL fill what it left out")
    func allFields() throws {
        let body = """
            {"query": "xin chào", "session_id": "s-1", "resume_agent": "b", "on_disconnect": "cancel",
             "history": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
                         {"role": "system", "content": "c"}], "unknown": {}}
            """
        let request = try post(body)
        #expect(request.query == "xin chào")
        #expect(request.session == "s-1")
        #expect(request.resumeAgent == "b")
        #expect(request.onDisconnect == .cancel)
        #expect(
            request.history.map(\.entry) == [
                .user("a"), .agent(AgentMessage(agent: nil, text: "b")), .note("c"),
            ])
        let filled = try post(
            #"{"query": "x", "resume_agent": "b"}"#,
            url: "session_id=s&resume_agent=c&on_disconnect=cancel")
        #expect(filled.session == "s")
        #expect(filled.resumeAgent == "b")
        #expect(filled.onDisconnect == .cancel)
    }

    @Test(
        "A body that is no request gives way to q",
        arguments: ["", "not JSON", "[1]", "\"x\"", #"{"query": 5}"#, #"{"history": 1}"#])
    func fallsBackToURL(_ body: String) throws {
        #expect(try post(body, url: "q=plain").query == "plain")
        #expect(throws: CrewError.self) { try post(body) }
    }

    @Test(
        "What is wrong with a body is said",
        arguments: [
            ("{", "invalid JSON at byte 1"), ("[]", "must be a JSON object"),
            (#"{"query": 5}"#, "query must be a string, and is of type integer"),
            (#"{"query": "x", "history": {}}"#, "must be an array"),
            (#"{"query": "x", "history": [5]}"#, "message 0 must be"),
            (#"{"query": "x", "history": [{"role": "tool"}]}"#, "invalid role 'tool'"),
            (#"{"query": "x", "session_id": "a b"}"#, "session_id must be"),
            (#"{"query": "x", "session_id": "é"}"#, "session_id must be"),
            (#"{"query": "x", "on_disconnect": "stop"}"#, "'continue' or 'cancel'"),
        ])
    func problems(_ body: String, _ message: String) {
        let error = #expect(throws: CrewError.self) { try post(body) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A body that says it is something else, and is no JSON, is refused as such")
    func mediaType() {
        let error = #expect(throws: CrewError.self) {
            try StreamRequest(
                body: ByteBuffer(string: "query=x"),
                contentType: "application/x-www-form-urlencoded", query: QueryString(nil))
        }
        #expect(error?.code == .unsupportedMediaType)
    }

    @Test("Broken JSON is told of by its place, also when curl's -d calls it a form")
    func brokenForm() {
        let error = #expect(throws: CrewError.self) {
            try StreamRequest(
                body: ByteBuffer(string: " {\"query\": \"x\",}"),
                contentType: "application/x-www-form-urlencoded", query: QueryString(nil))
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("invalid JSON at byte") == true, "\(error?.message ?? "")")
    }

    @Test(
        "A stream is given to whoever would rather have it than JSON",
        arguments: [
            ("text/event-stream", true), ("Text/Event-Stream; charset=utf-8", true),
            ("text/event-stream, application/json", true), ("*/*", false), ("", false),
            ("text/event-stream;q=0.1, application/json", false),
            ("application/json; q=0.5, text/event-stream; q=0.9", true),
            ("text/event-stream;q=0", false), ("application/json", false),
        ])
    func acceptedStream(accept: String, isStream: Bool) {
        #expect(
            HTTPFields([HTTPField(name: .accept, value: accept)]).prefersEventStream == isStream)
    }

    @Test("JSON is read whatever the type says")
    func lenientType() throws {
        let request = try StreamRequest(
            body: ByteBuffer(string: #"{"query": "x"}"#),
            contentType: "application/x-www-form-urlencoded", query: QueryString(nil))
        #expect(request.query == "x")
    }

    private func post(_ body: String, url: String? = nil) throws -> StreamRequest {
        try StreamRequest(
            body: ByteBuffer(string: body), contentType: "application/json", query: QueryString(url)
        )
    }
}
