/// What a person said of themselves, as far as simple sentences tell.
struct ConversationFacts: Sendable, Hashable {
    /// The name that was given last.
    private(set) var name: String?
    /// Clauses such as "I work in Hanoi", oldest first.
    private(set) var statements: [String] = []

    private static let maximumStatements = 10
    private static let longestStatement = 120
    /// Characters of one message that are looked at: people present themselves at the beginning.
    private static let lookedAt = 500

    private static let namings = [
        "my name is ", "call me ", "tên tôi là ", "tôi tên là ", "tên mình là ", "mình tên là ",
        "tên em là ", "em tên là ", "tên của tôi là ",
    ]
    /// A name behind these begins with a capital letter; otherwise they tell something else.
    private static let beings = ["i am ", "i'm ", "i’m ", "tôi là ", "mình là ", "em là "]
    private static let tellings = [
        "i work ", "i live ", "i have ", "i use ", "i like ", "i need ", "my ", "tôi làm ",
        "tôi sống ", "tôi có ", "tôi dùng ", "tôi thích ", "tôi cần ", "mình thích ",
    ]

    init(of messages: [SaidMessage]) {
        for message in messages where message.role == .user {
            let clauses = message.text.prefix(Self.lookedAt).split { ".,;!?\n".contains($0) }
            for clause in clauses { take(SaidMessage.excerpt(String(clause), Self.lookedAt)) }
        }
    }

    private mutating func take(_ clause: String) {
        let lower = clause.lowercased()
        for start in Self.namings {
            if let rest = Self.rest(of: clause, lower, behind: start) {
                name = Self.capitalWords(rest) ?? Self.firstWord(rest) ?? name
                return
            }
        }
        for start in Self.beings {
            guard let rest = Self.rest(of: clause, lower, behind: start) else { continue }
            if let found = Self.capitalWords(rest) {
                name = found
            } else {
                add(clause)
            }
            return
        }
        if Self.tellings.contains(where: { lower.hasPrefix($0) }) { add(clause) }
    }

    private mutating func add(_ clause: String) {
        let statement = SaidMessage.excerpt(clause, Self.longestStatement)
        guard !statements.contains(statement) else { return }
        statements.append(statement)
        if statements.count > Self.maximumStatements { statements.removeFirst() }
    }

    /// What follows these words, which stand at the beginning or behind a blank.
    private static func rest(of clause: String, _ lower: String, behind start: String) -> String? {
        // Lower case may have another length; then positions do not carry over.
        guard lower.count == clause.count, let range = lower.firstRange(of: start) else {
            return nil
        }
        let offset = lower.distance(from: lower.startIndex, to: range.lowerBound)
        let isAtWord = offset == 0 || lower[lower.index(before: range.lowerBound)] == " "
        guard isAtWord else { return nil }
        return String(clause.dropFirst(offset + start.count))
    }

    /// The first words while they begin with capital letters; four at most.
    private static func capitalWords(_ text: String) -> String? {
        let words = text.split(separator: " ").prefix(4).prefix { $0.first?.isUppercase == true }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private static func firstWord(_ text: String) -> String? {
        text.split(separator: " ").first.map(String.init)
    }
}
