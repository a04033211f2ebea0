import CrewKit
import FoundationEssentials
import Testing

@Suite("Argument reader")
struct ArgumentReaderTests {
    enum Size: String, CaseIterable, Sendable { case small, large }

    private func call(_ arguments: JSONObject) -> ToolInvocation {
        ToolInvocation(
            call: "c", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a")
    }

    @Test("Arguments arrive as the values they mean")
    func values() throws {
        let id = "123E4567-E89B-42D3-A456-426614174000"
        let call = call([
            "email": " Ann@Example.com ", "count": "3", "ratio": "0.5", "urgent": "yes",
            "id": .string(id), "page": "https://example.com/a", "at": "2024-02-29T13:45:00.5+07:00",
            "on": "1970-01-02", "size": "LARGE", "tags": "a, b", "more": ["k": 1], "rest": [1],
        ])
        try call.read { arguments in
            let email = arguments.require(
                "email", .text.with(.trim, .lower).checked(.format(.email)))
            #expect(email == "ann@example.com")
            let count = arguments.require("count", .integer.checked(.between(1...10)))
            #expect(count == 3)
            let ratio = arguments.require("ratio", .number)
            #expect(ratio == 0.5)
            let isUrgent = arguments.require("urgent", .flag)
            #expect(isUrgent)
            let order = arguments.require("id", .uuid)
            #expect(order.uuidString == id)
            let page = arguments.require("page", .url)
            #expect(page.path() == "/a")
            let time = arguments.require("at", .time)
            #expect(time.timeIntervalSince1970 == 1_709_189_100.5)
            let day = arguments.require("on", .day)
            #expect(day.timeIntervalSince1970 == 86_400)
            let size = arguments.require("size", ArgumentKind<Size>.choice)
            #expect(size == .large)
            let tags = arguments.require("tags", .list(of: .text))
            #expect(tags == ["a", "b"])
            let more = arguments.require("more", .object)
            #expect(more == ["k": 1])
            let rest = arguments.require("rest", .any)
            #expect(rest == [1])
            let absent = arguments.optional("absent", .integer)
            #expect(absent == nil)
        }
    }

    @Test("Everything that does not fit is told at once, as a failure without an effect")
    func allProblems() throws {
        let failure = #expect(throws: ToolFailure.self) {
            try call(["emial": "x", "count": "12abc", "size": "larg", "ids": ["x"], "note": nil])
                .read { arguments in
                    _ = arguments.require("email", .text)
                    _ = arguments.require("count", .integer)
                    _ = arguments.require("size", ArgumentKind<Size>.choice)
                    _ = arguments.require("ids", .list(of: .uuid))
                    _ = arguments.require("note", .text)
                }
        }
        #expect(
            failure
                == ToolFailure(
                    .parameter,
                    """
                    the arguments do not fit: parameter 'email' is required; 'emial' is not known; \
                    parameter 'count' must be integer, not this text; \
                    parameter 'size' must be one of small, large; did you mean 'large'?; \
                    parameter 'ids' element 1 must be a UUID such as \
                    123e4567-e89b-42d3-a456-426614174000; parameter 'note' is required
                    """, isWithoutEffect: true))
        #expect(failure?.action == .correctArguments)
    }

    @Test("What does not fit is told rather than what the closure made of a stand-in")
    func standIns() {
        struct Own: Error {}
        let failure = #expect(throws: ToolFailure.self) {
            try call([:]).read { arguments in
                if arguments.require("name", .text).isEmpty { throw Own() }
            }
        }
        #expect(failure?.message.contains("'name' is required") == true)
        #expect(throws: Own.self) { try call([:]).read { _ in throw Own() } }
    }

    @Test("Of several tests the first that fails is told")
    func tests() throws {
        func problem<Value>(_ given: JSONValue, _ kind: ArgumentKind<Value>) -> String? {
            var reader = ArgumentReader(["x": given])
            _ = reader.require("x", kind)
            return reader.problems.first
        }
        let name = ArgumentKind.text.checked(.notEmpty, .length(2...5))
        #expect(problem("abc", name) == nil)
        #expect(problem("  ", name) == "parameter 'x' must be text that is not empty")
        #expect(problem("đườngx", name) == "parameter 'x' must be text of 2 to 5 characters")
        #expect(problem("đường", name) == nil)
        let both = ArgumentKind.text.checked(.notEmpty.and(.length(2...5)))
        #expect(problem("  ", both) == problem("  ", name))
        let ticket = ArgumentKind.text.checked(
            try .matching("[A-Z]+-[0-9]+", "a ticket number"))
        #expect(problem("AB-12", ticket) == nil)
        #expect(problem("AB-12\n", ticket) == "parameter 'x' must be a ticket number")
        #expect(throws: CrewError.self) { try ArgumentTest<String>.matching("(", "x") }
        #expect(
            problem("c", .text.checked(.oneOf(["a", "b"]))) == "parameter 'x' must be one of a, b")
        #expect(
            problem(11, .integer.checked(.atLeast(1), .atMost(10)))
                == "parameter 'x' must be at most 10")
        #expect(
            problem("a,b", .list(of: .text).checked(.count(3...4)))
                == "parameter 'x' must be a list of 3 to 4 elements")
        let even = ArgumentTest<Int>("an even number") { $0.isMultiple(of: 2) }
        #expect(problem(3, .integer.checked(even)) == "parameter 'x' must be an even number")
    }

    @Test("Answers have one form")
    func answers() throws {
        #expect(
            ToolAnswer.success("Done", data: ["n": 1])
                == #"{"status":"success","message":"Done","data":{"n":1}}"#)
        #expect(ToolAnswer.success("Done") == #"{"status":"success","message":"Done"}"#)
        #expect(
            try ToolAnswer.success("Done", encoding: ["b": 1, "a": 2])
                == #"{"status":"success","message":"Done","data":{"a":2,"b":1}}"#)
        #expect(
            ToolAnswer.mixed("Two", data: 2) == #"{"status":"success","text":"Two","data":2}"#)
        #expect(
            ToolAnswer.error("No such order", tool: "Order", hint: "look it up first")
                == #"{"status":"error","tool":"Order","error":"No such order","hint":"look it up first"}"#
        )
    }
}
