import CrewKit
import Foundation

extension CrewReader {
    mutating func declaredTools(_ block: BlockReader) -> [DeclaredTool] {
        var tools: [DeclaredTool] = []
        for (name, block) in block.namedBlocks { tools.append(tool(ToolName(name), block)) }
        return tools
    }

    private mutating func tool(_ name: ToolName, _ block: BlockReader) -> DeclaredTool {
        var tool = DeclaredTool(
            name: name, description: block.text("description") ?? "", work: work(of: name, block),
            effect: block.word("effect") ?? .write)
        if tool.description.isEmpty { tellNoDescription(of: name, block) }
        if let parameters = block.entry("parameters") {
            tool.parameters = schema(parameters.value.json, of: name, block)
        }
        tool.approval = approval("approval", of: block)
        tool.timeout = block.seconds("timeout_seconds")
        tool.maxOutputBytes = block.integer("max_output_bytes") ?? tool.maxOutputBytes
        tool.isSequential = block.flag("sequential") ?? false
        tool.policy = policy(block)
        return tool
    }

    mutating func tellNoDescription(of tool: ToolName, _ block: BlockReader) {
        problems.add(
            .warning, "missing_description", at: block.place(of: "description"),
            "tool '\(tool)' has no description; a model chooses tools by it")
    }

    /// What a call does; exactly one key may say it.
    private mutating func work(of name: ToolName, _ block: BlockReader) -> DeclaredTool.Work {
        let kinds = ["command", "http", "agent", "crew"]
        let kind = only(of: kinds, "tool '\(name)'", in: block)
        if kind != "command", let kind {
            tellProgramKeys("tool '\(name)', which starts no program but has '\(kind)'", block)
        }
        switch kind {
        case "http":
            return .http(block.block("http").map { request($0) } ?? HTTPTemplate(url: ""))
        case "agent": return .agent(AgentID(block.text("agent") ?? ""))
        case "crew": return .crew(folder: subCrewFolder("crew", of: name, block))
        default: return .command(program(block))
        }
    }

    /// The one of these keys that is given; that there is none or another one too is told.
    mutating func only(of keys: [String], _ what: String, in block: BlockReader) -> String? {
        let given = keys.filter { block.entry($0) != nil }
        let list = keys.dropLast().map { "'\($0)'" }.joined(separator: ", ")
        let words = "\(list) or '\(keys.last ?? "")'"
        if given.isEmpty {
            problems.add(
                .error, "missing_key", at: block.place, "\(what) must have \(words)",
                suggestion: "add one of them")
        }
        for extra in given.dropFirst() {
            problems.add(
                .error, "conflicting_keys", at: block.place(of: extra),
                "\(what) has '\(extra)' besides '\(given[0])'; it can have only one of \(words)",
                suggestion: "remove one of them, or make two of it")
        }
        return given.first
    }

    /// Tells about keys that only a program of this machine has.
    mutating func tellProgramKeys(_ what: String, _ block: BlockReader) {
        for key in KeyTable.program where block.entry(key.name) != nil {
            problems.add(
                .warning, "no_effect", at: block.place(of: key.name),
                "'\(key.name)' has no effect on \(what)", suggestion: "remove it")
        }
    }

    mutating func program(_ block: BlockReader) -> CommandTemplate {
        var template = CommandTemplate(block.texts("command"))
        if block.entry("command")?.value.list != nil, template.words.first?.isEmpty != false {
            problems.add(
                .error, "missing_key", at: block.place(of: "command"),
                "the command names no program",
                suggestion: "write [program, argument, …]")
        }
        template.workingDirectory = expanded("working_directory", of: block).map(inFolder)
        if template.workingDirectory == nil, let program = template.words.first {
            template.words[0] = inOwnFolder(program)
        }
        template.environment = texts("environment", of: block, keepsMissing: true)
        template.sandbox = block.word("sandbox") ?? .none
        if let limits = block.block("limits") { template.limits = self.limits(limits) }
        return template
    }

    /// A program named by a relative path is looked for in the crew's folder: the one in which it
    /// starts is empty.
    private func inOwnFolder(_ program: String) -> String {
        guard program.contains("/"), !program.hasPrefix("/"), !program.contains("{{") else {
            return program
        }
        return URL(fileURLWithPath: inFolder(program)).standardizedFileURL.path
    }

    private func limits(_ block: BlockReader) -> ResourceLimits {
        var limits = ResourceLimits()
        if let memory = block.integer("memory_mb") {
            limits.memoryBytes = memory == 0 ? nil : memory << 20
        }
        limits.cpuSeconds = block.integer("cpu_seconds")
        limits.openFiles = block.integer("open_files")
        return limits
    }

    /// Texts by names of the author's own, with their environment variables.
    ///
    /// - Parameter keepsMissing: whether one with a missing variable is there, and empty.
    mutating func texts(
        _ name: String, of block: BlockReader, keepsMissing: Bool = false
    ) -> [String: String] {
        var texts: [String: String] = [:]
        for entry in block.block(name)?.named ?? [] {
            let place = block.place(of: name).entering(entry)
            let written = entry.value.isNull ? "" : entry.value.scalar?.text ?? ""
            let text = expanded(written, entry.key, of: name, at: place)
            texts[entry.key] = text ?? (keepsMissing || written.isEmpty ? "" : nil)
        }
        return texts
    }

    /// A path as the process sees it; a relative one starts at the crew's folder.
    func inFolder(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    /// The schema as a tool has it: a kind and properties are added where none were written.
    mutating func schema(
        _ value: JSONValue, of tool: ToolName, _ block: BlockReader
    ) -> JSONValue {
        guard var schema = value.object else {
            problems.add(
                .error, "wrong_type", at: block.place(of: "parameters"),
                "parameters of tool '\(tool)' must be a JSON Schema, not \(value.typeName)",
                suggestion: "write {type: object, properties: {…}, required: […]}")
            return ["type": "object", "properties": [:]]
        }
        if schema["type"] == nil { schema["type"] = "object" }
        if schema["properties"] == nil { schema["properties"] = [:] }
        return .object(schema)
    }
}

extension CrewReader {
    private mutating func request(_ block: BlockReader) -> HTTPTemplate {
        var request = HTTPTemplate(url: address(of: block))
        request.method = block.text("method") ?? request.method
        request.query = texts("query", of: block)
        request.headers = texts("headers", of: block)
        request.body = block.entry("body")?.value.json
        request.answer = block.text("answer").flatMap { $0.isEmpty ? nil : $0 }
        request.allowedHosts = block.texts("allowed_hosts").filter { !$0.isEmpty }
        request.allowsPrivateAddresses = block.flag("allow_private_addresses") ?? false
        request.maxResponseBytes =
            block.integer("max_response_bytes") ?? request.maxResponseBytes
        request.maxRedirects = block.integer("max_redirects") ?? request.maxRedirects
        if let header = block.text("idempotency_header") {
            request.idempotencyHeader = header.isEmpty ? nil : header
        }
        return request
    }
}
