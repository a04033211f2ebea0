import CrewKit

/// The commands that go on with a run at rest, for people to copy.
struct NextCommands: Sendable {
    let folder: String
    let store: StoreChoice

    /// Says how to go on; nothing for runs that are over for good, or gone with this process.
    func tell(_ record: RunRecord) {
        guard store != .memory else { return }
        for line in lines(for: record) { StandardStreams.complain("  \(line)") }
    }

    func lines(for record: RunRecord) -> [String] {
        switch (record.status, record.pause?.kind) {
        case (.paused, .approval):
            record.approvals.map { line("approve", record.id, "\($0.id)") }
                + (record.approvals.first.map { [line("refuse", record.id, "\($0.id)")] } ?? [])
        case (.paused, .input): [line("resume", record.id, "'ANSWER'")]
        case (.paused, _), (.ended(.cancelled), _), (.ended(.failed), _),
            (.ended(.limitReached), _):
            [line("resume", record.id)]
        case (.queued, _), (.running, _), (.ended, _): []
        }
    }

    private func line(_ verb: String, _ run: RunID, _ more: String...) -> String {
        let words = ["crew", "runs", verb, Self.quoted(folder), run.rawValue] + more
        return (words + store.words(in: folder).map(Self.quoted)).joined(separator: " ")
    }

    /// As a shell reads it as one word.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-:=@%+,".utf8.contains(byte)
            }
        }
        return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
