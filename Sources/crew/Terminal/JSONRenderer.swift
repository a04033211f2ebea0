import CrewKit
import Foundation

/// Prints every stored event as one line of JSON; pieces of messages are left out.
struct JSONRenderer: Renderer {
    let prompt = ""
    private static let timestamp = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    func begin(_ choices: ModelChoices) {
        StandardStreams.complain("model: \(choices.summary)")
    }

    func show(_ item: FeedItem) {
        guard case .event(let stored) = item else { return }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(Self.timestamp))
        }
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            StandardStreams.show(String(decoding: try encoder.encode(stored), as: UTF8.self) + "\n")
        } catch {
            StandardStreams.complain("error: event \(stored.sequence) cannot be written: \(error)")
        }
    }

    func end(_ result: RunResult) {}
}
