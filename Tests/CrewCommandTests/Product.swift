import Foundation
import Subprocess
import SystemPackage

/// The built binary, run as a user runs it.
struct Product {
    /// Folder of the package.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The binary beside the test runner.
    static let binary: String = {
        let folder =
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            ?? URL(filePath: CommandLine.arguments[0])
        return folder.deletingLastPathComponent().appending(path: "crew").path
    }()

    struct Ended {
        let code: Int
        let output: String
        let errors: String
    }

    /// An environment in which no endpoint, key or real `ping` is found.
    static func environment(
        ping: URL? = nil, more: [String: String] = [:]
    ) -> Environment {
        var path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        if let ping { path = "\(ping.path):\(path)" }
        var environment: [Environment.Key: String] = [
            "PATH": path, "HOME": NSTemporaryDirectory(), "LANG": "C.UTF-8",
        ]
        // A sanitizer of this run is one of the binary too, and must not change its exit code.
        environment["TSAN_OPTIONS"] = ProcessInfo.processInfo.environment["TSAN_OPTIONS"]
        for (name, value) in more { environment[Environment.Key(stringLiteral: name)] = value }
        return .custom(environment)
    }

    static func run(_ arguments: String..., input: String = "") async throws -> Ended {
        try await run(list: arguments, input: input)
    }

    static func run(
        list arguments: [String], input: String = "", more: [String: String] = [:]
    ) async throws -> Ended {
        let result = try await Subprocess.run(
            .path(FilePath(binary)), arguments: Arguments(arguments),
            environment: environment(more: more),
            workingDirectory: FilePath(NSTemporaryDirectory()), input: .string(input),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        let code =
            switch result.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let number): 128 + Int(number)
            }
        return Ended(code: code, output: result.standardOutput, errors: result.standardError)
    }

    /// A copy of an example whose script answers at once.
    static func example(_ name: String) throws -> URL {
        let copy = try temporaryFolder().appending(path: name)
        try FileManager.default.copyItem(at: root.appending(path: "Examples/\(name)"), to: copy)
        let script = copy.appending(path: "script.yaml")
        let text = try String(contentsOf: script, encoding: .utf8)
            .replacing(#/tokens_per_second: \d+/#, with: "tokens_per_second: 0")
        try Data(text.utf8).write(to: script)
        return copy
    }

    static func temporaryFolder() throws -> URL {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "crew-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// A crew of one agent with these replies.
    static func crew(script: String, settings: String = "{}") throws -> String {
        let folder = try temporaryFolder()
        try FileManager.default.createDirectory(
            at: folder.appending(path: "agents"), withIntermediateDirectories: true)
        let files = [
            "crew.yaml": """
            version: "1.0"
            entry_point: a
            agents: [a]
            settings: \(settings)
            """,
            "agents/a.yaml": """
            id: a
            name: Ana
            role: helper
            system_prompt: Help.
            primary: {model: m, provider: scripted}
            """,
            "script.yaml": script,
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return folder.path
    }
}
