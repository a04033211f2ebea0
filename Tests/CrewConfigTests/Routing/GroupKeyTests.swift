import CrewConfig
import CrewKit
import Testing

@Suite("Keys of groups")
struct GroupKeyTests {
    private static func files(_ keys: String) throws -> CrewFiles {
        try CrewFiles(
            oneAgent(
                crew: "routing: {parallel_groups: {g: {agents: [a], next_agent: a, \(keys)}}}"))
    }

    private static func group(_ keys: String) throws -> ParallelGroup {
        let crew = try files(keys).load().definition
        return try #require(crew.routing.groups["g"])
    }

    static let joins: [(String, GroupJoin)] = [
        ("description: d", GroupJoin(.all)),
        ("wait_for_all: true", GroupJoin(.all)),
        ("wait_for_all: false", GroupJoin(.first)),
        ("join: all", GroupJoin(.all)),
        ("join: first", GroupJoin(.first)),
        (
            "join: {policy: first, cancel_siblings: false}",
            GroupJoin(.first, cancelsSiblings: false)
        ),
        ("join: {policy: all}", GroupJoin(.all)),
        ("join: {quorum: 2}", GroupJoin(.quorum(2))),
        (
            "join: {quorum: 2, cancel_siblings: false}",
            GroupJoin(.quorum(2), cancelsSiblings: false)
        ),
        ("join: {first_valid: {pattern: \"\\\\d+\"}}", GroupJoin(.firstValid(.pattern("\\d+")))),
        (
            "join: {first_valid: {schema: {required: [x]}}}",
            GroupJoin(.firstValid(.schema(["required": ["x"], "type": "object"])))
        ),
        (
            "join: {best_effort: {min: 2, deadline_seconds: 0.5}}",
            GroupJoin(.bestEffort(minimum: 2, deadline: .milliseconds(500)))
        ),
        (
            "join: {best_effort: {deadline_seconds: 10}}",
            GroupJoin(.bestEffort(minimum: 1, deadline: .seconds(10)))
        ),
    ]

    @Test("Each way to join is read", arguments: joins)
    func join(_ keys: String, _ expected: GroupJoin) throws {
        #expect(try Self.group(keys).join == expected)
    }

    static let aggregations: [(String, Aggregation)] = [
        ("description: d", .text), ("aggregate: text", .text), ("aggregate: json", .json),
        ("aggregate: table", .table), ("aggregate: dedupe", .dedupe), ("aggregate: vote", .vote),
        ("aggregate: {agent: a}", .agent("a")),
    ]

    @Test("Each aggregation is read", arguments: aggregations)
    func aggregation(_ keys: String, _ expected: Aggregation) throws {
        #expect(try Self.group(keys).aggregation == expected)
    }

    static let mistakes = [
        ("join: first, wait_for_all: false", "error conflicting_keys", "join"),
        ("join: quorum", "error unknown_value", "{quorum: …}"),
        ("join: fisrt", "error unknown_value", "'first'"),
        ("join: {}", "error missing_key", "add one"),
        ("join: {quorum: 1, policy: all}", "error conflicting_keys", "remove one"),
        ("join: {quorum: 0}", "error out_of_range", ""),
        ("join: {first_valid: {pattern: '['}}", "error invalid_pattern", "brackets"),
        ("join: {first_valid: {pattern: '(?P<n>x)'}}", "error invalid_pattern", "brackets"),
        ("join: {best_effort: {min: 0, deadline_seconds: 1}}", "error out_of_range", ""),
        ("join: {first_valid: {schema: 3}}", "error wrong_type", "properties"),
        ("join: {best_effort: {min: 1}}", "error missing_key", "deadline_seconds"),
        ("join: [all]", "error wrong_type", ""),
        ("aggregate: votes", "error unknown_value", "'vote'"),
        ("aggregate: {}", "error missing_key", "agent"),
    ]

    @Test("A mistake is told with what to write", arguments: mistakes)
    func mistake(_ keys: String, _ expected: String, _ advice: String) throws {
        let found = try Self.files(keys).load().problems(tools: []).withoutUnused.filter {
            $0.severity != .note
        }
        let first = try #require(found.first)
        #expect("\(first.severity) \(first.problem.code)" == expected)
        #expect("\(first)".contains(advice), "\(first)")
        #expect(first.line == 2)
    }
}
