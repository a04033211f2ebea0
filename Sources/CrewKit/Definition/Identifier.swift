/// A name that cannot be mistaken for another kind of name.
///
/// Ids are compared by their exact text; they are never folded or trimmed.
public protocol Identifier: RawRepresentable, Hashable, Sendable, Codable, Comparable,
    CustomStringConvertible, ExpressibleByStringLiteral
where RawValue == String {
    init(rawValue: String)
}

extension Identifier {
    public init(_ text: String) { self.init(rawValue: text) }
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    public var description: String { rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// The key of an agent inside its crew, as routing uses it.
public struct AgentID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of a parallel group inside its crew.
public struct GroupID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name by which a model calls a tool.
public struct ToolName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Whether a text holds only what every model interface takes in a tool's name.
    static func hasPlainLetters(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    /// Whether it stands for all tools whose names begin with what precedes its final `*`.
    public var isPattern: Bool { rawValue.hasSuffix("*") }

    /// Whether it is that name, or a pattern that the name fits.
    public func covers(_ name: ToolName) -> Bool {
        isPattern ? name.rawValue.hasPrefix(rawValue.dropLast()) : self == name
    }
}

/// The id that ties a tool's result to the call that asked for it.
public struct ToolCallID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The id of one run: one input worked to its outcome.
public struct RunID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The id of a conversation, which may span several runs.
public struct SessionID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The part of a run that one group member works: absent for the run itself.
public struct BranchID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}
