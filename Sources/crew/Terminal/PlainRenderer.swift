import CrewKit

/// Prints what the agents said, and why a run ended otherwise than it should; for pipes.
struct PlainRenderer: Renderer {
    let names: AgentNames
    let prompt = ""

    func begin(_ choices: ModelChoices) {
        StandardStreams.complain("model: \(choices.summary)")
    }

    func show(_ item: FeedItem) {
        guard case .event(let stored) = item else { return }
        switch stored.event {
        case .replied(let reply) where !reply.message.text.isEmpty:
            StandardStreams.show("\(names[reply.agent]): \(reply.message.text)\n")
        case .approvalRequested(let request):
            StandardStreams.complain(
                "\(stored.sequence): may \(names[request.agent]) call \(request.call.name) "
                    + "\(TerminalStyle.harmless(request.call.arguments.text))?")
        case .warned(let warning): StandardStreams.complain("warning: \(warning.message)")
        default:
            guard let news = stored.event.modelCallNews else { return }
            StandardStreams.complain("\(names[news.agent]): \(news.sentence)")
        }
    }

    func end(_ record: RunRecord) {
        if let ending = OutcomeText.problem(with: record, names: names) {
            StandardStreams.complain(ending)
        }
    }
}
