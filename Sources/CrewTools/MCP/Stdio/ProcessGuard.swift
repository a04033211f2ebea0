import Subprocess
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A small process that ends a server's process group when this process dies, however it dies.
///
/// It blocks on a pipe that this process holds. The end of the pipe without a farewell means that
/// nobody else will clean up: it kills the group and removes the server's folder.
struct ProcessGuard: Sendable {
    /// `-s KILL --` is the one form that all shells take for a group.
    static let script = """
        trap '' TERM
        read -r group || group=
        read -r word && exit 0
        [ -n "$group" ] && kill -s KILL -- "-$group"
        [ -n "$1" ] && rm -rf -- "$1"
        """

    private let writer: StandardInputWriter

    /// Names the process group to be ended; from when this returns it is guarded.
    ///
    /// - Throws: when the guard is gone.
    func protect(group leader: pid_t) async throws {
        _ = try await writer.write(Array("\(leader)\n".utf8))
    }

    /// Runs a body beside a guard. When the body is done, what it protected is left alone.
    ///
    /// - Parameter folder: removed by the guard if this process dies.
    /// - Throws: what the body throws, or when no process can be started.
    static func with<Value: Sendable>(
        folder: String?, _ body: @escaping @Sendable (ProcessGuard) async throws -> Value
    ) async throws -> Value {
        var options = PlatformOptions()
        // No signal that a terminal or an owner sends to our group reaches it.
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(15))
        ]
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", script, "sh", folder ?? ""],
            environment: .custom(["PATH": "/usr/bin:/bin"]), platformOptions: options,
            input: .inputWriter, output: .discarded, error: .discarded
        ) { execution in
            let writer = execution.standardInputWriter
            let value = await Result { try await body(ProcessGuard(writer: writer)) }
            // A guard that does not hear this finds an ended group and a removed folder.
            _ = try? await writer.write(Array("done\n".utf8))  // see above
            try await writer.finish()
            return value
        }
        return try result.closureResult.get()
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
