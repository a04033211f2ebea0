import Dispatch
import Foundation

/// The process's input and output, written through at once: nothing is lost when it is ended.
enum StandardStreams {
    /// A reader that goes away is an error of a write, not a signal that ends the process.
    static func prepare() { signal(SIGPIPE, SIG_IGN) }

    static func show(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Says something on standard error, on a line of its own.
    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            // Nobody reads any more; there is nobody to tell.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    /// All of standard input.
    ///
    /// - Throws: `CommandFailure` when it is not UTF-8.
    static func readInput() throws -> String {
        let data = FileHandle.standardInput.readDataToEndOfFile()
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure("error: standard input is not UTF-8")
        }
        return text.trimmingCharacters(in: .newlines)
    }

    /// Asks for a line; `nil` at the end of input. Waits on a thread of its own.
    static func ask(_ prompt: String) async -> String? {
        show(prompt)
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: readLine()) }
        }
    }
}
