/// The two ways in which servers are spoken to.
enum MCPEra: Sendable, Hashable {
    /// Each request stands for itself and says which revision it is written in.
    case modern
    /// A handshake agrees on a revision, and HTTP has sessions.
    case legacy(version: String)

    static let modernVersion = "2026-07-28"
    /// The newest first: it is offered, and the server may answer with any of these.
    static let legacyVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

    var version: String {
        switch self {
        case .modern: Self.modernVersion
        case .legacy(let version): version
        }
    }

    var isModern: Bool { self == .modern }
}
