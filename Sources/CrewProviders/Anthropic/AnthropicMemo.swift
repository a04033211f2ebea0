import CrewKit

/// What a reply held besides its text and its calls, and where among them it stood.
///
/// Signed thoughts count only unchanged and in their place, so the memo keeps them as they came and
/// marks the places of texts and calls. These are taken from the message that is sent: a run may
/// have dropped a call or given it another id.
struct AnthropicMemo {
    private let blocks: [JSONValue]

    /// The memo of a reply; nil when it held nothing that needs one.
    static func memo(of blocks: [AnthropicBlock], model: String) -> ModelMemo? {
        guard blocks.contains(where: \.isOpaque) else { return nil }
        let content = blocks.map { block -> JSONValue in
            block.type == "tool_use" ? ["type": "tool_use"] : block.value
        }
        return ModelMemo(wire: .anthropic, model: model, content: .array(content))
    }

    /// Reads a memo, if this model wrote it there.
    init?(_ memo: ModelMemo?, model: String, endpoint: String?) {
        guard let memo, memo.isOf(.anthropic, model, at: endpoint),
            let blocks = memo.content.array
        else { return nil }
        self.blocks = blocks
    }

    /// The content of the message with everything in its place.
    func content(text: String, calls: [JSONValue]) -> [JSONValue] {
        let texts = blocks.filter { $0["type"]?.string == "text" }
        let isUnchanged = texts.compactMap { $0["text"]?.string }.joined() == text
        var rest = calls[...]
        var wantsText = !text.isBlank
        var content: [JSONValue] = []
        for block in blocks {
            switch block["type"]?.string {
            case "tool_use":
                // The text belongs before the calls, wherever the model had put it.
                if wantsText, !isUnchanged { content.append(Self.text(text)) }
                if !isUnchanged { wantsText = false }
                if let call = rest.popFirst() { content.append(call) }
            case "text":
                if isUnchanged {
                    if block["text"]?.string?.isBlank == false { content.append(block) }
                } else if wantsText {
                    content.append(Self.text(text))
                }
                wantsText = false
            default: content.append(block)
            }
        }
        if wantsText { content.append(Self.text(text)) }
        return content + rest
    }

    private static func text(_ text: String) -> JSONValue {
        ["type": "text", "text": .string(text)]
    }
}

extension String {
    /// Whether it holds nothing but blanks and line ends.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
