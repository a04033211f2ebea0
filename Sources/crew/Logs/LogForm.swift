import CrewKit
import Foundation
import Logging

/// How lines of the log look.
enum LogForm: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// For programs: one JSON object each.
    case json

    /// Members that no metadata may take the place of.
    private static let own: Set<String> = ["time", "level", "message"]

    func line(
        _ message: String, at level: Logger.Level, _ time: Date, _ metadata: Logger.Metadata
    ) -> String {
        let sorted = metadata.sorted { $0.key < $1.key }
        switch self {
        case .text:
            let words = sorted.map { "\($0.key)=\($0.value)" } + [message]
            return Self.onOneLine(
                "\(Timestamp.text(time)) \(level.rawValue) crew: \(words.joined(separator: " "))")
        case .json:
            var members: JSONObject = [
                "time": .string(Timestamp.text(time)), "level": .string(level.rawValue),
                "message": .string(message),
            ]
            for (key, value) in sorted {
                members[Self.own.contains(key) ? "metadata.\(key)" : key] = Self.json(value)
            }
            return JSONValue.object(members).text
        }
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let thing): .string("\(thing)")
        case .array(let values): .array(values.map(json))
        case .dictionary(let members):
            .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }))
        }
    }

    /// Nothing that is logged can pass for a line of its own, or command a terminal.
    private static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.properties.generalCategory == .control:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

/// Writes what is logged as lines of one form.
struct LogWriter: LogHandler {
    var logLevel = Logger.Level.notice
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    let form: LogForm
    let lines: LogLines
    let now: @Sendable () -> Date

    init(
        _ form: LogForm, to lines: LogLines, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.form = form
        self.lines = lines
        self.now = now
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        lines.add(form.line("\(event.message)", at: event.level, now(), all))
    }
}
