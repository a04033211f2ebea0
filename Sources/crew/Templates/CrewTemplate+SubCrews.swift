import Foundation

extension CrewTemplate {
    static let subCrews = CrewTemplate(
        name: "sub-crews", summary: "a crew that asks two other crews",
        firstInput: "Write about tea",
        files: [
            (
                "crew.yaml",
                """
                version: "1.0"
                name: %NAME%
                description: A coordinator with two teams, each a crew of its own.

                entry_point: coordinator
                agents: [coordinator]

                sub_crews:
                  research: {path: teams/research, description: Finds facts about a topic.}
                  writing: {path: teams/writing, description: Writes a short text from facts.}

                settings:
                  max_handoffs: 4             # asking a crew counts as one
                  max_rounds: 6               # each team has limits of its own too
                  timeout_seconds: 300

                routing:
                  signals:
                    coordinator:
                      - signal: "[RESEARCH]"
                        type: sub_crew
                        target: research
                        return_to: coordinator   # who goes on with the team's answer
                        input_template: "Topic: {{input}}"
                        description: facts are needed first
                      - signal: "[WRITE]"
                        type: sub_crew
                        target: writing
                        return_to: coordinator
                        description: the facts are there, a text is not
                      - {signal: "[FINISHED]", target: null, description: the text is there}
                """
            ),
            (
                "agents/coordinator.yaml",
                """
                id: coordinator
                name: Coordinator
                role: editor who lets one team find facts and another one write
                primary: {provider: auto, model: gpt-4o-mini}
                temperature: 0
                max_tokens: 300
                """
            ),
            (
                "script.yaml",
                """
                # Replies of the offline model.
                rules:
                  - {agent: coordinator, user_matches: 'Answer from writing', reply: "Here it is. [FINISHED]"}
                  - {agent: coordinator, user_matches: 'Answer from research', reply: "Now the text. [WRITE]"}
                  - {agent: coordinator, reply: "Facts first. [RESEARCH]"}
                """
            ),
        ]
            + team(
                "research", agent: "researcher", role: "finds facts about a topic",
                reply: "Facts: tea comes from Camellia sinensis; it is drunk since 2,000 years.")
            + team(
                "writing", agent: "writer", role: "writes three sentences from facts",
                reply: "Tea is old. It comes from one plant. People have drunk it for 2,000 years.")
            + [
                (
                    "scenarios/first.yaml",
                    """
                    # What is expected of this crew with its script.
                    scenarios:
                      - name: Both teams work, one after the other
                        input: Write about tea
                        expect: {path: [coordinator], contains: Here it is, outcome: terminated}
                    """
                ),
                (
                    "README.md",
                    """
                    # %NAME%

                    A crew that asks two other crews. Without a model that can be reached, the scripts answer.

                    ```
                    crew run %NAME% "Write about tea"
                    crew run %NAME%/teams/research "tea"     # a team is a crew like any other
                    crew plan %NAME% "tea"                   # every path, those within the teams too
                    ```
                    """
                ),
            ])

    private static func team(
        _ name: String, agent: String, role: String, reply: String
    ) -> [(path: String, text: String)] {
        [
            (
                "teams/\(name)/crew.yaml",
                """
                version: "1.0"
                name: %NAME%-\(name)
                entry_point: \(agent)
                agents: [\(agent)]
                settings: {max_rounds: 3, timeout_seconds: 60}
                """
            ),
            (
                "teams/\(name)/agents/\(agent).yaml",
                """
                id: \(agent)
                name: \(agent)
                role: \(role)
                primary: {provider: auto, model: gpt-4o-mini}
                max_tokens: 300
                """
            ),
            (
                "teams/\(name)/script.yaml",
                """
                rules:
                  - reply: "\(reply)"
                """
            ),
        ]
    }
}
