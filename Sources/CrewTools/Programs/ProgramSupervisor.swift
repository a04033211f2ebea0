import CrewKit

/// The shell script that every program is started by, and that outlives it by a moment.
///
/// Our process may be killed at any time, and then nobody would end the programs it started. So
/// the script leaves a watcher beside the program, which reads a pipe that only our process holds
/// open: when the pipe ends, the whole process group does. The script sets the limits too, as no
/// call of ours can set them for a program that is not started yet.
///
/// The script is always the same text. The program, its arguments and the limits are its
/// positional parameters, which no shell reads as words of a script.
enum ProgramSupervisor {
    static let shell = "/bin/sh"

    /// The program runs in the foreground, so that the shell puts off its own signals until the
    /// program has ended: a request to end reaches the program, and the shell still collects it. A
    /// shell only reports programs ended by a signal as 128 and the signal; what it would write of
    /// that goes to no output of ours.
    private static let script = """
        exec 3<&0 </dev/null 4>&1 5>&2 >/dev/null 2>&1
        (
            trap '' HUP INT QUIT TERM
            exec 4>&- 5>&-
            read -r _ <&3
            kill -KILL 0
        ) &
        watcher=$!
        exec 3<&-
        trap : HUP INT QUIT TERM
        (
            ulimit -c 0
            if [ -n "$1" ]; then ulimit -d "$1"; fi
            if [ -n "$2" ]; then ulimit -S -t "$2"; ulimit -H -t "$3"; fi
            if [ -n "$4" ]; then ulimit -n "$4"; fi
            shift 4
            exec "$@" >&4 2>&5 4>&- 5>&-
        )
        status=$?
        kill -KILL "$watcher"
        wait "$watcher"
        exit "$status"
        """

    /// The arguments of the shell for a command whose program is a path.
    ///
    /// Behind the processor time comes a little more for the program to say its last words, then
    /// the system ends it.
    static func arguments(for command: [String], limits: ResourceLimits) -> [String] {
        let kibibytes = limits.memoryBytes.map { "\(max(1, $0 / 1024))" }
        let seconds = limits.cpuSeconds.map { max(1, $0) }
        let files = limits.openFiles.map { "\(max(3, $0))" }
        let numbers = [
            kibibytes, seconds.map { "\($0)" }, seconds.map { "\($0 + 1)" }, files,
        ]
        return ["-c", script, "sh"] + numbers.map { $0 ?? "" } + command
    }
}
