import CrewKit
import Foundation

/// Prints every stored event as one line of JSON; pieces of messages are left out.
struct JSONRenderer: Renderer {
    let prompt = ""

    func begin(_ choices: ModelChoices) {
        StandardStreams.complain("model: \(choices.summary)")
    }

    func show(_ item: FeedItem) {
        guard case .event(let stored) = item else { return }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            StandardStreams.show(String(decoding: try encoder.encode(stored), as: UTF8.self) + "\n")
        } catch {
            StandardStreams.complain("error: event \(stored.sequence) cannot be written: \(error)")
        }
    }

    func end(_ result: RunResult) {}
}
