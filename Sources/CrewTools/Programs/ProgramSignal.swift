#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The signals by which programs die of themselves or are ended by the system.
///
/// Others are left out on purpose: git, for one, reports wrong usage with the exit code that a
/// shell uses for signal 1.
enum ProgramSignal: Sendable, CaseIterable {
    case illegalInstruction, trap, aborted, badAddress, arithmetic, killed, segmentation
    case brokenPipe, alarm, terminated, processorTime, fileSize, badSystemCall

    private var number: (Int32, String) {
        switch self {
        case .illegalInstruction: (SIGILL, "illegal instruction")
        case .trap: (SIGTRAP, "trap")
        case .aborted: (SIGABRT, "aborted")
        case .badAddress: (SIGBUS, "bad memory access")
        case .arithmetic: (SIGFPE, "arithmetic error")
        case .killed: (SIGKILL, "killed")
        case .segmentation: (SIGSEGV, "segmentation fault")
        case .brokenPipe: (SIGPIPE, "broken pipe")
        case .alarm: (SIGALRM, "alarm clock")
        case .terminated: (SIGTERM, "terminated")
        case .processorTime: (SIGXCPU, "processor time used up")
        case .fileSize: (SIGXFSZ, "file too large")
        case .badSystemCall: (SIGSYS, "forbidden system call")
        }
    }

    var rawValue: Int32 { number.0 }
    var name: String { number.1 }

    init?(rawValue: Int32) {
        guard let signal = Self.allCases.first(where: { $0.rawValue == rawValue }) else {
            return nil
        }
        self = signal
    }
}
