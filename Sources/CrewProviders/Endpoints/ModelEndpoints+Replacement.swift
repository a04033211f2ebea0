public import CrewKit

extension ModelEndpoints {
    private static let longestName = 200

    /// What a run asked for in place of the model that was chosen for an agent: that model alone, for
    /// nobody takes over from a model that somebody insists on.
    ///
    /// `PROVIDER/NAME` is a model of that provider, `NAME` one of the provider that answers for the
    /// agent, at the agent's own endpoint; `scripted` is the crew's script. Nothing is called.
    ///
    /// - Throws: `invalidInput` for a text that names no model, what `model` throws for one that
    ///   cannot be made.
    public func replacement(
        named text: String, for chosen: ModelChoice, environment: [String: String] = [:],
        script: ScriptDefinition? = nil, retry: ModelRetryPolicy? = nil
    ) throws(CrewError) -> ModelChain {
        let reference = try reference(named: text, for: chosen)
        let link = try link(for: reference, environment: environment, script: script)
        let choice = ModelChoice(link, of: reference)
        return ModelChain([choice.link(retry: retry)], clock: clock)
    }

    private func reference(
        named text: String, for chosen: ModelChoice
    ) throws(CrewError) -> ModelReference {
        guard (1...Self.longestName).contains(text.utf8.count), text == text.trimmingBlanks else {
            throw Self.refusal(
                "a model's name has 1 to \(Self.longestName) bytes and no blanks around")
        }
        if text == "scripted" { return ModelReference(provider: text, model: text) }
        let own = try Provider(named: chosen.reference.provider)
        var reference = chosen.reference
        guard let slash = text.firstIndex(of: "/") else {
            guard own != .scripted else {
                throw Self.refusal(
                    "the crew's script answers in place of a model: name a provider too, as in "
                        + "ollama/\(text)")
            }
            reference.model = text
            reference.price = nil
            return reference
        }
        let (word, name) = (String(text[..<slash]), String(text[text.index(after: slash)...]))
        let provider = try Self.provider(named: word, in: text)
        guard !name.isEmpty else {
            throw Self.refusal("'\(text)' names no model: write \(word)/NAME")
        }
        // Address and key belong to the agent's own provider and go to no other.
        if provider != own { reference = ModelReference(provider: word) }
        reference.model = name
        reference.price = nil
        return reference
    }

    private static func provider(
        named word: String, in text: String
    ) throws(CrewError) -> Provider {
        do throws(CrewError) {
            let provider = try Provider(named: word)
            guard provider != .auto else {
                throw CrewError(.invalidInput, "'auto' is no provider of a model that is named")
            }
            return provider
        } catch {
            throw refusal(
                "\(error.message); before the first '/' stands a provider, as in "
                    + "openai/\(text)")
        }
    }

    private static func refusal(_ message: String) -> CrewError {
        CrewError(.invalidInput, message)
    }
}
