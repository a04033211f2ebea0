/// Whether a group has enough results to go on.
enum GroupVerdict: Sendable, Hashable {
    /// More members have to end.
    case open
    case enough
    /// Whatever the others do, it will not be enough: why.
    case failed(String)

    /// - Parameters:
    ///   - ended: what became of members so far, in the group's order.
    ///   - unfinished: how many are still at work.
    init(of ended: [MemberEnded], unfinished: Int, under policy: GroupJoin.Policy) {
        let succeeded = ended.filter { $0.outcome == .completed }
        if case .firstValid(let test) = policy {
            let test = CompiledResultTest(test)
            if succeeded.contains(where: { test.passes($0.text) }) {
                self = .enough
            } else {
                self = unfinished > 0 ? .open : .failed("no valid result")
            }
            return
        }
        let needed = policy.needed
        if succeeded.count + unfinished < needed {
            self = .failed("\(succeeded.count) of \(needed) results that are needed")
        } else if succeeded.count >= needed, unfinished == 0 || !policy.waitsForAll {
            self = .enough
        } else {
            self = .open
        }
    }
}

extension GroupJoin.Policy {
    /// Members that have to succeed.
    fileprivate var needed: Int {
        switch self {
        case .all, .first, .firstValid: 1
        case .quorum(let count): max(1, count)
        case .bestEffort(let minimum, _): max(1, minimum)
        }
    }

    /// Whether more results than are needed are waited for.
    fileprivate var waitsForAll: Bool {
        switch self {
        case .all, .bestEffort: true
        case .first, .firstValid, .quorum: false
        }
    }
}

extension ParallelGroup {
    /// The texts that are joined: all that was finished, or what is valid where that is asked for.
    ///
    /// What a member said before it was cut counts; what one said that failed does not.
    func results(of ended: [MemberEnded]) -> [MemberEnded] {
        let finished = ended.filter { member in
            if case .failed = member.outcome { return false }
            return !member.text.isEmpty
        }
        guard case .firstValid(let test) = join.policy else { return finished }
        let compiled = CompiledResultTest(test)
        return finished.filter { $0.outcome == .completed && compiled.passes($0.text) }
    }
}

/// A test of a member's text that can be made.
struct CompiledResultTest: Sendable {
    private enum Test: Sendable {
        case pattern(TextPattern)
        case schema(JSONValue)
        /// Its pattern is none, which the check of definitions tells.
        case nothing
    }

    private let test: Test

    init(_ test: GroupJoin.ResultTest) {
        switch test {
        case .pattern(let pattern):
            self.test = (try? TextPattern(pattern)).map(Test.pattern) ?? .nothing  // as above
        case .schema(let schema): self.test = .schema(schema)
        }
    }

    func passes(_ text: String) -> Bool {
        switch test {
        case .pattern(let pattern): return pattern.matches(text)
        case .nothing: return false
        case .schema(let schema):
            guard let members = ResultText.json(text)?.object else { return false }
            var check = SchemaCheck()
            _ = check.object(members, schema: schema, path: "")
            return check.problems.isEmpty
        }
    }
}
