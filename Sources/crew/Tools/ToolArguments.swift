import ArgumentParser
import CrewKit

/// The arguments of a call as they were written on a command line.
struct ToolArguments {
    private var members = JSONObject()
    /// Members that were written as `name=value`, whose type the tool says.
    private var texts: Set<String> = []

    /// - Throws: `ValidationError` for what is no argument.
    init(words: [String], json: String?) throws {
        if let json {
            // What is no JSON is told in the same words as what is no object.
            guard let object = (try? JSONValue(parsing: json))?.object else {
                throw ValidationError("--arguments must be a JSON object such as {\"n\": 1}")
            }
            members = object
        }
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("'\(word)' is no argument: write NAME=VALUE")
            }
            members[String(parts[0])] = .string(String(parts[1]))
            texts.insert(String(parts[0]))
        }
    }

    /// The arguments with those values read as JSON that the tool does not want as text.
    func value(for tool: ToolDefinition?) -> JSONValue {
        var result = members
        for name in texts {
            let types = tool?.parameters["properties"]?[name]?["type"]
            let wantsText = types?.string == "string"
            guard !wantsText, let text = members[name]?.string,
                let value = try? JSONValue(parsing: text)  // what is no JSON stays text
            else { continue }
            result[name] = value
        }
        return .object(result)
    }
}
