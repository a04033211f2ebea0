/// Something about a definition that its author should know.
public struct DefinitionProblem: Sendable, Hashable {
    public var severity: Severity
    /// Stays the same between versions, such as `unknown_target`.
    public var code: String
    public var path: DefinitionPath
    public var message: String
    /// What to do, often with the nearest right word.
    public var suggestion: String?
    /// The words within the value that the problem is about, where it is not about all of it.
    public var words: String?

    public enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Worth knowing, and nothing is wrong.
        case note
        /// The crew runs, though perhaps not as meant; an error in strict mode.
        case warning
        /// The crew cannot run.
        case error

        private var weight: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }

        public static func < (left: Self, right: Self) -> Bool { left.weight < right.weight }
    }

    public init(
        _ severity: Severity, _ code: String, at path: DefinitionPath, _ message: String,
        suggestion: String? = nil, words: String? = nil
    ) {
        self.words = words
        self.severity = severity
        self.code = code
        self.path = path
        self.message = message
        self.suggestion = suggestion
    }
}

/// A place in a definition: which document, and the way to the value in it.
public struct DefinitionPath: Sendable, Hashable {
    public var document: Document
    public var steps: [Step]

    public enum Document: Sendable, Hashable {
        case crew
        case agent(AgentID)
        case script
    }

    public enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    public init(_ document: Document, _ steps: [Step] = []) {
        self.document = document
        self.steps = steps
    }

    /// A path of keys in the crew's own document.
    public static func crew(_ keys: String...) -> DefinitionPath {
        DefinitionPath(.crew, keys.map(Step.key))
    }

    /// A path of keys in an agent's document.
    public static func agent(_ agent: AgentID, _ keys: String...) -> DefinitionPath {
        DefinitionPath(.agent(agent), keys.map(Step.key))
    }

    public func appending(_ key: String) -> DefinitionPath {
        DefinitionPath(document, steps + [.key(key)])
    }

    public func appending(_ index: Int) -> DefinitionPath {
        DefinitionPath(document, steps + [.index(index)])
    }
}

extension DefinitionPath: CustomStringConvertible {
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
