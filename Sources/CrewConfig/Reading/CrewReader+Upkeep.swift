import CrewKit

extension CrewReader {
    /// Times and counts around tools, streams and kept runs.
    mutating func upkeep(_ block: BlockReader, into settings: inout CrewSettings) {
        func millis(_ name: String) -> Duration? {
            block.integer(name).flatMap { $0 > 0 ? .milliseconds($0) : nil }
        }
        settings.minToolTimeout = millis("min_tool_timeout_millis") ?? settings.minToolTimeout
        settings.readerPatience = millis("stream_chunk_timeout_millis")
        settings.shutdownCheck = millis("graceful_shutdown_check_millis") ?? settings.shutdownCheck
        if let percent = block.number("timeout_warning_threshold_pct") {
            settings.tightToolShare = 1 - percent / 100
        }
        if let minutes = block.number("request_store_cleanup_minutes"), minutes > 0 {
            settings.pruningInterval = .seconds(minutes * 60)
        }
        if let least = block.integer("min_agent_id_length"), least > 0,
            let most = block.integer("max_agent_id_length"), (1..<least).contains(most)
        {
            problems.add(
                .error, "out_of_range", at: block.place(of: "max_agent_id_length"),
                "max_agent_id_length is \(most), less than min_agent_id_length, \(least)")
        }
        settings.maxKeptRuns = block.integer("max_stored_requests").flatMap { $0 > 0 ? $0 : nil }
    }

    /// `settings.suspicious_inputs`.
    mutating func suspicion(_ block: BlockReader) -> SuspicionSettings {
        var settings = SuspicionSettings()
        settings.isOn = block.flag("enabled") ?? settings.isOn
        let phrases = block.texts("phrases").filter { $0.contains { !$0.isWhitespace } }
        if let long = phrases.first(where: { $0.count > SuspicionSettings.longestPhrase }) {
            problems.add(
                .error, "out_of_range", at: block.place(of: "phrases"),
                "a phrase has \(long.count) characters; at most "
                    + "\(SuspicionSettings.longestPhrase) are taken")
        }
        if phrases.count > SuspicionSettings.mostPhrases {
            problems.add(
                .error, "out_of_range", at: block.place(of: "phrases"),
                "\(phrases.count) phrases; at most \(SuspicionSettings.mostPhrases) are taken")
        }
        settings.phrases = phrases
        return settings
    }

    /// Raises limits of single tool calls to the least that each gets, and tells of it.
    mutating func raiseToolTimes(of crew: inout CrewDefinition, _ block: BlockReader) {
        let least = crew.settings.minToolTimeout
        func raise(_ time: inout Duration?, _ key: String, _ block: BlockReader?) {
            guard let written = time, written < least else { return }
            time = least
            guard let block else { return }
            problems.add(
                .warning, "out_of_range", at: block.place(of: key),
                "\(key) is less than settings.min_tool_timeout_millis, which counts: \(least)",
                suggestion: "raise it, or lower min_tool_timeout_millis")
        }
        var usual: Duration? = crew.settings.toolTimeout
        raise(&usual, "tool_execution_timeout_seconds", block.block("settings"))
        crew.settings.toolTimeout = usual ?? least
        var blocks: [String: BlockReader] = [:]
        for (name, tool) in (block.block("tools")?.namedBlocks ?? []) { blocks[name] = tool }
        for index in crew.tools.indices {
            let name = crew.tools[index].name.rawValue
            raise(&crew.tools[index].timeout, "timeout_seconds", blocks[name])
        }
        blocks = [:]
        for (name, server) in (block.block("mcp_servers")?.namedBlocks ?? []) {
            blocks[name] = server
        }
        for index in crew.mcpServers.indices {
            let name = crew.mcpServers[index].name
            raise(&crew.mcpServers[index].callTimeout, "call_timeout_seconds", blocks[name])
        }
    }
}

/// How long the ids of agents may be, and what they are made of.
struct AgentIDRule {
    let shortest: Int
    let longest: Int

    init(_ crew: BlockReader) {
        let settings = crew.block("settings")
        func bound(_ name: String) -> Int? {
            settings?.integer(name).flatMap { $0 > 0 ? $0 : nil }
        }
        shortest = bound("min_agent_id_length") ?? 1
        longest = bound("max_agent_id_length") ?? 128
    }

    /// Adds what is wrong or odd about an agent's id.
    func check(_ id: AgentID, at place: Place, adding problems: inout ProblemList) {
        let text = id.rawValue
        let shown = text.prefix(80)
        if !(shortest...max(shortest, longest)).contains(text.count) {
            let bound =
                text.count < shortest
                ? "at least \(shortest) (min_agent_id_length)"
                : "at most \(longest) (max_agent_id_length)"
            problems.add(
                .error, "invalid_id", at: place,
                "the id '\(shown)' has \(text.count) characters; it must have \(bound)")
        } else if !text.utf8.allSatisfy(Self.isUsual) {
            problems.add(
                .warning, "unusual_id", at: place,
                "the id '\(shown)' has other characters than letters, digits, - and _",
                suggestion: "wires and logs are kinder to plain ids; 'name' can be anything")
        }
    }

    private static func isUsual(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
