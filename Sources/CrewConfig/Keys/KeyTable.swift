/// The keys that one block of a crew's YAML may have.
///
/// The only description of the format: reading, unknown-key detection and the reference page all
/// follow it.
public struct KeyTable: Sendable {
    /// What the block is called, such as `settings`.
    public let name: String
    public let summary: String
    public let keys: [Key]
    /// What stands under a key of the author's own choice, for blocks whose keys are names.
    public let others: Others?

    public struct Others: Sendable {
        /// What the key names, such as `agent id`.
        public let keyName: String
        public let type: ValueType
    }

    init(_ name: String, _ summary: String, _ keys: [Key] = [], others: Others? = nil) {
        self.name = name
        self.summary = summary
        self.keys = keys
        self.others = others
    }

    /// The key of that name or alias.
    public func key(_ word: String) -> Key? {
        keys.first { $0.name == word || $0.aliases.contains(word) }
    }

    /// Every word that the block understands.
    var words: [String] { keys.flatMap { [$0.name] + $0.aliases } }
}

extension KeyTable {
    /// One key: its type, what it is when absent, and what it does.
    public struct Key: Sendable {
        public let name: String
        public let aliases: [String]
        public let type: ValueType
        /// The value that counts when the key is absent, as it would be written.
        public let defaultText: String
        public let documentation: String
        public let effect: Effect
        public let need: Need
        /// Whether 0 asks for the default, as in the original; taken literally in strict mode.
        public let zeroMeansDefault: Bool
        /// Whether `${NAME}` in the text is replaced by an environment variable.
        public let readsEnvironment: Bool
        /// Those of the aliases that nobody should write any more.
        public let olderWords: [String]
        /// What to write in place of the key, where it is an older form.
        public let newer: Newer?
        /// How it may be written, where the type alone does not show it.
        public let example: String?

        init(
            _ name: String, aliases: [String] = [], older: [String] = [], _ type: ValueType,
            default defaultText: String = "", _ documentation: String,
            effect: Effect = .works, need: Need = .optional, zeroMeansDefault: Bool = false,
            readsEnvironment: Bool = false, newer: Newer? = nil, example: String? = nil
        ) {
            self.name = name
            self.aliases = aliases + older
            self.olderWords = older
            self.type = type
            self.defaultText = defaultText
            self.documentation = documentation
            self.effect = effect
            self.need = need
            self.zeroMeansDefault = zeroMeansDefault
            self.readsEnvironment = readsEnvironment
            self.newer = newer
            self.example = example
        }
    }

    /// What has taken the place of an older key.
    public struct Newer: Sendable {
        /// From the block that has the older key, such as `primary.model`.
        public let path: [String]
        /// Of an older key that is true or false: the words that say the same.
        public let words: (ifTrue: String, ifFalse: String)?

        init(_ path: String..., words: (ifTrue: String, ifFalse: String)? = nil) {
            self.path = path
            self.words = words
        }
    }

    /// Whether a key does anything.
    public enum Effect: Sendable, Hashable {
        case works
        /// Meant nothing in the original either.
        case never
        /// Not understood; says what to write instead.
        case instead(String)
    }

    /// Whether a block must have a key.
    public enum Need: Sendable, Hashable {
        case optional
        /// Required under `config_mode: strict`, as long as the key has an effect.
        case strict
        case always
    }
}

/// The type of a value in a crew's YAML. Nothing (`null`) is the same as leaving the key out.
public indirect enum ValueType: Sendable {
    case text
    /// One of these words.
    case word([String])
    case flag
    /// A whole number, within bounds where the kernel does not check them.
    case integer(ClosedRange<Int>?)
    case number(ClosedRange<Double>?)
    /// Seconds, fractions allowed.
    case seconds
    /// Seconds, fractions allowed; 0 means that the time is never over.
    case secondsOrNever
    case list(ValueType)
    case block(KeyTable)
    /// A block of a table that holds itself, with the table's name.
    case again(String, @Sendable () -> KeyTable)
    /// Text, or a block that says more.
    case textOrBlock(KeyTable)
    /// One of these words, or a block that says more.
    case wordOrBlock([String], KeyTable)
    /// Any value, kept as it is.
    case json
    /// Any value, not looked at.
    case anything

    /// The type in words, such as `list of text`.
    public var words: String {
        switch self {
        case .text: "text"
        case .word(let words): Self.either(words)
        case .flag: "`true` or `false`"
        case .integer(nil): "whole number"
        case .integer(let range?):
            range.upperBound < 1_000_000_000_000
                ? "whole number, \(range.lowerBound) to \(range.upperBound)"
                : "whole number, at least \(range.lowerBound)"
        case .number(nil): "number"
        case .number(let range?):
            range.upperBound < 1e9
                ? "number, \(range.lowerBound) to \(range.upperBound)"
                : "number, at least \(range.lowerBound)"
        case .seconds: "seconds"
        case .secondsOrNever: "seconds; 0 means never"
        case .list(let element): "list of \(element.words)"
        case .block(let table): "block: \(table.name)"
        case .again(let name, _): "block: \(name)"
        case .textOrBlock(let table): "text, or block: \(table.name)"
        case .wordOrBlock(let words, let table): "\(Self.either(words)), or block: \(table.name)"
        case .json, .anything: "any value"
        }
    }

    private static func either(_ words: [String]) -> String {
        words.map { "`\($0)`" }.joined(separator: " or ")
    }
}

extension KeyTable.Newer {
    /// The way to it, such as `primary.model`.
    public var text: String { path.joined(separator: ".") }
}
