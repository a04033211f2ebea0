import CrewKit
import FoundationEssentials

/// Reads the small text files in which the system tells of itself.
enum SystemFile {
    static func read(_ path: String) async throws -> String {
        try await BlockingCall.perform { try contents(of: path) }
    }

    /// For code that is off the cooperative threads already.
    static func contents(of path: String) throws -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            throw CrewError(.toolFailed, "'\(path)' cannot be read", cause: error)
        }
    }

    static func unreadable(_ what: String) -> CrewError {
        CrewError(.toolFailed, "\(what) of this system cannot be understood")
    }
}

extension Double {
    /// The number with one decimal.
    var oneDecimal: String {
        guard isFinite else { return "0.0" }
        let tenths = Int((Swift.min(Swift.max(self, -1e15), 1e15) * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

extension UInt64 {
    /// The number of bytes in the unit that suits it.
    var inBytes: String {
        var value = Double(self)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024 { return unit == "B" ? "\(self) B" : "\(value.oneDecimal) \(unit)" }
            value /= 1024
        }
        return "\(value.oneDecimal) TiB"
    }
}
