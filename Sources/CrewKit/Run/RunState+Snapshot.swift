import Foundation

extension RunSnapshot {
    /// The form in which this version writes states; it reads no other.
    static let format = 3

    /// `nil` when the state cannot be written, which then has to be folded from its log.
    init?(of state: RunState, at sequence: Int) {
        guard let bytes = try? JSONEncoder().encode(state) else { return nil }  // only a cache
        self.init(sequence: sequence, format: Self.format, bytes: Array(bytes))
    }

    /// The state that was kept; `nil` when it is not one that this version can read.
    func state(of crew: ValidatedCrew) -> RunState? {
        guard format == Self.format, let key = RunState.crewKey else { return nil }
        let decoder = JSONDecoder()
        decoder.userInfo[key] = crew
        // Only a cache: the log has it all.
        return try? decoder.decode(RunState.self, from: Data(bytes))
    }
}

/// A state is written without its crew and read with one.
extension RunState: Codable {
    static let crewKey = CodingUserInfoKey(rawValue: "crew")

    private enum CodingKeys: String, CodingKey {
        case member, phase, pause, phaseBeforeEnd, cancelDepth, turnOwner, model, entries, counts,
            usage, cost, caller, session, tenant, origin, roundSequence, definition, isRepairing,
            aggregating
        case followed, lastSpeaker, lastText
    }

    private struct Counts: Codable {
        var rounds, handoffs, totalRounds, totalHandoffs, groups, modelCalls, tokens: Int
        var allowances, lostCalls: Int
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let crew = Self.crewKey.flatMap({ decoder.userInfo[$0] }) as? ValidatedCrew else {
            throw DecodingError.dataCorruptedError(
                forKey: .phase, in: values, debugDescription: "a state is read with its crew")
        }
        self.init(
            crew: crew,
            member: try values.decodeIfPresent(GroupStarted.Member.self, forKey: .member))
        phase = try values.decode(Phase.self, forKey: .phase)
        pause = try values.decodeIfPresent(RunPaused.self, forKey: .pause)
        phaseBeforeEnd = try values.decodeIfPresent(Phase.self, forKey: .phaseBeforeEnd)
        cancelDepth = try values.decodeIfPresent(StopDepth.self, forKey: .cancelDepth)
        turnOwner = try values.decodeIfPresent(AgentID.self, forKey: .turnOwner)
        model = try values.decodeIfPresent(String.self, forKey: .model)
        entries = try values.decode([ConversationEntry].self, forKey: .entries)
        let counts = try values.decode(Counts.self, forKey: .counts)
        (rounds, handoffs) = (counts.rounds, counts.handoffs)
        (totalRounds, totalHandoffs) = (counts.totalRounds, counts.totalHandoffs)
        (groups, modelCalls, tokens) = (counts.groups, counts.modelCalls, counts.tokens)
        (allowances, lostCalls) = (counts.allowances, counts.lostCalls)
        session = try values.decodeIfPresent(SessionID.self, forKey: .session)
        tenant = try values.decodeIfPresent(String.self, forKey: .tenant)
        origin = try values.decodeIfPresent(RunOrigin.self, forKey: .origin)
        roundSequence = try values.decodeIfPresent(Int.self, forKey: .roundSequence)
        definition = try values.decodeIfPresent(String.self, forKey: .definition)
        isRepairing = try values.decode(Bool.self, forKey: .isRepairing)
        aggregating = try values.decodeIfPresent(Aggregating.self, forKey: .aggregating)
        usage = try values.decodeIfPresent(Usage.self, forKey: .usage)
        cost = try values.decodeIfPresent(Double.self, forKey: .cost)
        caller = try values.decodeIfPresent(RunCaller.self, forKey: .caller)
        followed = try values.decode([String: Int].self, forKey: .followed)
        lastSpeaker = try values.decodeIfPresent(AgentID.self, forKey: .lastSpeaker)
        lastText = try values.decode(String.self, forKey: .lastText)
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(member, forKey: .member)
        try values.encode(phase, forKey: .phase)
        try values.encodeIfPresent(pause, forKey: .pause)
        try values.encodeIfPresent(phaseBeforeEnd, forKey: .phaseBeforeEnd)
        try values.encodeIfPresent(cancelDepth, forKey: .cancelDepth)
        try values.encodeIfPresent(turnOwner, forKey: .turnOwner)
        try values.encodeIfPresent(model, forKey: .model)
        try values.encode(entries, forKey: .entries)
        try values.encode(
            Counts(
                rounds: rounds, handoffs: handoffs, totalRounds: totalRounds,
                totalHandoffs: totalHandoffs, groups: groups, modelCalls: modelCalls,
                tokens: tokens, allowances: allowances, lostCalls: lostCalls), forKey: .counts)
        try values.encodeIfPresent(session, forKey: .session)
        try values.encodeIfPresent(tenant, forKey: .tenant)
        try values.encodeIfPresent(origin, forKey: .origin)
        try values.encodeIfPresent(roundSequence, forKey: .roundSequence)
        try values.encodeIfPresent(definition, forKey: .definition)
        try values.encode(isRepairing, forKey: .isRepairing)
        try values.encodeIfPresent(aggregating, forKey: .aggregating)
        try values.encodeIfPresent(usage, forKey: .usage)
        try values.encodeIfPresent(cost, forKey: .cost)
        try values.encodeIfPresent(caller, forKey: .caller)
        try values.encode(followed, forKey: .followed)
        try values.encodeIfPresent(lastSpeaker, forKey: .lastSpeaker)
        try values.encode(lastText, forKey: .lastText)
    }
}
