extension PriceTable {
    /// The table as JSON: `{"prices": {"NAME": {"input_per_million": …, …}, …}}`.
    public var json: JSONValue {
        ["prices": .object(JSONObject(entries.map { ($0.name, $0.json) }))]
    }

    /// The same with one model a line, for people and for `diff`.
    public var jsonText: String {
        let lines = entries.map { "  \(JSONValue.string($0.name).text): \($0.json.text)" }
        return "{\"prices\": {\n" + lines.joined(separator: ",\n") + "\n}}\n"
    }

    /// Reads a table in the engine's own form.
    ///
    /// - Throws: `invalidInput` that names the first wrong entry and what is wrong with it.
    public init(json: JSONValue) throws(CrewError) {
        guard let prices = json["prices"]?.object else {
            throw CrewError(.invalidInput, "a table of prices has the member 'prices'")
        }
        var entries: [Entry] = []
        for (name, value) in prices { entries.append(try Entry(name, json: value)) }
        self.init(entries)
    }
}

extension PriceTable.Entry {
    fileprivate static let input = "input_per_million"
    fileprivate static let output = "output_per_million"
    fileprivate static let cached = "cached_input_per_million"
    fileprivate static let written = "cache_write_per_million"
    fileprivate static let reasoning = "reasoning_per_million"
    private static let keys = [
        input, output, cached, written, reasoning, "tiers", "as_of", "source",
    ]
    fileprivate static let tierKeys = ["above_input_tokens", input, output, cached, written]

    /// The entry's members.
    public var json: JSONValue {
        var members: JSONObject = [
            Self.input: .number(price.inputPerMillion),
            Self.output: .number(price.outputPerMillion),
        ]
        members[Self.cached] = price.cachedInputPerMillion.map { .number($0) }
        members[Self.written] = price.cacheWritePerMillion.map { .number($0) }
        members[Self.reasoning] = price.reasoningPerMillion.map { .number($0) }
        if let tiers = price.tiers, !tiers.isEmpty {
            members["tiers"] = .array(
                tiers.map { tier in
                    var members: JSONObject = [
                        "above_input_tokens": .integer(tier.aboveInputTokens),
                        Self.input: .number(tier.inputPerMillion),
                        Self.output: .number(tier.outputPerMillion),
                    ]
                    members[Self.cached] = tier.cachedInputPerMillion.map { .number($0) }
                    members[Self.written] = tier.cacheWritePerMillion.map { .number($0) }
                    return .object(members)
                })
        }
        members["as_of"] = asOf.map { .string($0) }
        members["source"] = source.map { .string($0) }
        return .object(members)
    }

    fileprivate init(_ name: String, json: JSONValue) throws(CrewError) {
        let members = PriceMembers(name, json)
        try members.check(Self.keys)
        var price = TokenPrice(
            inputPerMillion: try members.needed(Self.input),
            outputPerMillion: try members.needed(Self.output),
            cachedInputPerMillion: try members.number(Self.cached),
            cacheWritePerMillion: try members.number(Self.written),
            reasoningPerMillion: try members.number(Self.reasoning))
        if let tiers = json["tiers"] {
            guard let list = tiers.array else { throw members.wrong("tiers", "a list") }
            var read: [TokenPrice.Tier] = []
            for tier in list { read.append(try PriceMembers(name, tier).tier()) }
            price.tiers = read
        }
        self.init(
            name, price, asOf: json["as_of"]?.string, source: json["source"]?.string)
    }
}

/// The members of one entry of a table, or of one of its tiers, as somebody wrote them.
private struct PriceMembers {
    let name: String
    let json: JSONValue

    init(_ name: String, _ json: JSONValue) {
        self.name = name
        self.json = json
    }

    func check(_ known: [String]) throws(CrewError) {
        guard let members = json.object else { throw wrong("it", "an object") }
        for (key, _) in members where !known.contains(key) {
            let hint = NearestWord.suggestion(for: key, among: known)
            throw CrewError(
                .invalidInput,
                "price of '\(name.prefix(80))': '\(key.prefix(80))' is not a member of a price"
                    + (hint.map { " (\($0))" } ?? ""))
        }
    }

    func needed(_ key: String) throws(CrewError) -> Double {
        guard let value = try number(key) else {
            throw CrewError(
                .invalidInput, "price of '\(name.prefix(80))': '\(key)' is missing (0 is free)")
        }
        return value
    }

    func number(_ key: String) throws(CrewError) -> Double? {
        guard let value = json[key], !value.isNull else { return nil }
        guard let number = value.double, (0...1e6).contains(number) else {
            throw wrong(key, "US dollars for a million tokens, 0 to 1000000")
        }
        return number
    }

    func tier() throws(CrewError) -> TokenPrice.Tier {
        try check(PriceTable.Entry.tierKeys)
        guard let above = json["above_input_tokens"]?.integer, above > 0 else {
            throw wrong("above_input_tokens", "a whole number above 0")
        }
        return TokenPrice.Tier(
            aboveInputTokens: above, inputPerMillion: try needed(PriceTable.Entry.input),
            outputPerMillion: try needed(PriceTable.Entry.output),
            cachedInputPerMillion: try number(PriceTable.Entry.cached),
            cacheWritePerMillion: try number(PriceTable.Entry.written))
    }

    func wrong(_ key: String, _ wanted: String) -> CrewError {
        CrewError(.invalidInput, "price of '\(name.prefix(80))': \(key) must be \(wanted)")
    }
}
