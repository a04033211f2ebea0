import FoundationEssentials

/// The variables of a program that was started for a tool: no key of this process reaches it.
enum ProgramEnvironment {
    private static let passedOn = ["PATH", "HOME", "LANG"]
    static let usualPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

    static func standard(
        from own: [String: String] = ProcessInfo.processInfo.environment,
        adding declared: [String: String] = [:]
    ) -> [String: String] {
        var variables = ["PATH": usualPath]
        for name in passedOn { if let value = own[name] { variables[name] = value } }
        return variables.merging(declared) { $1 }
    }
}
