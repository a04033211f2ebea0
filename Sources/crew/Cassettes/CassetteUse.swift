import CrewKit
import CrewProviders

/// What becomes of a command's model calls besides being made.
enum CassetteUse: Sendable {
    case recording(CassetteRecorder)
    case replaying(CassettePlayer)

    /// Opens what the command line names, if it names a cassette.
    ///
    /// - Parameter secrets: what must not be written; a replay wants the same ones.
    static func opened(
        _ options: CassetteOptions, secrets: [Secret]
    ) throws -> CassetteUse? {
        let redaction = SecretRedaction(secrets)
        if let path = options.replay {
            let player = try CassettePlayer(
                reading: path, keepsPauses: options.replayTiming, redaction: redaction)
            for warning in player.warnings { StandardStreams.complain("warning: \(warning)") }
            return .replaying(player)
        }
        guard let path = options.record else { return nil }
        do {
            return .recording(
                try CassetteRecorder(creating: path, replaces: options.force, redaction: redaction))
        } catch {
            guard error.code == .conflict else { throw error }
            throw CommandFailure("error: \(error.message); --force writes over it")
        }
    }

    /// Tells at the end of a command what did not become of the cassette.
    func tell() {
        switch self {
        case .recording(let recorder):
            if let failure = recorder.failure {
                StandardStreams.complain("error: \(failure.message)")
            } else {
                let calls = recorder.count == 1 ? "1 model call" : "\(recorder.count) model calls"
                StandardStreams.complain("  recorded \(calls) in \(recorder.path)")
            }
        case .replaying(let player):
            let unused = player.unusedAnswers
            guard !unused.isEmpty else { return }
            let few = unused.prefix(5).joined(separator: ", ")
            StandardStreams.complain(
                "warning: \(unused.count) recorded \(unused.count == 1 ? "answer was" : "answers were")"
                    + " not asked for in \(player.path): \(few)\(unused.count > 5 ? ", …" : "")")
        }
    }
}
