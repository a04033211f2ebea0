import Foundation

/// A crew whose boss calls a command, asks a colleague, and asks another crew.
struct ToolCrew {
    let folder: String

    init() throws {
        folder = try Product.temporaryFolder().path
        try write("crew.yaml", Self.crew)
        try write("script.yaml", Self.script)
        try write("agents/boss.yaml", Self.agent("boss", tools: "[Echo, Pay, Long, Ask, Research]"))
        try write("agents/expert.yaml", Self.agent("expert"))
        try write("inner/crew.yaml", Self.inner)
        try write("inner/script.yaml", Self.innerScript)
        for id in ["x", "y"] { try write("inner/agents/\(id).yaml", Self.agent(id)) }
    }

    func write(_ name: String, _ text: String) throws {
        let file = URL(filePath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private static func agent(_ id: String, tools: String = "[]") -> String {
        """
        id: \(id)
        name: \(id.capitalized)
        role: r
        system_prompt: Do, and say [Y].
        primary: {model: m, provider: scripted}
        tools: \(tools)
        """
    }

    private static let crew = """
        name: outer
        entry_point: boss
        agents: [boss, expert]
        tools:
          Echo:
            description: Says it again.
            command: [printf, '%s-%s', "{{text}}", "{{times}}"]
            parameters:
              type: object
              properties:
                text: {type: string, description: what to say}
                times: {type: integer, default: 1, minimum: 1, maximum: 9}
              required: [text]
            effect: read
          Pay:
            description: Pays.
            command: [echo, paid]
            effect: irreversible
            approval: irreversible
          Long:
            description: Writes much.
            command: [seq, '1', '5000']
            effect: read
          Ask:
            description: Asks the expert.
            agent: expert
          Research:
            description: Asks the other crew.
            crew: inner
        """

    private static let script = """
        rules:
          - {after_tool: Ask, reply: 'the expert says {{tool_output}}'}
          - {after_tool: Research, reply: 'they say {{tool_output}}'}
          - {agent: expert, reply: 'forty-two'}
          - {user_matches: ask, reply: {tool_calls: [{name: Ask, arguments: {input: why}}]}}
          - {user_matches: research, reply: {tool_calls: [{name: Research, arguments: {input: why}}]}}
          - {reply: hello}
        """

    private static let inner = """
        name: inner
        entry_point: x
        agents: [x, y]
        routing: {signals: {x: [{signal: "[Y]", target: y}]}}
        """

    private static let innerScript = """
        rules:
          - {agent: x, reply: 'over to y [Y]'}
          - {agent: y, reply: 'all is found'}
        """
}
