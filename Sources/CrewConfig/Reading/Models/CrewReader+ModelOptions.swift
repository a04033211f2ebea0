import CrewKit

extension CrewReader {
    /// The reference with what only the nested form of a model can say.
    mutating func withOptions(
        _ reference: ModelReference, _ block: BlockReader
    ) -> ModelReference {
        var reference = reference
        reference.wire = block.word("wire")
        reference.options = options(block)
        reference.limits = block.block("limits").map(endpointLimits) ?? EndpointLimits()
        reference.hedgeAfter = block.seconds("hedge_after_seconds")
        reference.price = block.block("price").flatMap(price)
        return reference
    }

    private mutating func options(_ block: BlockReader) -> ModelOptions {
        func text(_ name: String) -> String? {
            block.text(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        var options = ModelOptions()
        options.reasoningEffort = text("reasoning_effort")
        options.thinks = block.flag("thinks")
        options.thinkingTokens = block.integer("thinking_tokens")
        options.contextTokens = block.integer("context_tokens")
        options.keepAlive = text("keep_alive")
        options.replaysReasoning = block.flag("replay_reasoning")
        options.body = body(of: block)
        options.headers = headers(of: block)
        return options
    }

    private mutating func body(of block: BlockReader) -> JSONObject {
        guard let value = block.entry("body")?.value.json else { return [:] }
        guard let members = value.object else {
            problems.add(
                .error, "wrong_type", at: block.place(of: "body"),
                "body must be a block of members, not \(value.typeName)",
                suggestion: "write {member: value}")
            return [:]
        }
        for member in ["stream", "model", "messages", "input"] where members[member] != nil {
            problems.add(
                .warning, "replaced_member", at: block.place(of: "body"),
                "body replaces the member '\(member)', which the engine needs to set itself",
                suggestion: "remove it")
        }
        return members
    }

    private mutating func headers(of block: BlockReader) -> [String: String] {
        let headers = texts("headers", of: block)
        for (name, text) in headers.sorted(by: { $0.key < $1.key }) {
            let isName =
                !name.isEmpty && name.utf8.count <= 200
                && name.utf8.allSatisfy { Self.headerLetters.contains($0) }
            // The text is not repeated: it may be a key.
            if !isName || text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" }) {
                problems.add(
                    .error, "invalid_header", at: block.place(of: "headers"),
                    "'\(name.prefix(80))' and its text cannot be a header of a request",
                    suggestion: "use letters, digits and - in the name, and one line of text")
            }
        }
        return headers
    }

    /// What the name of a header may be made of.
    private static let headerLetters = Set(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    private func endpointLimits(_ block: BlockReader) -> EndpointLimits {
        var limits = EndpointLimits()
        limits.concurrentCalls = block.integer("concurrent_calls")
        limits.callsPerMinute = block.integer("calls_per_minute")
        limits.tokensPerMinute = block.integer("tokens_per_minute")
        limits.breakerFailures = block.integer("breaker_failures") ?? limits.breakerFailures
        limits.breakerPause = block.seconds("breaker_pause_seconds") ?? limits.breakerPause
        return limits
    }

    private func price(_ block: BlockReader) -> TokenPrice? {
        // Where one of the two is missing, `KeyCheck` has told.
        guard let input = block.number("input_per_million"),
            let output = block.number("output_per_million")
        else { return nil }
        return TokenPrice(
            inputPerMillion: input, outputPerMillion: output,
            cachedInputPerMillion: block.number("cached_input_per_million"),
            cacheWritePerMillion: block.number("cache_write_per_million"),
            reasoningPerMillion: block.number("reasoning_per_million"))
    }

    /// How failed calls are made again, and how long endpoints are remembered.
    mutating func modelSettings(_ block: BlockReader, into settings: inout CrewSettings) {
        if let millis = block.integer("retry_backoff_min_millis"), millis > 0 {
            settings.modelRetry.firstDelay = .milliseconds(millis)
        }
        if let longest = block.seconds("retry_backoff_max_seconds") {
            settings.modelRetry.longestDelay = longest
        }
        if settings.modelRetry.longestDelay < settings.modelRetry.firstDelay {
            if block.entry("retry_backoff_max_seconds") != nil {
                problems.add(
                    .warning, "out_of_range", at: block.place(of: "retry_backoff_max_seconds"),
                    "retry_backoff_max_seconds is less than the first wait, which counts instead")
            }
            settings.modelRetry.longestDelay = settings.modelRetry.firstDelay
        }
        if let minutes = block.number("client_cache_ttl_minutes"), minutes > 0 {
            settings.endpointLifetime = .seconds(minutes * 60)
        }
        settings.slowCall = block.seconds("slow_call_threshold_seconds")
        if let file = expanded("prices", of: block) {
            settings.pricesFile = file.hasPrefix("/") ? file : "\(folder)/\(file)"
        }
    }
}
