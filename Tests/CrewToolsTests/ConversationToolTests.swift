import CrewKit
import Foundation
import Testing

@testable import CrewTools

@Suite("Conversation tools")
struct ConversationToolTests {
    private static func agent(_ text: String, calls: [ToolCall] = []) -> ConversationEntry {
        .agent(AgentMessage(agent: "helper", text: text, toolCalls: calls))
    }

    static let conversation: [ConversationEntry] = [
        .note("be kind"),
        .user("Xin chào, tôi là Minh Anh. Tôi dùng Ubuntu."),
        agent("Chào Minh Anh!"),
        .user("The DNS server is slow. I work in Hà Nội"),
        agent("", calls: [ToolCall(id: "c1", name: "PingHost", arguments: [:])]),
        .toolResult(
            ToolResult(call: "c1", name: "PingHost", status: .success, output: "dns: 3 ms")),
        agent("The dns answers in 3 ms."),
        .groupResult(group: "team", text: "all well"),
        .user("What did I say about dns?"),
        agent("", calls: [ToolCall(id: "c2", name: "SearchMessages", arguments: [:])]),
    ]

    private func call(
        _ name: ToolName, _ arguments: JSONObject = [:],
        _ conversation: [ConversationEntry] = Self.conversation
    ) async throws -> String {
        let now = Date(timeIntervalSince1970: 1_709_214_300)
        let tools = ConversationTools.all(now: { now })
        let tool = try #require(tools.first { $0.definition.name == name })
        return try await tool.call(
            ToolInvocation(
                call: "c", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a",
                conversation: conversation))
    }

    @Test("They read, run in the process, and have sound schemas")
    func definitions() {
        let tools = ConversationTools.all().map(\.definition)
        #expect(
            tools.map(\.name) == [
                "GetMessageCount", "GetConversationSummary", "SearchMessages", "CountMessagesBy",
                "GetCurrentTime",
            ])
        for tool in tools {
            #expect(tool.effect == .read && tool.isolation == .inProcess)
            #expect(tool.readsConversation == (tool.name != "GetCurrentTime"))
            #expect(tool.schemaProblems == [])
        }
    }

    @Test("Messages are counted as people count them: a reply that only calls a tool is none")
    func count() async throws {
        #expect(
            try await call("GetMessageCount") == "8 messages: 3 user, 3 assistant, 1 tool, 1 system"
        )
        #expect(
            try await call("GetMessageCount", [:], [])
                == "0 messages: 0 user, 0 assistant, 0 tool, 0 system")
    }

    @Test("A summary has the user's name, what they said of themselves, and who did what")
    func summary() async throws {
        #expect(
            try await call("GetConversationSummary") == """
                8 messages: 3 user, 3 assistant, 1 tool, 1 system
                The user's name: Minh Anh
                The user said: Tôi dùng Ubuntu
                The user said: I work in Hà Nội
                First request: Xin chào, tôi là Minh Anh. Tôi dùng Ubuntu.
                Latest request: What did I say about dns?
                Answered by: helper (2), team (1)
                Tools used: PingHost (1)
                """)
    }

    @Test("A search leaves out the present request; the closest comes first, then the newest")
    func search() async throws {
        #expect(
            try await call("SearchMessages", ["query": " dns "]) == """
                3 messages found
                [6] assistant helper, relevance 1.0: The dns answers in 3 ms.
                [5] tool PingHost, relevance 1.0: dns: 3 ms
                [4] user, relevance 0.9: The DNS server is slow. I work in Hà Nội
                """)
        #expect(
            try await call("SearchMessages", ["query": "dns", "limit": "1"]) == """
                3 messages found
                [6] assistant helper, relevance 1.0: The dns answers in 3 ms.
                and 2 more
                """)
        #expect(
            try await call("SearchMessages", ["query": "ha noi"])
                == "1 message found\n[4] user, relevance 0.9: The DNS server is slow. I work in Hà Nội"
        )
        #expect(
            try await call("SearchMessages", ["query": "ubuntu windows"])
                == "1 message found\n"
                + "[2] user, relevance 0.5: Xin chào, tôi là Minh Anh. Tôi dùng Ubuntu.")
        #expect(
            try await call("SearchMessages", ["query": "zebra"]) == "No earlier message matches.")
    }

    @Test(
        "Messages are counted by role or by words",
        arguments: [
            ("role", "User", "3 messages of role user"),
            ("role", "tool", "1 message of role tool"),
            ("role", "all", "8 messages: 3 user, 3 assistant, 1 tool, 1 system"),
            ("keyword", "DNS", "3 messages with 'DNS': 1 user, 1 assistant, 1 tool, 0 system"),
            (
                "Keyword", "Đường",
                "0 messages with 'Đường': 0 user, 0 assistant, 0 tool, 0 system"
            ),
        ])
    func countBy(filter: String, value: String, expected: String) async throws {
        let arguments: JSONObject = [
            "filter_by": .string(filter), "filter_value": .string(value),
        ]
        #expect(try await call("CountMessagesBy", arguments) == expected)
    }

    @Test("A role that does not exist is refused with those that do")
    func unknownRole() async throws {
        let failure = await #expect(throws: ToolFailure.self) {
            try await call("CountMessagesBy", ["filter_by": "role", "filter_value": "boss"])
        }
        #expect(failure?.kind == .parameter)
        #expect(failure?.hint?.contains("assistant") == true)
        await #expect(throws: CrewError.self) { try await call("CountMessagesBy", [:]) }
    }

    @Test("The time comes from the clock that was given, with its day of the week")
    func time() async throws {
        #expect(try await call("GetCurrentTime") == "2024-02-29T13:45:00Z, Thursday")
    }

    @Test(
        "A name is what follows the words that give one",
        arguments: [
            ("my name is Ann Lee and I am ill", "Ann Lee"), ("Hello, I'm Bob!", "Bob"),
            ("I am tired", nil), ("Tên tôi là Nguyễn Văn An, 30 tuổi", "Nguyễn Văn An"),
            ("tôi là kỹ sư", nil), ("call me ishmael", "ishmael"), ("Siam is a name", nil),
            ("My name is Ann. No, my name is Eva.", "Eva"),
        ] as [(String, String?)])
    func names(text: String, name: String?) {
        let messages = SaidMessage.all(in: [.user(text)])
        #expect(ConversationFacts(of: messages).name == name)
    }

    @Test("A very long conversation is answered in a few lines")
    func long() async throws {
        let text = String(repeating: "Tôi dùng máy chủ số chín; it is slow, ", count: 1_000)
        let conversation = (0..<20).map { ConversationEntry.user("\($0) \(text)") }
        for (name, arguments) in [
            ("GetConversationSummary", [:]), ("SearchMessages", ["query": "so chin", "limit": 15]),
            ("CountMessagesBy", ["filter_by": "keyword", "filter_value": "số chín"]),
        ] as [(ToolName, JSONObject)] {
            let answer = try await call(name, arguments, conversation)
            #expect(answer.contains("19 messages") || answer.contains("20 messages"))
            #expect(answer.count < 4_000)
        }
    }

    @Test("A query of marks alone finds nothing")
    func emptyQuery() async throws {
        #expect(
            try await call("SearchMessages", ["query": "\u{301}"]) == "No earlier message matches.")
    }
}
