import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Odd values")
struct OddValueTests {
    /// A crew that uses every key about tools, servers and workers.
    static let crew: JSONValue = [
        "agents": ["a"],
        "settings": [
            "tool_approval": ["when": [["argument": "x", "matches": "y"]]],
            "tool_workers": [
                "least": 1, "most": 2, "idle_seconds": 1, "calls_per_worker": 1,
                "resident_mb": 1, "patience_seconds": 1,
            ],
        ],
        "tools": [
            "ExecuteCommand": ["allow": ["ls"], "approval": "always"],
            "Run": [
                "description": "d", "command": ["ls", "{{x}}"], "effect": "read",
                "parameters": ["properties": ["x": ["type": "string"]], "required": ["x"]],
                "approval": [
                    "when": [
                        ["argument": "x", "equals": 1], ["argument": "x", "one_of": [1]],
                        ["argument": "x", "none_of": [1]], ["argument": "x", "above": 1],
                        ["argument": "x", "below": 1], ["argument": "x", "present": true],
                    ]
                ],
                "timeout_seconds": 1, "max_output_bytes": 1, "sequential": true,
                "retry": ["attempts": 2, "first_delay_seconds": 1, "max_delay_seconds": 2],
                "cache": ["seconds": 1, "entries": 1, "bytes": 1],
                "circuit_breaker": ["failures": 1, "pause_seconds": 1],
                "rate_limit": ["calls": 1, "per_seconds": 1],
                "limits": ["memory_mb": 1, "cpu_seconds": 1, "open_files": 8],
                "sandbox": "bubblewrap", "working_directory": "w", "environment": ["A": "b"],
            ],
            "Ask": [
                "description": "d", "parameters": ["properties": ["x": [:]]],
                "http": [
                    "method": "POST", "url": "https://h/{{x}}", "query": ["q": "{{x}}"],
                    "headers": ["h": "{{x}}"], "body": ["b": ["{{x}}"]], "answer": "a",
                    "allowed_hosts": ["h"], "allow_private_addresses": true,
                    "max_response_bytes": 1, "max_redirects": 1, "idempotency_header": "K",
                ],
            ],
            "Agent": ["description": "d", "agent": "a"],
            "Crew": ["description": "d", "crew": "sub"],
        ],
        "mcp_servers": [
            "one": [
                "command": ["x"], "environment": ["A": "b"], "working_directory": "w",
                "limits": ["memory_mb": 1], "sandbox": "none", "allow": ["t"], "deny": ["u"],
                "connect_timeout_seconds": 1, "call_timeout_seconds": 1, "required": false,
                "effects": ["t": "read"], "approval": "never", "retry": ["attempts": 1],
                "cache": ["seconds": 1],
            ],
            "two": ["url": "https://h", "headers": ["A": "b"]],
        ],
    ]

    static let odd: [JSONValue] = [
        .null, "", "odd", -1, true, [], [.null], ["odd": "x"],
    ]

    /// The value with each part of it in turn replaced by another one.
    private static func variants(of value: JSONValue, by other: JSONValue) -> [JSONValue] {
        var variants = [other]
        if let members = value.object {
            for (key, member) in members {
                for variant in Self.variants(of: member, by: other) {
                    var changed = members
                    changed[key] = variant
                    variants.append(.object(changed))
                }
            }
        }
        if let elements = value.array {
            for (index, element) in elements.enumerated() {
                for variant in Self.variants(of: element, by: other) {
                    var changed = elements
                    changed[index] = variant
                    variants.append(.array(changed))
                }
            }
        }
        return variants
    }

    private func folder() throws -> CrewFiles {
        let folder = try CrewFiles(oneAgent())
        try FileManager.default.createDirectory(
            atPath: folder.path + "/sub", withIntermediateDirectories: true)
        try folder.write("sub/crew.yaml", Data("agents: [a]".utf8))
        return folder
    }

    @Test("The crew that they are put into has no problems")
    func sound() throws {
        let folder = try folder()
        try folder.write("crew.yaml", Data(Self.crew.text.utf8))
        #expect(try folder.problems(tools: ["ExecuteCommand"]) == [])
    }

    @Test("Wherever one stands, the crew is read, and no value has two errors", arguments: odd)
    func variants(_ value: JSONValue) throws {
        let folder = try folder()
        for crew in Self.variants(of: Self.crew, by: value) where crew.object != nil {
            try folder.write("crew.yaml", Data(crew.text.utf8))
            let found = try folder.load().problems(tools: ["ExecuteCommand"])
                .filter { $0.severity == .error && $0.problem.path.document == .crew }
            let places = found.map(\.problem.path)
            #expect(Set(places).count == places.count, "\(found) in \(crew.text)")
        }
    }
}
