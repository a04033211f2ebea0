import CrewKit

/// Chunks of a chat completions stream, as text.
enum Chunk {
    static func text(_ text: String) -> String {
        #"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"#
            + "\"delta\":{\"content\":\(JSONValue.string(text).text)},\"finish_reason\":null}]}"
    }

    static func delta(_ members: String) -> String {
        #"{"choices":[{"index":0,"delta":{\#(members)},"finish_reason":null}]}"#
    }

    static func calls(_ pieces: String) -> String { delta(#""tool_calls":[\#(pieces)]"#) }

    static func finish(_ reason: String = "stop") -> String {
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"\#(reason)"}]}"#
    }

    static let usage =
        #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#
    static let done = "[DONE]"
}
