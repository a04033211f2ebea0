public import CrewKit
import Foundation
import Synchronization

/// Answers calls from a cassette, without a model, a key or a network.
///
/// A call is answered by the first recorded one that is the same and was not replayed yet; any
/// other call fails with `cassetteMismatch` and says how it differs from the nearest one.
public final class CassettePlayer: Sendable {
    private struct Recorded: Sendable {
        let line: Int
        let entry: CassetteEntry
    }

    private enum Found {
        case entry(CassetteEntry)
        /// Nothing is left that fits; these were not replayed yet.
        case nothing(unused: [Recorded], usedLine: Int?)
    }

    /// Differences that are told of a call that was not recorded.
    private static let mostDifferences = 6

    /// Where the cassette was read.
    public let path: String
    /// What is odd about the file, for people.
    public let warnings: [String]
    let keepsPauses: Bool
    let redaction: SecretRedaction
    let clock: any Clock<Duration>
    private let entries: [Recorded]
    /// The lines of calls that are the same, in order.
    private let places: [CanonicalRequest: [Int]]
    private let used: Mutex<[Bool]>

    /// Reads a cassette.
    ///
    /// - Parameters:
    ///   - keepsPauses: whether answers come as slowly as they were recorded, or at once.
    ///   - redaction: the one of the recording, where it knew secrets that requests hold.
    /// - Throws: `invalidInput` for a file that cannot be read or is no cassette.
    public init(
        reading path: String, keepsPauses: Bool = false,
        redaction: SecretRedaction = SecretRedaction(),
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(CrewError) {
        self.path = path
        self.keepsPauses = keepsPauses
        self.redaction = redaction
        self.clock = clock
        var reading = CassetteReading(path: path)
        let lines = try reading.entries()
        warnings = reading.warnings
        entries = lines.map { Recorded(line: $0.line, entry: $0.entry) }
        places = Dictionary(grouping: lines.indices) { lines[$0].entry.request }
        used = Mutex(Array(repeating: false, count: lines.count))
    }

    /// A model that answers from the cassette.
    ///
    /// It has the name of the model that was recorded, so that a replayed run looks like that one.
    ///
    /// - Parameter name: what the crew's files, or the run, call the model.
    public func replaying(as name: String, for agent: AgentID) -> any LanguageModel {
        let recorded = entries.first {
            $0.entry.request.value["agent"]?.string == agent.rawValue
                && $0.entry.request.value["model"]?.string == name
        }
        return ReplayingModel(
            name: recorded?.entry.answeredBy ?? name, recordedName: name, player: self)
    }

    /// Every recorded answer that nobody asked for yet, as `line 3 (agent 'x')`.
    public var unusedAnswers: [String] {
        let used = used.withLock(\.self)
        return zip(entries, used).filter { !$1 }.map { recorded, _ in
            let agent = recorded.entry.request.value["agent"]?.string ?? ""
            return "line \(recorded.line) (agent '\(agent)')"
        }
    }

    /// Takes the next answer to that request.
    func take(_ request: CanonicalRequest) throws -> CassetteEntry {
        let found = used.withLock { used -> Found in
            let indices = places[request] ?? []
            guard let index = indices.first(where: { !used[$0] }) else {
                return .nothing(
                    unused: zip(entries, used).filter { !$1 }.map(\.0),
                    usedLine: indices.last.map { entries[$0].line })
            }
            used[index] = true
            return .entry(entries[index].entry)
        }
        switch found {
        case .entry(let entry): return entry
        case .nothing(let unused, let line): throw mismatch(request, unused, usedLine: line)
        }
    }

    /// Says of the prompt no more than the places that differ: without them nobody could mend it.
    private func mismatch(
        _ request: CanonicalRequest, _ unused: [Recorded], usedLine: Int?
    ) -> CrewError {
        let agent = request.value["agent"]?.string ?? ""
        var text = "\(path) has no answer to this call of agent '\(agent)'"
        if let usedLine {
            text += "; the same call, on line \(usedLine), was replayed already"
        }
        let candidates = unused.map { recorded in
            let differences = CassetteDifference.between(
                recorded: recorded.entry.request.value, asked: request.value)
            return (line: recorded.line, differences: differences)
        }
        let nearest = candidates.min {
            CassetteDifference.distance($0.differences)
                < CassetteDifference.distance($1.differences)
        }
        guard let nearest else {
            return CrewError(.cassetteMismatch, text + ". All its answers were replayed")
        }
        text += ". The nearest, on line \(nearest.line), was asked otherwise:"
        for difference in nearest.differences.prefix(Self.mostDifferences) {
            text += "\n  \(difference.line)"
        }
        let rest = nearest.differences.count - Self.mostDifferences
        return CrewError(
            .cassetteMismatch, rest > 0 ? text + "\n  and \(rest) more differences" : text)
    }
}

/// A model that answers from a cassette.
struct ReplayingModel: LanguageModel {
    let name: String
    let recordedName: String
    let player: CassettePlayer

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try Task.checkCancellation()
        let entry = try player.take(
            CanonicalRequest(request, model: recordedName, redaction: player.redaction))
        var time = 0
        for piece in entry.pieces {
            try await wait(from: &time, until: piece.milliseconds)
            progress(piece.progress)
        }
        switch entry.end {
        case .reply(let reply):
            try await wait(from: &time, until: entry.milliseconds)
            return reply
        case .failure(let error):
            try await wait(from: &time, until: entry.milliseconds)
            throw error
        case .cancelled:
            // Who asked did not wait for the end, and will not now.
            for await _ in (AsyncStream<Never> { _ in }) {}
            throw CancellationError()
        }
    }

    private func wait(from time: inout Int, until next: Int) async throws {
        try Task.checkCancellation()
        guard player.keepsPauses, next > time else { return }
        try await player.clock.sleep(for: .milliseconds(next - time))
        time = next
    }
}
