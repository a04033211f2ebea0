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

    /// Whether somebody reads and can answer.
    static var isConversation: Bool { isTerminal && isatty(STDIN_FILENO) == 1 }

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

    /// Bytes of an input that are read before it is refused.
    static let longestInput = 1_048_576

    /// All of standard input.
    ///
    /// - Throws: `CommandFailure` when it is not UTF-8 or has no end in sight.
    static func readInput(upTo limit: Int = longestInput) throws -> String {
        guard let bytes = try bytes(until: nil, upTo: limit) else { return "" }
        return try text(of: bytes).trimmingCharacters(in: .newlines)
    }

    /// Asks for a line; `nil` at the end of input. Waits on a thread of its own.
    ///
    /// - Parameter isFresh: true for a question that must not be answered by what was typed before.
    static func ask(_ prompt: String, isFresh: Bool = false) async throws -> String? {
        if isFresh, isatty(STDIN_FILENO) == 1 { tcflush(STDIN_FILENO, TCIFLUSH) }
        show(prompt)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result { try bytes(until: UInt8(ascii: "\n")).map(text(of:)) })
            }
        }
    }

    /// Bytes up to the end mark or the end of input; `nil` when there are none.
    private static func bytes(
        until end: UInt8?, upTo limit: Int = longestInput
    ) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        // A line is read byte by byte: what follows it belongs to the next one.
        var chunk = [UInt8](repeating: 0, count: end == nil ? 65_536 : 1)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes.isEmpty ? nil : bytes }
            if let end, chunk[0] == end { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= limit else {
                throw CommandFailure("error: the input is longer than \(limit) bytes")
            }
        }
    }

    private static func text(of bytes: [UInt8]) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("error: standard input is not UTF-8")
        }
        return text
    }
}
