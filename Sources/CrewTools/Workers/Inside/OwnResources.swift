import CrewKit
import CrewProcess

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a worker uses of the machine, and how much more a call may.
struct OwnResources: Sendable {
    /// On Linux, `/proc/self/statm`, kept open: it is read with each call.
    private let memory: Int32
    /// Descriptors below this number were open before the first call.
    private let firstFree: Int

    /// Descriptors that a tool may leave open before its worker is replaced.
    private static let tolerance = 32

    init() {
        let opened = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        memory = opened < 0 ? -1 : WorkerPipe.moved(opened)
        if opened >= 0 { close(opened) }
        firstFree = Self.lowestFreeDescriptor()
    }

    /// Resident memory, and private memory, in bytes; zeros where the system does not tell.
    func memoryInUse() -> (resident: Int, data: Int) {
        var buffer: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
            (0, 0, 0, 0, 0, 0, 0, 0)
        return withUnsafeMutableBytes(of: &buffer) { bytes in
            let count = pread(memory, bytes.baseAddress, bytes.count, 0)
            guard count > 0 else { return (0, 0) }
            return MemoryMap.read(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }

    /// Whether descriptors of earlier calls are still open.
    var hasLeftOpen: Bool {
        let number = Self.lowestFreeDescriptor()
        return number < 0 || number > firstFree + Self.tolerance
    }

    /// Allows a call this much more than is in use now. (On macOS memory has no such limit.)
    func allow(_ limits: ResourceLimits, data: Int) {
        if let bytes = limits.memoryBytes { crew_limit_memory(UInt64(data + bytes)) }
        if let seconds = limits.cpuSeconds {
            let used = crew_processor_microseconds() / 1_000_000 + 1
            crew_limit_processor(used + UInt64(seconds))
        }
        if let count = limits.openFiles { crew_limit_files(UInt64(firstFree + count)) }
    }

    /// Lifts what was allowed, so that nothing between two calls comes to harm.
    func lift(_ limits: ResourceLimits) {
        if limits.memoryBytes != nil { crew_limit_memory(UInt64.max) }
        if limits.cpuSeconds != nil { crew_limit_processor(UInt64.max) }
        if limits.openFiles != nil { crew_limit_files(UInt64.max) }
    }

    private static func lowestFreeDescriptor() -> Int {
        let number = fcntl(2, F_DUPFD_CLOEXEC, 0)
        if number >= 0 { close(number) }
        return Int(number)
    }
}

/// What `/proc/PID/statm` says.
enum MemoryMap {
    static func read(_ text: UnsafeRawBufferPointer) -> (resident: Int, data: Int) {
        var numbers = [0]
        numbers.reserveCapacity(8)
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                numbers[numbers.count - 1] = numbers[numbers.count - 1] &* 10 &+ Int(byte &- 48)
            case UInt8(ascii: " "): numbers.append(0)
            default: break
            }
        }
        guard numbers.count >= 6 else { return (0, 0) }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (numbers[1] * page, numbers[5] * page)
    }
}
