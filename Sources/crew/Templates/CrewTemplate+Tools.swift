extension CrewTemplate {
    static let tools = CrewTemplate(
        name: "tools", summary: "one agent with a built-in tool and one of its own",
        firstInput: "What do the notes say about lunch?",
        files: [
            (
                "crew.yaml",
                """
                version: "1.0"
                name: %NAME%
                description: One agent that looks things up.

                entry_point: clerk
                agents: [clerk]

                settings:
                  max_rounds: 6               # a round that calls tools is followed by another one
                  timeout_seconds: 120
                  tool_execution_timeout_seconds: 5

                tools:
                  # A program, never a shell: each "{{name}}" stays inside its one argument.
                  SearchNotes:
                    description: Lines of the notes that hold a word.
                    command: [grep, "-i", "-F", "--", "{{word}}", notes.txt]
                    working_directory: .
                    parameters:
                      type: object
                      properties:
                        word: {type: string, minLength: 2, description: The word to look for}
                      required: [word]
                    effect: read              # may be made again after a crash; write is the default
                """
            ),
            (
                "agents/clerk.yaml",
                """
                id: clerk
                name: Clerk
                role: office clerk who looks things up instead of guessing
                description: Searches the notes, and knows the time.
                primary: {provider: auto, model: gpt-4o-mini}
                max_tokens: 300
                tools: [SearchNotes, GetCurrentTime]   # one of this crew's, one that is built in
                """
            ),
            (
                "notes.txt",
                """
                Lunch is from 12 to 13 on the second floor.
                The printer is beside the lift.
                Visitors sign in at the front desk.
                """
            ),
            (
                "script.yaml",
                """
                # Replies of the offline model. A rule without after_tool never answers a tool's result.
                rules:
                  - user_matches: '(?i)\\b(?:about|find)\\s+(\\w+)'
                    reply: {tool_calls: [{name: SearchNotes, arguments: {word: '{{1}}'}}]}
                  - after_tool: SearchNotes
                    reply: "The notes say: {{tool_output}}"
                  - user_matches: '(?i)time'
                    reply: {tool_calls: [{name: GetCurrentTime}]}
                  - after_tool: GetCurrentTime
                    reply: "It is {{tool_output}}."
                  - reply: "Ask me what the notes say about something, or what time it is."
                """
            ),
            (
                "scenarios/first.yaml",
                """
                # What is expected of this crew with its script.
                scenarios:
                  - name: A line of the notes is found
                    input: What do the notes say about lunch?
                    expect: {path: [clerk], contains: second floor, outcome: completed}
                  - name: Without a question it says what it can do
                    input: hello
                    expect: {path: [clerk], contains: Ask me, outcome: completed}
                """
            ),
            (
                "README.md",
                """
                # %NAME%

                One agent with tools. Without a model that can be reached, `script.yaml` answers; the tools
                are real.

                ```
                crew run %NAME% "What do the notes say about lunch?"
                crew run %NAME% "What time is it?"
                crew tools list %NAME%     # what may be called, with its parameters
                ```
                """
            ),
        ])
}
