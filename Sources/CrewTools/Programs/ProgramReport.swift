import CrewKit

/// How a program ended, and what it wrote.
struct ProgramReport: Sendable {
    enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        /// It was ended when its time was over.
        case outOfTime
        /// It was ended because it wrote far more than is kept.
        case wroteTooMuch
    }

    /// Characters of an endless output that its failure tells; the rest would say no more.
    private static let beginning = 2_000

    let ending: Ending
    /// What it wrote, cut at the limit with a note.
    let output: String
    let error: String
    /// The end of what it wrote: its errors first, then its output.
    let lastWords: String

    init(ending: Ending, output: OutputBuffer, error: OutputBuffer) {
        self.ending = ending
        self.output = output.text
        self.error = error.text
        let complaint = error.tail
        let answer = output.tail
        lastWords =
            complaint.isEmpty || answer.isEmpty
            ? complaint + answer : "\(complaint)\nIts output ended with:\n\(answer)"
    }

    var isSuccess: Bool { ending == .exited(0) }

    /// What went wrong; absent when nothing did.
    func failure(
        of program: String, timeLimit: Duration, limits: ResourceLimits = ResourceLimits()
    ) -> ToolFailure? {
        var failure: ToolFailure
        switch ending {
        case .exited(0): return nil
        case .exited(let code):
            failure = ToolFailure(.commandFailed, "'\(program)' failed with exit code \(code)")
        case .signalled(let signal): failure = Self.death(of: program, by: signal, limits)
        case .outOfTime:
            failure = ToolFailure(
                .timeout, "'\(program)' was ended because it took longer than \(timeLimit)")
        case .wroteTooMuch:
            failure = ToolFailure(
                .commandFailed, "'\(program)' was ended because it would not stop writing")
        }
        failure.message +=
            ending == .wroteTooMuch
            ? "; it began:\n\(Substring(output.unicodeScalars.prefix(Self.beginning)))"
            : told(lastWords)
        if failure.hint == nil, let memory = limits.memoryBytes, soundsShortOfMemory {
            failure.hint = "It may use \(memory / 1_048_576) MiB of memory."
        }
        return failure
    }

    private static func death(
        of program: String, by signal: Int32, _ limits: ResourceLimits
    ) -> ToolFailure {
        if signal == ProgramSignal.processorTime.rawValue, let seconds = limits.cpuSeconds {
            return ToolFailure(
                .timeout,
                "'\(program)' was ended because it used more than \(seconds) s of processor time")
        }
        let name = ProgramSignal(rawValue: signal).map { " (\($0.name))" } ?? ""
        var failure = ToolFailure(
            .crashed, "'\(program)' was ended by signal \(signal)\(name)")
        if signal == ProgramSignal.killed.rawValue {
            failure.hint =
                limits.cpuSeconds == nil
                ? "The system does this when the machine is out of memory."
                : "The system does this when the processor time is used up, or the memory."
        }
        return failure
    }

    /// No system says why it gave a program no memory, so its own words have to do.
    private var soundsShortOfMemory: Bool {
        let words = lastWords.lowercased()
        return [
            "memoryerror", "out of memory", "cannot allocate memory", "bad_alloc",
            "memory exhausted", "enomem", "allocation failed",
        ].contains { words.contains($0) }
    }

    private func told(_ words: String) -> String {
        words.isEmpty ? " and wrote nothing" : ":\n\(words)"
    }
}
