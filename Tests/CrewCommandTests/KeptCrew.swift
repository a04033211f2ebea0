import CrewKit
import Foundation
import Subprocess
import SystemPackage
import Testing

/// A crew in a folder of its own whose runs are kept: its agent asks, pays with permission, or talks.
struct KeptCrew: Sendable {
    let folder: String

    init(name: String = "kept") throws {
        folder = try Product.temporaryFolder().path
        try FileManager.default.createDirectory(
            atPath: folder + "/agents", withIntermediateDirectories: true)
        try write(
            "crew.yaml",
            """
            version: "1.0"
            name: \(name)
            entry_point: a
            agents: [a]
            tools:
              Pay:
                description: Pays.
                command: [sh, -c, 'echo "$CREW_IDEMPOTENCY_KEY" >> paid; echo paid it']
                working_directory: .
                effect: irreversible
                approval: always
              Wait:
                description: Waits until the gate is opened.
                command: [cat, gate]
                working_directory: .
                timeout_seconds: 60
            settings: {tool_result_timeout_seconds: 60}
            """)
        try write(
            "agents/a.yaml",
            """
            id: a
            name: Ana
            role: helper
            system_prompt: Help.
            primary: {model: m, provider: scripted}
            tools: [Pay, Wait]
            """)
        try script()
    }

    /// Writes the script; replies come word by word at that speed.
    func script(wordsPerSecond: Double = 0) throws {
        try write(
            "script.yaml",
            """
            tokens_per_second: \(wordsPerSecond)
            rules:
              - {after_tool: Pay, reply: 'it says: {{tool_output}}'}
              - user_matches: pay
                reply:
                  text: paying now
                  tool_calls: [{name: Pay}]
                  usage: {input_tokens: 30, output_tokens: 12}
              - {after_tool: Wait, reply: 'the gate says: {{tool_output}}'}
              - {user_matches: both, reply: {tool_calls: [{name: Pay}, {name: Wait}]}}
              - {user_matches: wait, reply: {text: waiting, tool_calls: [{name: Wait}]}}
              - {user_matches: ask, reply: 'which one? [WAIT]'}
              - {reply: 'you said {{user}}, which is good to know at this time of the year'}
            """)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    /// Makes the gate at which the tool waits.
    func closeGate() throws { try #require(mkfifo("\(folder)/gate", 0o600) == 0) }

    /// Lets the tool return; waits until it is at the gate.
    func openGate() throws { try write("gate", "open") }

    /// Lets a tool go that its server has left behind.
    func removeGate() {
        close(open("\(folder)/gate", O_WRONLY | O_NONBLOCK))
        unlink("\(folder)/gate")
    }

    /// Keys of the payments that were made.
    var payments: [String] {
        let text = try? String(contentsOfFile: "\(folder)/paid", encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    /// `crew runs VERB FOLDER …`.
    func runs(_ verb: String, _ more: String..., input: String = "") async throws -> Product.Ended {
        try await Product.run(list: ["runs", verb, folder] + more, input: input)
    }

    /// Works an input whose run is kept.
    func run(_ text: String) async throws -> Product.Ended {
        try await Product.run("run", folder, text, "--store", "sqlite")
    }

    /// The documents of the kept runs, newest first.
    func list(_ more: String...) async throws -> [JSONValue] {
        let ended = try await Product.run(list: ["runs", "list", folder, "--json"] + more)
        return try ended.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    /// The id of the newest run.
    func newest() async throws -> String {
        try await list().first?["id"]?.string ?? "none"
    }
}

extension Product {
    /// Runs it until its output has a line that is waited for, and kills it then.
    static func kill(
        _ arguments: [String], when isTime: @Sendable @escaping (String) -> Bool
    ) async throws {
        _ = try await Subprocess.run(
            .path(FilePath(binary)), arguments: Arguments(arguments),
            environment: environment(), input: .none, output: .sequence, error: .discarded
        ) { execution in
            var text = ""
            for try await chunk in execution.standardOutput {
                text += chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                guard text.split(separator: "\n").contains(where: { isTime(String($0)) }) else {
                    continue
                }
                try execution.send(signal: .kill)
                break
            }
        }
    }
}
