import CrewKit
import Foundation

/// A tool made of a closure.
struct BenchTool: Tool {
    let definition: ToolDefinition
    let body: @Sendable (ToolInvocation) async throws -> String

    init(_ name: ToolName, _ body: @escaping @Sendable (ToolInvocation) async throws -> String) {
        definition = ToolDefinition(name: name, description: "", timeout: .seconds(60))
        self.body = body
    }

    func call(_ call: ToolInvocation) async throws -> String { try await body(call) }

    static func invocation(_ arguments: JSONObject) -> ToolInvocation {
        ToolInvocation(
            call: "call_1", arguments: arguments, idempotencyKey: "run_1/1/1", run: "run_1",
            agent: "agent")
    }

    static let echo = BenchTool("echo") { call in call.arguments["text"]?.string ?? "" }

    /// Those from the third on are deadly.
    static let all: [any Tool] = [
        echo,
        BenchTool("process") { _ in
            try await Task.sleep(for: .milliseconds(100))
            return "\(ProcessInfo.processInfo.processIdentifier)"
        },
        BenchTool("index") { call in
            let numbers = [1, 2, 3]
            return "\(numbers[call.arguments.count + 7])"
        },
        BenchTool("fatal_error") { _ in fatalError("on purpose") },
        BenchTool("abort") { _ in abort() },
        BenchTool("exit") { _ in exit(3) },
        BenchTool("kill") { _ in
            kill(getpid(), SIGKILL)
            return ""
        },
    ]
}
