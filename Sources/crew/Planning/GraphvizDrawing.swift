import Subprocess

/// Draws with Graphviz, where it is installed: there is no layout of our own.
enum GraphvizDrawing {
    /// The picture as SVG.
    ///
    /// - Throws: `CommandFailure` when `dot` is not there, fails, or takes too long.
    static func svg(of dot: String, within limit: Duration = .seconds(60)) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { tasks in
            tasks.addTask { try await draw(dot) }
            tasks.addTask {
                try await ContinuousClock().sleep(for: limit)
                return nil
            }
            defer { tasks.cancelAll() }
            guard let first = try await tasks.next(), let svg = first else {
                throw CommandFailure(
                    "error: Graphviz did not finish within \(limit.components.seconds) s; "
                        + "--format dot writes what it was asked to draw")
            }
            return svg
        }
    }

    private static func draw(_ dot: String) async throws -> String {
        do {
            let result = try await Subprocess.run(
                .name("dot"), arguments: ["-Tsvg"], input: .string(dot),
                output: .string(limit: 64 << 20), error: .string(limit: 65_536))
            guard result.terminationStatus.isSuccess else {
                throw CommandFailure(
                    "error: Graphviz could not draw it: "
                        + TerminalStyle.harmless(result.standardError))
            }
            return result.standardOutput
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw CommandFailure(
                "error: drawing SVG needs the program 'dot' of Graphviz, which is not here: install "
                    + "it (apt install graphviz, brew install graphviz), or choose --format mermaid "
                    + "or dot")
        }
    }
}
