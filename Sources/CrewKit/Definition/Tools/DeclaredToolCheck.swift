/// Looks over the tools that a crew declares itself.
struct DeclaredToolCheck {
    private let agents: Set<AgentID>
    private(set) var problems: [DefinitionProblem] = []

    init(_ crew: CrewDefinition, agents: Set<AgentID>) {
        self.agents = agents
        var seen: Set<ToolName> = []
        for tool in crew.tools {
            let path = DefinitionPath.crew("tools", tool.name.rawValue)
            if !seen.insert(tool.name).inserted {
                add(.error, "duplicate_tool", at: path, "there are two tools '\(tool.name)'")
            }
            check(tool, at: path)
        }
    }

    private mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil
    ) {
        problems.append(
            DefinitionProblem(severity, code, at: path, message, suggestion: suggestion))
    }

    private mutating func check(_ tool: DeclaredTool, at path: DefinitionPath) {
        if !Self.isName(tool.name.rawValue) {
            add(
                .error, "invalid_name", at: path,
                "'\(tool.name.rawValue.prefix(80))' cannot be the name of a tool",
                suggestion: "use 1 to 64 letters, digits, _ and -")
        }
        if tool.name == ReadArtifactTool.name || HandoffTool.isName(tool.name) {
            add(
                .error, "reserved_name", at: path,
                "'\(tool.name)' is a tool of the engine itself", suggestion: "choose another name")
        }
        checkParameters(of: tool, at: path.appending("parameters"))
        checkWork(of: tool, at: path)
        var policy = PolicyCheck(at: path, "tool '\(tool.name)'")
        policy.check(tool.policy)
        switch tool.work {
        case .agent, .crew: policy.checkSubrun(tool.policy)
        case .command, .http: policy.check(tool.policy, effect: tool.effect)
        }
        policy.check(tool.approval, parameters: tool.parameters)
        problems += policy.problems
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && ToolName.hasPlainLetters(name)
    }

    private mutating func checkParameters(of tool: DeclaredTool, at path: DefinitionPath) {
        for problem in SchemaProblem.all(in: tool.parameters) {
            add(
                problem.severity, problem.code,
                at: DefinitionPath(path.document, path.steps + problem.path),
                "parameters of tool '\(tool.name)': \(problem.message)",
                suggestion: problem.suggestion)
        }
        let reserved = DeclaredTool.idempotencyKeyPlace
        if tool.parameters["properties"]?[reserved] != nil {
            add(
                .error, "invalid_name", at: path.appending("properties").appending(reserved),
                "'\(reserved)' cannot be a parameter of tool '\(tool.name)': the engine gives it",
                suggestion: "give the parameter another name")
        }
    }

    private mutating func checkWork(of tool: DeclaredTool, at path: DefinitionPath) {
        switch tool.work {
        case .command(let command):
            checkPlaces(
                in: .array(command.words.map { .string($0) }), "command", of: tool, at: path)
        case .http(let request): check(request, of: tool, at: path.appending("http"))
        case .agent(let agent):
            guard !agents.contains(agent) else { return }
            add(
                .error, "unknown_agent", at: path.appending("agent"),
                "tool '\(tool.name)' lets agent '\(agent)' work, which does not exist",
                suggestion: NearestWord.suggestion(
                    for: agent.rawValue, among: agents.map(\.rawValue)))
        case .crew: break  // what folders hold is known to who reads them
        }
    }

    private mutating func check(
        _ request: HTTPTemplate, of tool: DeclaredTool, at path: DefinitionPath
    ) {
        let address = path.appending("url")
        if let problem = AddressProblem(request.url) {
            add(
                .error, "invalid_url", at: address,
                "url of tool '\(tool.name)' \(problem.message)", suggestion: problem.advice)
        }
        checkPlaces(in: .string(request.url), "url", of: tool, at: path)
        checkPlaces(in: Self.object(request.query), "query", of: tool, at: path)
        checkPlaces(in: Self.object(request.headers), "headers", of: tool, at: path)
        if let body = request.body { checkPlaces(in: body, "body", of: tool, at: path) }
        for (index, host) in request.allowedHosts.enumerated()
        where host.contains(where: { "/: ?#@".contains($0) }) && !host.hasPrefix("[") {
            add(
                .error, "invalid_host", at: path.appending("allowed_hosts").appending(index),
                "'\(host.prefix(80))' is not the name of a host",
                suggestion: "write the name alone, such as api.example.com")
        }
    }

    private static func object(_ texts: [String: String]) -> JSONValue {
        .object(
            JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    /// Tells about each `{{place}}` in the texts of a value that is no parameter of the tool.
    private mutating func checkPlaces(
        in value: JSONValue, _ key: String, of tool: DeclaredTool, at path: DefinitionPath
    ) {
        let known =
            (tool.parameters["properties"]?.object?.keys ?? []) + [DeclaredTool.idempotencyKeyPlace]
        func walk(_ value: JSONValue, at path: DefinitionPath) {
            switch value {
            case .string(let text):
                for match in text.matches(of: /{{\s*([^{}]*?)\s*}}/) {
                    let name = String(match.1)
                    guard !known.contains(name) else { continue }
                    add(
                        .error, "unknown_parameter", at: path,
                        "\(key) of tool '\(tool.name)' uses {{\(name)}}, which is not a parameter",
                        suggestion: NearestWord.suggestion(for: name, among: known)
                            ?? "add it to parameters.properties")
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    walk(element, at: path.appending(index))
                }
            case .object(let members):
                for (name, member) in members { walk(member, at: path.appending(name)) }
            default: break
            }
        }
        walk(value, at: path.appending(key))
    }
}

/// Why a text is no address that can be asked.
struct AddressProblem {
    let message: String
    let advice: String

    /// Absent when the text can be the beginning of an HTTP address.
    init?(_ url: String) {
        guard let scheme = url.firstRange(of: "://"),
            ["http", "https"].contains(url[..<scheme.lowerBound].lowercased())
        else {
            message = "is not an HTTP address"
            advice = "begin it with https:// or http://"
            return
        }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if authority.contains("{{") {
            message = "takes its host from a parameter"
            advice = "write the host; a model must not choose it"
        } else if authority.isEmpty || authority.hasPrefix(":") {
            message = "names no host"
            advice = "write it as https://host/path"
        } else if authority.contains("@") {
            message = "holds a user's name"
            advice = "send an Authorization header instead"
        } else {
            return nil
        }
    }
}
