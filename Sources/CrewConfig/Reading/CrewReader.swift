import CrewKit

/// Builds definitions out of checked blocks and collects what is odd about them.
struct CrewReader {
    var problems = ProblemList()
    var secrets = SecretTexts()
    /// Files that `${file:PATH}` names.
    var secretFiles: [String] = []
    let environment: [String: String]
    let isStrict: Bool
    /// The crew's folder, to which paths in it are relative.
    let folder: String

    init(environment: [String: String], isStrict: Bool, folder: String) {
        self.environment = environment
        self.isStrict = isStrict
        self.folder = folder
    }

    /// Holds a document against its table, after telling what its text has too much of.
    mutating func check(_ document: YAMLDocument, as table: KeyTable, at place: Place) {
        for key in document.repeatedKeys {
            var place = place
            place.position = key.last
            problems.add(
                .warning, "repeated_key", at: place,
                "the key '\(key.name)' is given twice in one block; this one counts",
                suggestion: "remove it here or in line \(key.first.line)")
        }
        if let more = document.moreAt {
            var place = place
            place.position = more
            problems.add(
                .warning, "more_documents", at: place,
                "the file has a second document after '---', which is not read")
        }
        check(document.root, as: table, at: place)
    }

    mutating func check(_ node: YAMLNode, as table: KeyTable, at place: Place) {
        var check = KeyCheck(isStrict: isStrict, adding: problems)
        check.check(node, as: table, at: place)
        problems = check.problems
    }

    /// A block's text with its environment variables; absent when it is empty or one is missing.
    mutating func expanded(_ name: String, of block: BlockReader) -> String? {
        guard let text = block.text(name) else { return nil }
        return expanded(text, name, at: block.place(of: name))
    }

    /// - Parameter key: at whose place the text stands, where that is not its name.
    mutating func expanded(
        _ text: String, _ name: String, of key: String? = nil, at place: Place
    ) -> String? {
        let expanded = EnvironmentText(text, variables: environment, folder: folder)
        secrets.add(expanded, of: key ?? name)
        secretFiles += expanded.files
        for missing in expanded.missing { tell(missing, name, at: place) }
        if let malformed = expanded.malformed.first {
            problems.add(
                .warning, "malformed_reference", at: place,
                "\(name): '\(malformed.start)' begins no reference and is taken as it is written",
                suggestion: malformed.advice)
        }
        return expanded.text.flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func tell(_ missing: EnvironmentText.Missing, _ name: String, at place: Place)
    {
        switch missing {
        case .variable(let variable):
            problems.add(
                .warning, "unknown_variable", at: place,
                "the environment has no variable '\(variable)'; \(name) counts as not given",
                suggestion: "set \(variable), or write ${\(variable):-otherwise}")
        case .needed(let variable, let words):
            problems.add(
                .error, "unknown_variable", at: place,
                "\(name) needs the variable '\(variable)'\(words.isEmpty ? "" : ": \(words)")",
                suggestion: "set \(variable)")
        case .file(let path, let problem):
            problems.add(
                .warning, "unreadable_secret", at: place,
                "'\(path)' cannot be read: \(problem); \(name) counts as not given",
                suggestion: "put the secret there, relative paths begin at the crew's folder")
        }
    }
}

extension CrewReader {
    /// Everything of `crew.yaml` but its agents.
    mutating func crew(_ block: BlockReader, folderName: String) -> CrewDefinition {
        var crew = CrewDefinition(
            name: block.text("name").flatMap { $0.isEmpty ? nil : $0 } ?? folderName,
            version: block.text("version") ?? "1.0",
            description: block.text("description") ?? "",
            entryPoint: block.text("entry_point").flatMap { $0.isEmpty ? nil : AgentID($0) },
            agents: [])
        if let settings = block.block("settings") { crew.settings = self.settings(settings) }
        if let routing = block.block("routing") { crew.routing = self.routing(routing) }
        if let tools = block.block("tools") {
            crew.tools = declaredTools(tools)
            let execute = tools.block("ExecuteCommand")
            crew.allowedCommands = execute?.texts("allow").filter { !$0.isEmpty } ?? []
            crew.commandApproval = execute.flatMap { approval("approval", of: $0) }
        }
        if let crews = block.block("sub_crews") { crew.tools += subCrews(crews) }
        if let servers = block.block("mcp_servers") { crew.mcpServers = self.servers(servers) }
        raiseToolTimes(of: &crew, block)
        return crew
    }

    private mutating func settings(_ block: BlockReader) -> CrewSettings {
        var settings = CrewSettings()
        func set<Value>(_ path: WritableKeyPath<CrewSettings, Value>, _ value: Value?) {
            if let value { settings[keyPath: path] = value }
        }
        settings.isStrict = isStrict
        set(\.maxHandoffs, block.integer("max_handoffs"))
        set(\.maxRounds, block.integer("max_rounds"))
        set(\.timeout, block.seconds("timeout_seconds"))
        set(\.language, block.text("language"))
        set(\.organization, block.text("organization"))
        set(\.memberTimeout, block.seconds("parallel_timeout_seconds"))
        set(\.toolTimeout, block.seconds("tool_execution_timeout_seconds"))
        set(\.toolBatchTimeout, block.seconds("tool_result_timeout_seconds"))
        set(\.keepAlive, block.seconds("sse_keep_alive_seconds"))
        set(\.maxInputBytes, block.integer("max_input_size_kb").map { $0 * 1_024 })
        set(
            \.maxHistoryMessageBytes, block.integer("max_request_body_size_kb").map { $0 * 1_024 })
        set(\.maxToolOutput, block.integer("max_tool_output_chars"))
        set(\.maxTotalToolOutput, block.integer("max_total_tool_output_chars"))
        set(\.feedBuffer, block.integer("stream_buffer_size"))
        set(\.contextWindow, block.integer("max_context_window"))
        set(\.contextTrimShare, block.number("context_trim_percent").map { $0 / 100 })
        set(\.maxParallelTools, block.integer("max_parallel_tools"))
        set(\.maxToolCallsPerRound, block.integer("max_tool_calls_per_round"))
        set(\.maxTokens, block.integer("max_tokens_per_run").map(Optional.some))
        set(\.toolApproval, approval("tool_approval", of: block))
        set(\.toolWorkers, block.block("tool_workers").map(toolWorkers))
        set(\.approvalTimeout, block.secondsOrNever("approval_timeout_seconds"))
        set(\.approvalDefault, block.word("approval_default"))
        set(\.pauseTimeout, block.secondsOrNever("pause_timeout_seconds"))
        set(
            \.pauseAnswer,
            block.text("pause_answer").flatMap { $0.isEmpty ? nil : $0 }.map(Optional.some))
        set(\.signalChoice, block.word("signal_choice"))
        set(\.foldsDiacritics, block.flag("fold_diacritics"))
        set(\.usesBuiltInSignals, block.flag("builtin_signals"))
        if let inner = block.block("suspicious_inputs") {
            settings.suspicion = suspicion(inner)
        }
        upkeep(block, into: &settings)
        set(\.changedDefinition, block.word("on_definition_change"))
        settings.budgets = crewBudgets(block)
        modelSettings(block, into: &settings)
        return settings
    }
}
