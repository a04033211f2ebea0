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

    let ending: Ending
    /// What it wrote, cut at the limit with a note.
    let output: String
    let error: String
    /// The end of what it wrote, of its errors where there are any.
    let lastWords: String

    init(ending: Ending, output: OutputBuffer, error: OutputBuffer) {
        self.ending = ending
        self.output = output.text
        self.error = error.text
        let complaint = error.tail
        lastWords = complaint.isEmpty ? output.tail : complaint
    }

    var isSuccess: Bool { ending == .exited(0) }

    /// What went wrong, as a tool's error; absent when nothing did.
    func failure(of program: String, timeLimit: Duration) -> CrewError? {
        let sentence =
            switch ending {
            case .exited(0): ""
            case .exited(let code): "'\(program)' failed with exit code \(code)"
            case .signalled(let signal): "'\(program)' was ended by signal \(signal)"
            case .outOfTime: "'\(program)' was ended because it took longer than \(timeLimit)"
            case .wroteTooMuch: "'\(program)' was ended because it would not stop writing"
            }
        guard !sentence.isEmpty else { return nil }
        let words = ending == .wroteTooMuch ? "; it began:\n\(output)" : told(lastWords)
        return CrewError(ending == .outOfTime ? .toolTimeout : .toolFailed, sentence + words)
    }

    private func told(_ words: String) -> String {
        words.isEmpty ? " and wrote nothing" : ":\n\(words)"
    }
}
