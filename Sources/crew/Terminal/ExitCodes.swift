import ArgumentParser
import CrewKit

/// What the command line's exit code says; nothing else maps outcomes to codes.
enum ExitCodes {
    static let failed: Int32 = 1
    static let unreadable: Int32 = 2
    static let paused: Int32 = 3
    static let limitReached: Int32 = 4
    static let cancelled: Int32 = 130

    static func code(of outcome: RunOutcome) -> Int32 {
        switch outcome {
        case .completed, .terminated: 0
        case .paused: paused
        case .limitReached: limitReached
        case .cancelled: cancelled
        case .failed: failed
        }
    }

    /// - Throws: the exit code, unless it is 0.
    static func check(_ record: RunRecord) throws {
        let code =
            switch record.status {
            case .queued, .running: failed
            case .paused: paused
            case .ended(let outcome): code(of: outcome)
            }
        if code != 0 { throw ExitCode(code) }
    }
}

/// Why a command ends early: a sentence for standard error and the exit code.
struct CommandFailure: Error {
    let message: String
    let code: Int32

    init(_ message: String, code: Int32 = ExitCodes.failed) {
        self.message = message
        self.code = code
    }

    /// Says what went wrong and returns what the process exits with.
    ///
    /// What the argument parser threw is passed on: it knows best how to show it.
    static func reported(_ error: any Error) -> any Error {
        switch error {
        case let failure as CommandFailure:
            StandardStreams.complain(failure.message)
            return ExitCode(failure.code)
        case let error as CrewError:
            StandardStreams.complain("error: \(error.message)")
            return ExitCode(
                error.code == .invalidDefinition ? ExitCodes.unreadable : ExitCodes.failed)
        case is CancellationError: return ExitCode(ExitCodes.cancelled)
        default: return error
        }
    }
}
