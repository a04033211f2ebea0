import CrewKit
import CrewTesting

/// The events of one streamed response, in the order in which OpenAI documents them.
struct ResponsesStream {
    private(set) var texts: [String] = []
    private var items: [JSONObject] = []
    /// The text of the part that is under way; nil when no item is.
    private var open: String?

    private mutating func send(_ type: String, _ members: JSONObject) {
        var event: JSONObject = [
            "type": .string(type), "sequence_number": .integer(texts.count),
        ]
        for (name, value) in members { event[name] = value }
        texts.append("event: \(type)\ndata: \(JSONValue.object(event).text)\n\n")
    }

    private func response(_ status: String) -> JSONObject {
        [
            "id": "resp_1", "object": "response", "created_at": 1_795_214_000,
            "status": .string(status), "model": .string(ModelSetting.contractModel), "error": nil,
            "incomplete_details": nil, "instructions": nil, "parallel_tool_calls": true,
            "tool_choice": "auto", "tools": [], "output": .array(items.map { .object($0) }),
            "usage": nil,
        ]
    }

    mutating func begin() {
        send("response.created", ["response": .object(response("in_progress"))])
        send("response.in_progress", ["response": .object(response("in_progress"))])
    }

    mutating func fail(_ error: JSONValue) {
        send("error", error["error"]?.object ?? [:])
    }

    mutating func end(_ finish: FinishReason, _ usage: Usage?) {
        close()
        let reasons: [FinishReason: JSONValue] = [
            .length: "max_output_tokens", .contentFilter: "content_filter",
        ]
        let status = reasons[finish] == nil ? "completed" : "incomplete"
        var response = response(status)
        if let reason = reasons[finish] { response["incomplete_details"] = ["reason": reason] }
        if let usage {
            let (input, output) = (usage.inputTokens ?? 0, usage.outputTokens ?? 0)
            // What is unknown is 0: the official client's types want a number.
            response["usage"] = [
                "input_tokens": .integer(input), "output_tokens": .integer(output),
                "total_tokens": .integer(input + output),
                "input_tokens_details": [
                    "cached_tokens": .integer(usage.cachedInputTokens ?? 0),
                    "cache_write_tokens": .integer(usage.cacheWriteTokens ?? 0),
                ],
                "output_tokens_details": [
                    "reasoning_tokens": .integer(usage.reasoningTokens ?? 0)
                ],
            ]
        }
        send("response.\(status)", ["response": .object(response)])
    }

    // MARK: Parts

    private var kind: String? { open == nil ? nil : items.last?["type"]?.string }
    private var partType: String? { items.last?["content"]?.array?.first?["type"]?.string }

    private var place: JSONObject {
        [
            "item_id": items.last?["id"] ?? .null, "output_index": .integer(items.count - 1),
        ]
    }

    private func place(_ name: String, _ members: JSONObject) -> JSONObject {
        var place = place
        place[name] = 0
        for (name, value) in members { place[name] = value }
        return place
    }

    mutating func take(_ part: EndpointAnswer.Part) {
        switch part {
        case .text(let piece):
            openMessage("output_text")
            send(
                "response.output_text.delta",
                place("content_index", ["delta": .string(piece), "logprobs": []]))
            open? += piece
        case .refusal(let piece):
            openMessage("refusal")
            send("response.refusal.delta", place("content_index", ["delta": .string(piece)]))
            open? += piece
        case .reasoning(let piece):
            openReasoning()
            send(
                "response.reasoning_summary_text.delta",
                place("summary_index", ["delta": .string(piece)]))
            open? += piece
        case .call(_, let id, let name):
            close()
            add([
                "type": "function_call", "id": .string("fc_\(items.count)"),
                "call_id": .string(id), "name": .string(name), "arguments": "",
                "status": "in_progress",
            ])
        case .arguments(_, let piece):
            var event = place
            event["delta"] = .string(piece)
            send("response.function_call_arguments.delta", event)
            open? += piece
        }
    }

    private mutating func add(_ item: JSONObject) {
        items.append(item)
        open = ""
        send(
            "response.output_item.added",
            ["output_index": .integer(items.count - 1), "item": .object(item)])
    }

    private mutating func openMessage(_ type: String) {
        if kind == "message", partType == type { return }
        close()
        add([
            "type": "message", "id": .string("msg_\(items.count)"), "role": "assistant",
            "status": "in_progress", "content": [],
        ])
        items[items.count - 1]["content"] = [Self.part(type, "")]
        send(
            "response.content_part.added", place("content_index", ["part": Self.part(type, "")]))
    }

    private mutating func openReasoning() {
        if kind == "reasoning" { return }
        close()
        add(["type": "reasoning", "id": .string("rs_\(items.count)"), "summary": []])
        send(
            "response.reasoning_summary_part.added",
            place("summary_index", ["part": ["type": "summary_text", "text": ""]]))
    }

    private static func part(_ type: String, _ text: String) -> JSONValue {
        type == "refusal"
            ? ["type": "refusal", "refusal": .string(text)]
            : [
                "type": "output_text", "text": .string(text), "annotations": [], "logprobs": [],
            ]
    }

    private mutating func close() {
        guard let text = open, let kind else { return }
        let last = items.count - 1
        switch kind {
        case "message": closeMessage(text)
        case "reasoning":
            let part: JSONValue = ["type": "summary_text", "text": .string(text)]
            send(
                "response.reasoning_summary_text.done",
                place("summary_index", ["text": .string(text)]))
            send("response.reasoning_summary_part.done", place("summary_index", ["part": part]))
            items[last]["summary"] = [part]
            items[last]["encrypted_content"] = "gAAAA+/=="
        default:
            var event = place
            event["arguments"] = .string(text)
            event["name"] = items[last]["name"]
            send("response.function_call_arguments.done", event)
            items[last]["arguments"] = .string(text)
        }
        if kind != "reasoning" { items[last]["status"] = "completed" }
        send(
            "response.output_item.done",
            ["output_index": .integer(last), "item": .object(items[last])])
        open = nil
    }

    private mutating func closeMessage(_ text: String) {
        let type = partType ?? "output_text"
        let part = Self.part(type, text)
        if type == "refusal" {
            send("response.refusal.done", place("content_index", ["refusal": .string(text)]))
        } else {
            send(
                "response.output_text.done",
                place("content_index", ["text": .string(text), "logprobs": []]))
        }
        send("response.content_part.done", place("content_index", ["part": part]))
        items[items.count - 1]["content"] = [part]
    }
}
