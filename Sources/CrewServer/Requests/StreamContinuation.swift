import CrewKit

/// What a client asks of the event stream that has seen a part of a run already.
struct StreamContinuation: Equatable {
    /// Absent when only the conversation is known: its newest run is meant.
    var run: RunID?
    var session: SessionID?
    /// The last event that the client has seen.
    var after = 0
    var onDisconnect = OnDisconnect.goOn

    /// Reads a request that names its run.
    ///
    /// - Parameter lastEventID: counts when it is larger than the URL's `after`.
    /// - Returns: `nil` for one that names none.
    /// - Throws: `invalidInput`, also for a request that has an input beside its run.
    init?(_ query: QueryString, lastEventID: Int?, hasBody: Bool) throws(CrewError) {
        // Refused also where it means nothing: who writes it goes on with a run.
        if let text = try query.value(of: "after"), !text.isEmpty {
            guard let sequence = Int(text), sequence >= 0 else {
                throw CrewError(.invalidInput, "after must be a whole number of at least 0")
            }
            after = sequence
        }
        guard let run = try query.value(of: "run_id"), !run.isEmpty else { return nil }
        let input = try query.value(of: "q")
        guard !hasBody, input == nil else {
            throw CrewError(
                .invalidInput,
                "run_id goes on with what is there and takes no input: leave out one of the two")
        }
        guard WrittenID.isWellFormed(run) else {
            throw CrewError(.invalidInput, "run_id must be \(WrittenID.form)")
        }
        self.run = RunID(run)
        after = max(after, lastEventID ?? 0)
        if let text = try query.value(of: "on_disconnect"), !text.isEmpty {
            onDisconnect = try StrictMembers.choice(text, of: "on_disconnect")
        }
    }

    /// A client that sends its input once more only because its connection broke, as a browser's
    /// `EventSource` does by itself.
    init(repeating request: StreamRequest, lastEventID: Int) {
        session = request.session
        after = lastEventID
        onDisconnect = request.onDisconnect
    }
}
