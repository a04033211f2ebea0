import Subprocess
import Synchronization
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A small process that ends what this process has started, when this process dies, however it dies.
///
/// It blocks on a pipe that this process holds. The end of the pipe without a farewell means that
/// nobody else will clean up: it kills the sessions that it was told of and removes a folder.
struct ProcessGuard: Sendable {
    /// `-s KILL --` is the one form that all shells take for a group. Other groups of a session are
    /// found where there is a `/proc`; what was started between two looks is found by the next.
    static let script = """
        trap '' TERM HUP INT
        folder=$1
        sessions=
        while read -r word session; do
            case $word in
            protect) sessions="$sessions $session" ;;
            release)
                rest=
                for one in $sessions; do [ "$one" = "$session" ] || rest="$rest $one"; done
                sessions=$rest ;;
            done) exit 0 ;;
            esac
        done
        for session in $sessions; do kill -s KILL -- "-$session"; done
        exec 2> /dev/null
        for look in 1 2 3 4; do
            for file in /proc/[0-9]*/stat; do
                text=
                while read -r line; do text="$text $line"; done < "$file"
                # After the name, which may be anything: state, parent, group, session.
                set -- ${text##*) }
                [ "$1" = Z ] && continue
                for session in $sessions; do
                    [ "$4" = "$session" ] || continue
                    process=${file#/proc/}
                    kill -s KILL "${process%/stat}"
                done
            done
        done
        [ -n "$folder" ] || exit 0
        rm -rf -- "$folder" && exit 0
        chmod -R u+rwx -- "$folder"
        rm -rf -- "$folder"
        """

    private let writer: StandardInputWriter

    /// Names the leader of a session to be ended; from when this returns it is guarded.
    ///
    /// - Throws: when the guard is gone.
    func protect(_ leader: pid_t) async throws {
        _ = try await writer.write(Array("protect \(leader)\n".utf8))
    }

    /// Nothing of that session is left. To be said before its leader is waited for, and its id given
    /// to another.
    ///
    /// - Throws: when the guard is gone.
    func release(_ leader: pid_t) async throws {
        _ = try await writer.write(Array("release \(leader)\n".utf8))
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

    /// Runs a body beside a guard, or without one, and the reason, where none can be started.
    static func ifPossible(
        folder: String?, _ body: @escaping @Sendable (Result<ProcessGuard, any Error>) async -> Void
    ) async {
        let hasBegun = Atomic(false)
        do {
            try await with(folder: folder) { guardian in
                hasBegun.store(true, ordering: .relaxed)
                await body(.success(guardian))
            }
        } catch {
            if !hasBegun.load(ordering: .relaxed) { await body(.failure(error)) }
        }
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
