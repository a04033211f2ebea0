import CrewKit
import CrewTools
import Foundation

/// A server that never ends by itself, with tools under way that never end either.
enum Holding {
    /// Prints the ids of its workers, and of what their tools have started, one line for each worker.
    static func run() async throws {
        try await withToolWorkers(FixtureTools.all, toolTimeout: .seconds(3600)) { tools in
            await withDiscardingTaskGroup { group in
                for tool in tools
                where ["leave_children_and_block", "leave_children_and_stop"].contains(
                    tool.definition.name)
                {
                    group.addTask { await hold(tool) }
                }
            }
        }
    }

    private static func hold(_ tool: any Tool) async {
        let artifacts = RunArtifacts(
            save: { bytes, _, _ in say(String(decoding: bytes, as: UTF8.self)) },
            read: { _ in nil })
        do {
            let output = try await tool.call(
                ToolInvocation(
                    call: "c", arguments: [:], idempotencyKey: "k", run: "r", agent: "a",
                    artifacts: artifacts))
            say("returned: \(output)")
        } catch {
            say("failed: \(error)")
        }
    }

    /// At once: this process is going to be killed.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
