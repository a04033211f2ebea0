import CrewKit

/// The names under which models call the tools of servers.
enum MCPToolName {
    /// What model interfaces allow.
    private static let limit = 64

    /// `server__tool`, in letters that every model interface takes.
    ///
    /// A name that had to be changed ends with a short hash of what it was, so that two names do not
    /// become one; it is the same in every process.
    static func name(of tool: String, on server: String) -> ToolName {
        let whole = server + MCPServerDefinition.separator + tool
        let plain = String(
            whole.unicodeScalars.map { isPlain($0) ? Character($0) : "_" })
        guard plain != whole || plain.utf8.count > limit else { return ToolName(whole) }
        let hash = self.hash(of: whole)
        return ToolName(plain.prefix(limit - hash.count - 1) + "_" + hash)
    }

    /// FNV-1a: no secret, and nothing to attack. It only has to be the same everywhere.
    static func hash(of text: String) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
