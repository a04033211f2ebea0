import CrewKit

/// Tool names as the wire allows them, `[A-Za-z0-9_-]{1,64}`, and the way back.
struct WireToolNames: Sendable {
    private var wireNames: [ToolName: String] = [:]
    private var originals: [String: ToolName] = [:]

    /// Names for one request: those of its tools, then those of calls in its history.
    init(_ request: ModelRequest) {
        let declared = request.tools.map(\.name)
        let called = request.messages.flatMap { message in
            if case .assistant(_, let calls, _) = message { return calls.map(\.name) }
            return []
        }
        guard !(declared + called).allSatisfy({ Self.isAllowed($0.rawValue) }) else { return }
        var taken = Set((declared + called).map(\.rawValue).filter(Self.isAllowed))
        for name in declared + called where wireNames[name] == nil {
            guard !Self.isAllowed(name.rawValue) else { continue }
            let wireName = Self.unused(Self.sanitised(name.rawValue), among: taken)
            taken.insert(wireName)
            wireNames[name] = wireName
            originals[wireName] = name
        }
    }

    func wireName(of name: ToolName) -> String { wireNames[name] ?? name.rawValue }

    func original(of wireName: String) -> ToolName { originals[wireName] ?? ToolName(wireName) }

    private static let longest = 64

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isAllowed(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longest && name.utf8.allSatisfy(isAllowed)
    }

    private static func sanitised(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(longest).map { scalar in
            scalar.isASCII && isAllowed(UInt8(scalar.value)) ? Character(scalar) : "_"
        }
        return scalars.isEmpty ? "tool" : String(scalars)
    }

    private static func unused(_ name: String, among taken: Set<String>) -> String {
        guard taken.contains(name) else { return name }
        var number = 2
        while true {
            let suffix = "_\(number)"
            let candidate = String(name.prefix(longest - suffix.count)) + suffix
            if !taken.contains(candidate) { return candidate }
            number += 1
        }
    }
}
