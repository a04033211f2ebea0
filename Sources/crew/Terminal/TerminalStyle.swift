import Foundation

/// Colours of a terminal, or none.
struct TerminalStyle: Sendable {
    let isColored: Bool

    /// Whether the environment leaves colours on (https://no-color.org).
    static var environmentAllowsColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["NO_COLOR"]?.isEmpty ?? true && environment["TERM"] != "dumb"
    }

    enum Tone: String, Sendable {
        case agent = "1;36"
        case quiet = "2"
        case tool = "33"
        case good = "32"
        case bad = "31"
    }

    func paint(_ text: String, _ tone: Tone) -> String {
        isColored ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Text of a model or a tool without what could steer a terminal.
    static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter {
                    $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
                }))
    }
}
