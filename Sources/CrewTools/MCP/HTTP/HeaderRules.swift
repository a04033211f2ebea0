import CrewKit

/// Which arguments of a tool are repeated in headers, by the `x-mcp-header` of its schema.
struct HeaderRules: Sendable {
    private static let key = "x-mcp-header"
    /// Members of a schema that hold values, in which the key means nothing.
    private static let values: Set<String> = ["default", "const", "enum", "examples"]

    private struct Rule: Sendable {
        let name: String
        let path: [String]
    }

    /// Why a tool with this schema may not be offered over HTTP.
    struct Violation: Error {
        let reason: String
    }

    private var rules: [Rule] = []

    init(schema: JSONValue) throws(Violation) {
        try collect(schema, path: [], isReachable: true)
        let names = rules.map { $0.name.lowercased() }
        if Set(names).count < names.count {
            throw Violation(reason: "two arguments share a header")
        }
    }

    func headers(for arguments: JSONObject) -> [(name: String, value: String)] {
        rules.compactMap { rule in
            var value: JSONValue? = .object(arguments)
            for name in rule.path { value = value?[name] }
            return value.flatMap(HeaderValue.text).map { ("mcp-param-" + rule.name, $0) }
        }
    }

    /// - Parameter isReachable: whether only `properties` lead from the root to this schema.
    private mutating func collect(
        _ schema: JSONValue, path: [String], isReachable: Bool
    ) throws(Violation) {
        if let elements = schema.array {
            for element in elements { try collect(element, path: path, isReachable: false) }
        }
        guard let members = schema.object else { return }
        if let header = members[Self.key] {
            try add(header, members, path: path, isReachable: isReachable)
        }
        for (name, value) in members where !Self.values.contains(name) {
            if name == "properties", let properties = value.object {
                for (property, schema) in properties {
                    try collect(schema, path: path + [property], isReachable: isReachable)
                }
            } else {
                try collect(value, path: path, isReachable: false)
            }
        }
    }

    private mutating func add(
        _ header: JSONValue, _ schema: JSONObject, path: [String], isReachable: Bool
    ) throws(Violation) {
        guard isReachable, !path.isEmpty else {
            throw Violation(reason: "a header is asked for in a place that has no one value")
        }
        guard let name = header.string, !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else {
            throw Violation(reason: "a header has a name that HTTP does not allow")
        }
        guard ["string", "integer", "boolean"].contains(schema["type"]?.string) else {
            throw Violation(reason: "the header '\(name)' is asked for a value that fits no header")
        }
        rules.append(Rule(name: name, path: path))
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
