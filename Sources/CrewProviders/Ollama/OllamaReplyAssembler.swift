import CrewKit

/// Builds one reply from the lines of Ollama's answer; it does no input or output.
struct OllamaReplyAssembler: Sendable {
    typealias Progress = (ModelProgress) -> Void

    private var text = ""
    private var reasoning = ""
    private var calls: [(id: String, name: String, arguments: JSONValue)] = []
    private var splitter = ThinkTagSplitter()
    private var model: String?
    private var usage: Usage?
    private var doneReason: String?
    /// The line that ends the reply was read.
    private(set) var isDone = false

    mutating func add(_ line: JSONObject, progress: Progress) {
        if model == nil, let name = line["model"]?.string, !name.isEmpty { model = name }
        if let message = line["message"]?.object {
            if let piece = message["thinking"]?.string { think(piece, progress) }
            if let piece = message["content"]?.string, !piece.isEmpty {
                pass(splitter.split(piece), progress)
            }
            for call in message["tool_calls"]?.array ?? [] { add(call: call) }
        }
        guard line["done"]?.bool == true else { return }
        isDone = true
        doneReason = line["done_reason"]?.string
        usage = Self.usage(line)
    }

    private mutating func add(call: JSONValue) {
        guard let function = call["function"], let name = function["name"]?.string, !name.isEmpty
        else { return }
        calls.append((call["id"]?.string ?? "", name, Self.arguments(function["arguments"])))
    }

    /// Arguments are an object; a few servers send text that holds one.
    private static func arguments(_ value: JSONValue?) -> JSONValue {
        switch value {
        case nil, .null: return [:]
        case .string(let text):
            guard !text.isBlank else { return [:] }
            // What is not JSON is kept, so that the model can be told.
            return (try? JSONValue(parsing: text)) ?? .string(text)
        case let value?: return value
        }
    }

    private mutating func think(_ piece: String, _ progress: Progress) {
        guard !piece.isEmpty else { return }
        reasoning += piece
        progress(.reasoning(piece))
    }

    private mutating func pass(_ parts: [ThinkTagSplitter.Part], _ progress: Progress) {
        for part in parts {
            switch part {
            case .text(let piece):
                text += piece
                progress(.text(piece))
            case .reasoning(let piece): think(piece, progress)
            }
        }
    }

    /// The reply, passing on what was still held back.
    ///
    /// - Parameter remembers: whether the thoughts go back with the calls that they led to.
    mutating func finish(
        model name: String, idPrefix: String, remembers: Bool, progress: Progress
    ) -> ModelReply {
        pass(splitter.finish(), progress)
        let keepsThoughts = remembers && !calls.isEmpty && !reasoning.isEmpty
        return ModelReply(
            text: text, reasoning: reasoning,
            toolCalls: calls.enumerated().map { number, call in
                ToolCall(
                    id: ToolCallID(call.id.isEmpty ? "\(idPrefix)_\(number)" : call.id),
                    name: ToolName(call.name), arguments: call.arguments)
            },
            finish: finish, usage: usage, model: model,
            memo: keepsThoughts
                ? ModelMemo(wire: .ollama, model: name, content: .string(reasoning)) : nil)
    }

    private var finish: FinishReason {
        // There is no reason of its own for calls.
        if !calls.isEmpty { return .toolCalls }
        return switch doneReason {
        case "stop", nil: .stop
        case "length": .length
        default: .other
        }
    }

    /// A prompt that was served from the cache is not counted: unknown, not zero.
    private static func usage(_ line: JSONObject) -> Usage? {
        let input = line["prompt_eval_count"]?.integer.flatMap { $0 > 0 ? $0 : nil }
        let output = line["eval_count"]?.integer
        return input == nil && output == nil
            ? nil : Usage(inputTokens: input, outputTokens: output)
    }
}
