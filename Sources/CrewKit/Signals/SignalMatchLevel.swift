/// How closely a reply's text had to be read to find a signal in it, strictest first.
public enum SignalMatchLevel: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Character for character, after canonical composition (NFC).
    case exact
    /// Upper and lower case alike.
    case caseFolded = "case_folded"
    /// White space, `_` and `-` alike as well.
    case normalized
    /// Diacritics left out as well; only where the crew allows it.
    case withoutDiacritics = "without_diacritics"
    /// No signal was written; the reply passed the test of a route.
    case trigger

    private var strictness: Int {
        switch self {
        case .exact: 0
        case .caseFolded: 1
        case .normalized: 2
        case .withoutDiacritics: 3
        case .trigger: 4
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.strictness < right.strictness }
}
