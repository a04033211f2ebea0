import CrewProcess
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The way between a worker and its pool, where no tool comes across it by accident.
///
/// What were this process's standard input and output are moved to numbers that nothing else gets,
/// and that no program it starts inherits. A tool that reads finds nothing, and what it prints goes
/// to where errors go.
final class WorkerPipe: Sendable {
    private static let firstNumber: Int32 = 200

    private let input: Int32
    private let output: Int32
    /// Keeps frames apart. Nothing but the one system call happens under it.
    private let writing = Mutex(())

    init() {
        input = Self.moved(0)
        output = Self.moved(1)
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if nothing >= 0 {
            dup2(nothing, 0)
            close(nothing)
        }
        dup2(2, 1)
        crew_print_by_lines()
        crew_survive_broken_pipes()
    }

    /// A number above those that are given out, or the next free one where there are not so many.
    static func moved(_ descriptor: Int32) -> Int32 {
        let high = fcntl(descriptor, F_DUPFD_CLOEXEC, firstNumber)
        return high >= 0 ? high : fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    }

    /// Waits until something was said. The buffer is empty when nothing more will be, and `nil` when
    /// a tool has closed the pipe.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
        while true {
            let count = Self.systemRead(input, buffer.baseAddress, buffer.count)
            if count >= 0 { return UnsafeRawBufferPointer(rebasing: buffer[..<count]) }
            if errno != EINTR { return nil }
        }
    }

    /// Says it whole. False when nobody listens any more.
    func send(_ bytes: [UInt8]) -> Bool {
        writing.withLock { _ in
            bytes.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let slice = UnsafeRawBufferPointer(rebasing: rest)
                    let count = write(output, slice.baseAddress, slice.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return false }
                    rest = rest.dropFirst(count)
                }
                return true
            }
        }
    }

    private static func systemRead(
        _ descriptor: Int32, _ address: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int {
        #if canImport(Darwin)
            Darwin.read(descriptor, address, count)
        #elseif canImport(Glibc)
            Glibc.read(descriptor, address, count)
        #elseif canImport(Musl)
            Musl.read(descriptor, address, count)
        #endif
    }
}
