import CrewKit

extension CrewReader {
    /// The servers whose tools the agents may use.
    mutating func servers(_ block: BlockReader) -> [MCPServerDefinition] {
        var servers: [MCPServerDefinition] = []
        for (name, block) in block.namedBlocks { servers.append(server(name, block)) }
        return servers
    }

    private mutating func server(_ name: String, _ block: BlockReader) -> MCPServerDefinition {
        var server = MCPServerDefinition(name: name, transport: transport(of: name, block))
        server.allow = block.texts("allow").filter { !$0.isEmpty }
        server.deny = block.texts("deny").filter { !$0.isEmpty }
        server.connectTimeout = block.seconds("connect_timeout_seconds") ?? server.connectTimeout
        server.callTimeout = block.seconds("call_timeout_seconds")
        server.isRequired = block.flag("required") ?? false
        for entry in block.block("effects")?.named ?? [] {
            server.effects[entry.key] =
                (entry.value.scalar?.text).flatMap(ToolEffect.init(rawValue:))
        }
        server.approval = approval("approval", of: block)
        server.policy = policy(block)
        return server
    }

    private mutating func transport(
        of name: String, _ block: BlockReader
    ) -> MCPServerDefinition.Transport {
        let kind = only(of: ["command", "url"], "MCP server '\(name)'", in: block)
        guard kind == "url" else {
            if kind == "command", block.entry("headers") != nil {
                problems.add(
                    .warning, "no_effect", at: block.place(of: "headers"),
                    "'headers' has no effect on a server that is a program",
                    suggestion: "use 'environment'")
            }
            return .stdio(program(block))
        }
        tellProgramKeys("an MCP server that is reached over HTTP", block)
        return .http(url: address(of: block), headers: texts("headers", of: block))
    }

    /// The `url` of a block; that a missing variable leaves nothing of it is an error.
    mutating func address(of block: BlockReader) -> String {
        if let url = expanded("url", of: block) { return url }
        if block.text("url")?.isEmpty == false {
            problems.add(
                .error, "missing_key", at: block.place(of: "url"), "there is no address",
                suggestion: "write one that begins with http:// or https://")
        }
        return ""
    }

    func toolWorkers(_ block: BlockReader) -> ToolWorkerSettings {
        var workers = ToolWorkerSettings()
        workers.least = block.integer("least") ?? workers.least
        workers.most = block.integer("most") ?? max(workers.most, workers.least)
        workers.idleTime = block.seconds("idle_seconds") ?? workers.idleTime
        workers.callsPerWorker = block.integer("calls_per_worker") ?? workers.callsPerWorker
        workers.residentBytes =
            block.integer("resident_mb").map { $0 << 20 } ?? workers.residentBytes
        workers.patience = block.seconds("patience_seconds") ?? workers.patience
        return workers
    }
}
