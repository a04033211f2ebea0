public import CrewKit
import Foundation
import Synchronization

/// Writes what models are asked and answer to a file, call by call, to be replayed later.
///
/// Each call is one line, written when it ends: a process that dies loses the calls under way and
/// none before them. Calls that run side by side may be recorded together.
public final class CassetteRecorder: Sendable {
    /// What stands at the beginning of a cassette.
    static let version = 1

    private struct State {
        let file: FileHandle
        var failure: CrewError?
        var count = 0
    }

    /// Where the cassette is written.
    public let path: String
    let redaction: SecretRedaction
    let clock: any Clock<Duration>
    private let state: Mutex<State>

    /// Begins a cassette; only its owner may read it, for prompts are in it.
    ///
    /// - Parameter replaces: whether a file that is there may be replaced.
    /// - Throws: `conflict` for a file that is there, `storeFailed` when it cannot be written.
    public init(
        creating path: String, replaces: Bool = false,
        redaction: SecretRedaction = SecretRedaction(),
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(CrewError) {
        self.path = path
        self.redaction = redaction
        self.clock = clock
        let header = Data("{\"cassette\":\(Self.version),\"by\":\"swift-crew\"}\n".utf8)
        do {
            let file = try CassetteFile.create(path, holding: header, replaces: replaces)
            state = Mutex(State(file: file))
        } catch {
            guard (error as? POSIXError)?.code != .EEXIST else {
                throw CrewError(.conflict, "\(path) is there already")
            }
            throw CrewError(
                .storeFailed,
                "the cassette \(path) cannot be written: \(error.words)",
                cause: error)
        }
    }

    deinit {
        // Everything is written already; there is nobody left to tell of a failure.
        try? state.withLock { try $0.file.close() }
    }

    /// The same model, with everything that it is asked and answers written down.
    ///
    /// - Parameter name: what the crew's files, or the run, call the model; a replay asks by it.
    public func recording(_ model: any LanguageModel, as name: String) -> any LanguageModel {
        RecordingModel(base: model, recordedName: name, recorder: self)
    }

    /// How many calls were written.
    public var count: Int { state.withLock(\.count) }

    /// Why the cassette is not whole, if it is not.
    public var failure: CrewError? { state.withLock(\.failure) }

    /// A call is worth more than its record: what cannot be written is told at the end.
    func record(_ entry: CassetteEntry) {
        // Under the lock, so that lines stay whole; each is one short write.
        state.withLock { state in
            guard state.failure == nil else { return }
            do {
                try state.file.write(contentsOf: Data(try entry.line(redaction) + [0x0A]))
                state.count += 1
            } catch {
                state.failure = CrewError(
                    .storeFailed,
                    "the cassette \(path) ends after \(state.count) calls: "
                        + error.localizedDescription, cause: error)
            }
        }
    }
}

/// A model whose calls are written to a cassette.
struct RecordingModel: LanguageModel {
    var name: String { base.name }

    let base: any LanguageModel
    let recordedName: String
    let recorder: CassetteRecorder

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let elapsed = Self.stopwatch(recorder.clock)
        let pieces = Mutex<[CassetteEntry.Piece]>([])
        let record = { (end: CassetteEntry.End) in
            let canonical = CanonicalRequest(
                request, model: recordedName, redaction: recorder.redaction)
            recorder.record(
                CassetteEntry(
                    canonical, by: base.name, pieces.withLock(\.self), end,
                    milliseconds: elapsed().inMilliseconds))
        }
        do {
            let reply = try await base.reply(to: request) { piece in
                let time = elapsed().inMilliseconds
                pieces.withLock {
                    $0.append(CassetteEntry.Piece(milliseconds: time, progress: piece))
                }
                progress(piece)
            }
            record(.reply(reply))
            return reply
        } catch {
            if error is CancellationError {
                record(.cancelled)
            } else if let error = error as? CrewError {
                record(.failure(error))
            }
            throw error
        }
    }

    private static func stopwatch(
        _ clock: some Clock<Duration>
    ) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
