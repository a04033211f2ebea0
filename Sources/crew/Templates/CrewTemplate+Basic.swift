extension CrewTemplate {
    static let basic = CrewTemplate(
        name: "basic", summary: "one agent that answers", firstInput: "hello",
        files: [
            (
                "crew.yaml",
                """
                version: "1.0"
                name: %NAME%
                description: One agent that answers.

                entry_point: assistant        # who receives the input
                agents: [assistant]           # each has a file in agents/

                settings:
                  max_rounds: 5               # model calls for one input, at most
                  timeout_seconds: 120
                """
            ),
            (
                "agents/assistant.yaml",
                """
                id: assistant
                name: Assistant
                role: friendly assistant who answers in a few sentences
                description: Answers questions, and says so when it does not know.
                primary: {provider: auto, model: gpt-4o-mini}   # auto: a real model if there is one, else script.yaml
                max_tokens: 300
                """
            ),
            (
                "script.yaml",
                """
                # Replies of the offline model, which answers when no real one can be reached.
                # The first rule that matches counts.
                rules:
                  - user_matches: '(?i)\\b(hello|hi)\\b'
                    reply: "Hello! I am a script: give me a model, and I can think."
                  - reply: "You said: {{user}}"
                """
            ),
            (
                "scenarios/first.yaml",
                """
                # What is expected of this crew with its script.
                scenarios:
                  - name: A greeting is answered
                    input: hello
                    expect: {path: [assistant], contains: Hello, outcome: completed}
                  - name: It remembers what was said before
                    turns: [hello, The sky is blue]
                    expect: {path: [assistant], contains: "You said: The sky is blue", outcome: completed}
                """
            ),
            (
                "README.md",
                """
                # %NAME%

                One agent that answers. Without a model that can be reached, `script.yaml` answers.

                ```
                crew run %NAME% "hello"
                crew chat %NAME%
                crew check %NAME%
                crew serve %NAME%          # a page on http://127.0.0.1:8081
                ```

                | file | says |
                |---|---|
                | `crew.yaml` | who belongs to the crew, and its limits |
                | `agents/assistant.yaml` | who the agent is, and which model it asks |
                | `script.yaml` | what the offline model answers |
                | `scenarios/first.yaml` | what is expected of the crew |
                """
            ),
        ])
}
