extension CrewTemplate {
    static let routing = CrewTemplate(
        name: "routing", summary: "a desk that hands over by signals, and asks back",
        firstInput: "My invoice is wrong",
        files: [
            (
                "crew.yaml",
                """
                version: "1.0"
                name: %NAME%
                description: A desk that passes people on to who can help.

                entry_point: desk
                agents: [desk, billing, repairs]

                settings:
                  max_handoffs: 3
                  max_rounds: 8
                  timeout_seconds: 120

                routing:
                  # A signal is a word in brackets at the end of a reply. The descriptions are told to the
                  # agents' models.
                  signals:
                    desk:
                      - {signal: "[BILLING]", target: billing, description: "invoices, prices, refunds"}
                      - {signal: "[REPAIRS]", target: repairs, description: something is broken}
                    billing:
                      - {signal: "[SOLVED]", target: null, description: nothing is left to do}   # ends the run
                      - {signal: "[BACK]", target: desk, description: it is not about money}
                    repairs:
                      - {signal: "[SOLVED]", target: null, description: nothing is left to do}
                  agent_behaviors:
                    desk: {wait_for_signal: true}      # without a signal the run waits for the person's answer
                """
            ),
            (
                "agents/desk.yaml",
                """
                id: desk
                name: Front desk
                role: receptionist who knows who can help
                description: Asks what it is about, and passes the person on.
                primary: {provider: auto, model: gpt-4o-mini}
                temperature: 0
                max_tokens: 150
                """
            ),
            (
                "agents/billing.yaml",
                """
                id: billing
                name: Billing
                role: accountant who answers questions about money
                primary: {provider: auto, model: gpt-4o-mini}
                max_tokens: 300
                """
            ),
            (
                "agents/repairs.yaml",
                """
                id: repairs
                name: Repairs
                role: technician who says the next step to try
                primary: {provider: auto, model: gpt-4o-mini}
                max_tokens: 300
                """
            ),
            (
                "script.yaml",
                """
                # Replies of the offline model.
                rules:
                  - {agent: desk, user_matches: '(?i)invoice|bill|price|refund', reply: "Billing can help you. [BILLING]"}
                  - {agent: desk, user_matches: '(?i)broken|black|crash|noise', reply: "Repairs can help you. [REPAIRS]"}
                  - {agent: desk, reply: "Is it about money, or is something broken?"}
                  - {agent: billing, reply: "I look at your account and write to you today. [SOLVED]"}
                  - {agent: repairs, reply: "Please switch it off and on again. [SOLVED]"}
                """
            ),
            (
                "scenarios/first.yaml",
                """
                # What is expected of this crew with its script.
                scenarios:
                  - name: Money goes to billing
                    input: My invoice is wrong
                    expect: {path: [desk, billing], contains: your account, outcome: terminated}
                  - name: The desk asks back, and goes on with the answer
                    turns: [hello, My screen is black]
                    expect: {path: [desk, repairs], contains: switch it off, outcome: terminated}
                  - name: Without a clue the run waits
                    input: hello
                    expect: {path: [desk], contains: broken?, outcome: paused}
                """
            ),
            (
                "README.md",
                """
                # %NAME%

                A desk that hands over by signals. Without a model that can be reached, `script.yaml` answers.

                ```
                crew chat %NAME%
                crew run %NAME% "My invoice is wrong"
                crew graph %NAME%          # the ways between the agents
                crew plan %NAME% "hello"   # every path that an input may take
                ```
                """
            ),
        ])
}
