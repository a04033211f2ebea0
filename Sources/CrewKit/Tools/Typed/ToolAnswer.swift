import FoundationEssentials

/// Words and values of a tool's output in the one form that all tools of a crew may share.
///
/// Each of them is the text of a JSON object with a `status`, which a model reads as it is.
public enum ToolAnswer {
    /// `{"status":"success","message":…,"data":…}`
    public static func success(_ message: String, data: JSONValue? = nil) -> String {
        var answer: JSONObject = ["status": "success", "message": .string(message)]
        answer["data"] = data
        return JSONValue.object(answer).text
    }

    /// A value that encodes itself, as `data`.
    ///
    /// - Throws: what encoding throws.
    public static func success(
        _ message: String, encoding value: some Encodable
    ) throws -> String {
        success(message, data: try JSONValue(parsing: try json(of: value)))
    }

    /// `{"status":"success","text":…,"data":…}`: words for people beside values for programs.
    public static func mixed(_ text: String, data: JSONValue) -> String {
        JSONValue.object(["status": "success", "text": .string(text), "data": data]).text
    }

    /// `{"status":"error","tool":…,"error":…,"hint":…}`, for what is no failure of the call itself.
    public static func error(_ message: String, tool: ToolName, hint: String? = nil) -> String {
        var answer: JSONObject = [
            "status": "error", "tool": .string(tool.rawValue), "error": .string(message),
        ]
        answer["hint"] = hint.map { .string($0) }
        return JSONValue.object(answer).text
    }

    /// A value that encodes itself, as JSON: sorted keys, times as RFC 3339.
    ///
    /// - Throws: what encoding throws.
    public static func json(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
