/// Whether inputs are looked at that try to give the agents other orders.
public struct SuspicionSettings: Sendable, Hashable {
    /// Phrases and characters of one, that a crew may add.
    public static let mostPhrases = 200
    public static let longestPhrase = 200

    public var isOn = true
    /// Phrases that count besides the built-in patterns; case, diacritics and blanks do not matter.
    public var phrases: [String] = []

    public init() {}
}
