/// Looks over what is done around a tool's or a server's calls.
struct PolicyCheck {
    private let path: DefinitionPath
    /// Whose it is, for messages.
    private let what: String
    private(set) var problems: [DefinitionProblem] = []

    init(at path: DefinitionPath, _ what: String) {
        self.path = path
        self.what = what
    }

    private mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil
    ) {
        problems.append(
            DefinitionProblem(severity, code, at: path, message, suggestion: suggestion))
    }

    private mutating func outOfRange(_ place: DefinitionPath, _ text: String) {
        add(.error, "out_of_range", at: place, "\(text) of \(what)")
    }

    /// The bounds of a policy by themselves.
    mutating func check(_ policy: ToolPolicy) {
        if let retry = policy.retry {
            let place = path.appending("retry")
            if retry.attempts < 1 {
                outOfRange(place.appending("attempts"), "attempts must be at least 1 in retry")
            }
            if retry.firstDelay <= .zero {
                outOfRange(
                    place.appending("first_delay_seconds"),
                    "first_delay_seconds must be more than 0 in retry")
            }
            if retry.maxDelay < retry.firstDelay {
                outOfRange(
                    place.appending("max_delay_seconds"),
                    "max_delay_seconds must not be less than first_delay_seconds in retry")
            }
        }
        if let cache = policy.cache,
            cache.lifetime <= .zero || cache.maxEntries < 1 || cache.maxBytes < 1
        {
            outOfRange(path.appending("cache"), "everything must be more than 0 in cache")
        }
        if let breaker = policy.breaker, breaker.failures < 1 || breaker.pause <= .zero {
            outOfRange(
                path.appending("circuit_breaker"),
                "everything must be more than 0 in circuit_breaker")
        }
        if let rate = policy.rate, rate.calls < 1 || rate.period <= .zero {
            outOfRange(
                path.appending("rate_limit"), "everything must be more than 0 in rate_limit")
        }
    }

    /// Whether the policy is right for a tool of that effect.
    mutating func check(_ policy: ToolPolicy, effect: ToolEffect) {
        if policy.cache != nil, effect != .read {
            add(
                .error, "cache_without_read", at: path.appending("cache"),
                "\(what) has a cache and the effect \(effect.rawValue): a remembered result would "
                    + "stand for a call that is not made",
                suggestion: "write 'effect: read' if its calls change nothing, or remove 'cache'")
        }
        if policy.retry != nil, effect == .irreversible {
            add(
                .error, "retry_of_irreversible", at: path.appending("retry"),
                "\(what) is irreversible; its calls are never made again",
                suggestion: "remove 'retry'")
        }
    }

    /// Whether the policy is right for a tool that lets a run work.
    mutating func checkSubrun(_ policy: ToolPolicy) {
        for (key, isThere) in [("retry", policy.retry != nil), ("cache", policy.cache != nil)]
        where isThere {
            add(
                .error, "\(key)_of_run", at: path.appending(key),
                "\(what) lets a run work, whose model calls have attempts of their own; "
                    + "it has no \(key)",
                suggestion: "remove '\(key)'")
        }
    }

    /// Rules about arguments.
    ///
    /// - Parameter parameters: the schema of the arguments; absent when it is not known.
    mutating func check(
        _ approval: ToolApproval?, _ key: String = "approval", parameters: JSONValue? = nil
    ) {
        guard case .when(let rules) = approval else { return }
        let place = path.appending(key).appending("when")
        for (index, rule) in rules.enumerated() {
            check(rule, at: place.appending(index), parameters: parameters)
        }
    }

    private mutating func check(
        _ rule: ArgumentRule, at place: DefinitionPath, parameters: JSONValue?
    ) {
        if let parameters { checkArgument(of: rule, at: place, parameters) }
        switch rule.test {
        case .matches(let pattern):
            guard (try? Regex(pattern)) == nil else { return }  // the reason helps nobody
            add(
                .error, "invalid_pattern", at: place.appending("matches"),
                "'matches' of \(what) is not a regular expression",
                suggestion: "check its brackets; put a \\ before a bracket that is meant as itself"
            )
        case .isOneOf(let values) where values.isEmpty:
            add(
                .warning, "no_effect", at: place.appending("one_of"),
                "'one_of' of \(what) is empty; the rule is never fulfilled",
                suggestion: "name values, or remove the rule")
        default: break
        }
    }

    private mutating func checkArgument(
        of rule: ArgumentRule, at place: DefinitionPath, _ parameters: JSONValue
    ) {
        let known = parameters["properties"]?.object?.keys ?? []
        let name = String(rule.argument.prefix { $0 != "." })
        guard !known.contains(name) else { return }
        add(
            .error, "unknown_parameter", at: place.appending("argument"),
            "a rule of \(what) looks at '\(name)', which is not a parameter",
            suggestion: NearestWord.suggestion(for: name, among: known)
                ?? "add it to parameters.properties")
    }
}
