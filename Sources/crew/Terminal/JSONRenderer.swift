import CrewKit

/// Prints every stored event as one line of JSON; pieces of messages are left out.
struct JSONRenderer: Renderer {
    let prompt = ""

    func begin(_ choices: ModelChoices) {
        StandardStreams.complain("model: \(choices.summary)")
    }

    func show(_ item: FeedItem) {
        guard case .event(let stored) = item else { return }
        do {
            StandardStreams.show(try RunJSON.text(of: stored) + "\n")
        } catch {
            StandardStreams.complain("error: event \(stored.sequence) cannot be written: \(error)")
        }
    }

    func end(_ record: RunRecord) {}
}
