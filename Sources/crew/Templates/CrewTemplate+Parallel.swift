extension CrewTemplate {
    static let parallel = CrewTemplate(
        name: "parallel", summary: "three agents at once, and one who joins what they say",
        firstInput: "Should we open a second shop?",
        files: [
            (
                "crew.yaml",
                """
                version: "1.0"
                name: %NAME%
                description: Three views of one question, and one answer.

                entry_point: host
                agents: [host, optimist, critic, planner, editor]

                settings:
                  max_handoffs: 3
                  max_rounds: 6               # members of a group have rounds of their own
                  timeout_seconds: 120

                routing:
                  signals:
                    host:
                      - {signal: "[DISCUSS]", target: views, description: it is a question to discuss}
                  defaults:
                    host: null                # any other reply ends the run
                  parallel_groups:
                    views:
                      agents: [optimist, critic, planner]   # results are joined in this order
                      join: {quorum: 2}       # two answers are enough; also all, first, best_effort, first_valid
                      timeout_seconds: 60     # for each member
                      next_agent: editor      # reads what the members said
                  agent_behaviors:
                    editor: {is_terminal: true}
                """
            ),
            ("agents/host.yaml", agent("host", "Host", "host who lets others discuss a question")),
            ("agents/optimist.yaml", agent("optimist", "Optimist", "sees what could be gained")),
            ("agents/critic.yaml", agent("critic", "Critic", "sees what could go wrong")),
            ("agents/planner.yaml", agent("planner", "Planner", "names the next three steps")),
            (
                "agents/editor.yaml",
                agent("editor", "Editor", "makes one short answer of what the others said")
            ),
            (
                "script.yaml",
                """
                # Replies of the offline model.
                rules:
                  - {agent: host, user_matches: '[?]', reply: "Let us look at it from three sides. [DISCUSS]"}
                  - {agent: host, reply: "Ask a question, and three of us will discuss it."}
                  - {agent: optimist, reply: "It could double what we earn."}
                  - {agent: critic, reply: "It costs money that we do not have yet."}
                  - {agent: planner, reply: "Count, ask the bank, look for a place."}
                  - {agent: editor, reply: "In short: worth a try, after counting and asking the bank."}
                """
            ),
            (
                "scenarios/first.yaml",
                """
                # What is expected of this crew with its script.
                scenarios:
                  - name: A question is discussed and answered
                    input: Should we open a second shop?
                    expect: {path: [host, editor], contains: worth a try, outcome: completed}
                  - name: Without a question nobody is asked
                    input: hello
                    expect: {path: [host], contains: Ask a question, outcome: completed}
                """
            ),
            (
                "README.md",
                """
                # %NAME%

                Three agents at once, and one who joins what they say. Without a model that can be reached,
                `script.yaml` answers.

                ```
                crew run %NAME% "Should we open a second shop?"
                crew graph %NAME%
                ```
                """
            ),
        ])

    private static func agent(_ id: String, _ name: String, _ role: String) -> String {
        """
        id: \(id)
        name: \(name)
        role: \(role)
        primary: {provider: auto, model: gpt-4o-mini}
        max_tokens: 200
        """
    }
}
