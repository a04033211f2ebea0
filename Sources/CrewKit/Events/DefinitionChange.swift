/// That a run goes on under another definition of its crew.
public struct DefinitionChange: Sendable, Hashable, Codable {
    /// The digest of the definition with which the run was worked before.
    public var from: String
    /// The digest of the one with which it is worked from now on.
    public var to: String

    public init(from: String, to: String) {
        self.from = from
        self.to = to
    }
}

extension DefinitionChange {
    /// `nil` when nothing has changed, or nobody can know whether.
    init?(from earlier: String?, to present: String?) {
        guard let earlier, let present, earlier != present else { return nil }
        self.init(from: earlier, to: present)
    }

    var sentence: String {
        "the crew's definition has changed, from \(Self.short(from)) to \(Self.short(to))"
    }

    var warning: RunWarning {
        var warning = RunWarning(code: .definitionChanged, message: sentence)
        warning.definition = self
        return warning
    }

    /// Enough for people to tell two apart.
    private static func short(_ digest: String) -> Substring { digest.prefix(12) }
}
