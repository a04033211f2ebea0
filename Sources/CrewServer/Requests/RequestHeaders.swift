import CrewKit
import HTTPTypes

extension HTTPFields {
    /// The value of a field that has no name of its own in the library.
    subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set { if let name = HTTPField.Name(name) { self[name] = newValue } }
    }

    /// The last event that the client has seen; absent when it does not say so.
    ///
    /// - Throws: `invalidInput` for what cannot be an id of ours.
    func lastEventID() throws(CrewError) -> Int? {
        guard let text = self[named: "Last-Event-ID"] else { return nil }
        guard let sequence = text.isEmpty ? 0 : Int(text), sequence >= 0 else {
            throw CrewError(.invalidInput, "Last-Event-ID is not the id of an event of a run")
        }
        return sequence
    }

    /// What the client names its request by.
    ///
    /// - Throws: `invalidInput` for a key that is empty, too long or of other characters.
    func idempotencyKey() throws(CrewError) -> String? {
        guard let key = self[named: "Idempotency-Key"] else { return nil }
        guard (1...255).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw CrewError(
                .invalidInput, "Idempotency-Key must be 1-255 visible characters of ASCII")
        }
        return key
    }

    /// How long the client would wait for the run to come to rest (RFC 7240); absent means not.
    ///
    /// A preference that cannot be read is no error, and one that is too long is cut.
    var preferredWait: Duration? {
        for preference in (self[named: "Prefer"] ?? "").split(separator: ",") {
            let parts = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
                .map { $0.filter { !$0.isWhitespace && $0 != "\"" } }
            guard parts.first?.lowercased() == "wait" else { continue }
            guard parts.count > 1 else { return .seconds(60) }
            guard let seconds = Int(parts[1]), seconds >= 0 else { continue }
            return .seconds(Swift.min(seconds, 300))
        }
        return nil
    }

    /// True when the client would rather have a stream of events than a document (RFC 9110, 12.5.1).
    var prefersEventStream: Bool {
        let weights = acceptedWeights
        guard let stream = weights["text/event-stream"], stream > 0 else { return false }
        // A stream that is named is meant, unless JSON is named with more weight.
        return stream >= weights["application/json"] ?? 0
    }

    /// What the client takes, by type, and how gladly.
    private var acceptedWeights: [String: Double] {
        var weights: [String: Double] = [:]
        for range in (self[.accept] ?? "").split(separator: ",") {
            let parts = range.lowercased().split(separator: ";").map {
                $0.filter { !$0.isWhitespace }
            }
            guard let type = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map {
                Double($0.dropFirst(2))
            }
            weights[type] = (weight ?? 1) ?? 1
        }
        return weights
    }
}
