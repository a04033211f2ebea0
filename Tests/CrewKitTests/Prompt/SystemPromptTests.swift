import Testing

@testable import CrewKit

@Suite("System prompt")
struct SystemPromptTests {
    private func bench(_ change: (inout AgentDefinition) -> Void) -> PromptBench {
        var bench = PromptBench()
        bench.definition.agents[0].systemPrompt = ""
        bench.definition.agents[0].role = "Operator"
        change(&bench.definition.agents[0])
        return bench
    }

    @Test("Placeholders are filled in, those inside the backstory too")
    func placeholders() throws {
        let bench = bench { agent in
            agent.systemPrompt = "I am {{name}}, {{role}}: {{description}}. {{backstory}} {{name}}"
            agent.backstory = "{{name}} has seen much as {{role}}."
            agent.description = "runs things"
        }
        #expect(
            try bench.systemPrompt()
                == "I am An, Operator: runs things. An has seen much as Operator. An")
    }

    @Test("A missing description is name and role")
    func description() throws {
        let bench = bench { $0.systemPrompt = "{{description}}" }
        #expect(try bench.systemPrompt() == "An - Operator")
    }

    @Test("Language and organization of the crew are placeholders; unknown ones stay as written")
    func crewPlaceholders() throws {
        var bench = bench { $0.systemPrompt = "{{language}} {{organization}} {{other}} {{ name }}" }
        bench.definition.settings.language = "vi"
        bench.definition.settings.organization = "ACME"
        #expect(try bench.systemPrompt() == "vi ACME {{other}} {{ name }}")
    }

    @Test("A backstory that mentions itself is filled in once and does not grow for ever")
    func recursive() throws {
        let bench = bench { agent in
            agent.systemPrompt = "{{backstory}}"
            agent.backstory = "a {{backstory}} b"
        }
        #expect(try bench.systemPrompt() == "a {{backstory}} b")
    }

    @Test("Without a prompt of its own an agent gets one from who it is")
    func generated() throws {
        var bench = bench { agent in
            agent.description = "Runs things."
            agent.backstory = "{{name}} knows Linux."
        }
        bench.definition.settings.organization = "ACME"
        bench.definition.settings.language = "vi"
        var route = SignalRoute("[B]", to: "b")
        route.description = "for b"
        bench.definition.routing.signals = ["a": [route, SignalRoute("[COMPLETE]")]]
        #expect(
            try bench.systemPrompt() == """
                You are An.
                Role: Operator
                Runs things.
                Backstory: An knows Linux.
                Organization: ACME
                Reply in the language with the code 'vi'.
                End your reply with exactly one of these signals, alone on its line:
                [B]: for b
                [COMPLETE]
                """)
    }

    @Test("A bare agent's prompt is one line")
    func bare() throws {
        #expect(try bench { $0.role = "" }.systemPrompt() == "You are An.")
    }

    @Test(
        "An agent that calls tools by text is told how, with what they take, also after its own prompt"
    )
    func textTools() throws {
        var bench = bench { agent in
            agent.systemPrompt = "Mine."
            agent.toolCalls = .text
        }
        let ping = ToolDefinition(
            name: "PingHost", description: "Pings a host.",
            parameters: ["type": "object", "properties": ["host": [:], "count": [:]]])
        let load = ToolDefinition(name: "Load", description: "")
        #expect(
            try bench.systemPrompt(tools: [ping, load]) == """
                Mine.

                To use a tool, write its call alone on a line, such as \
                ToolName(parameter="value"), and wait for the result. Your tools:
                1. PingHost(host, count): Pings a host.
                2. Load()
                """)
        bench.definition.agents[0].toolCalls = .native
        #expect(try bench.systemPrompt(tools: [ping]) == "Mine.")
    }
}
