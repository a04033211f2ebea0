/// The text that a route's target reads, with places for what was said.
///
/// `{{input}}` is what the person said last, `{{reply}}` the agent's reply without its signals,
/// `{{agent}}` its name. Other places stay as they are; the check of definitions tells of them.
struct InputTemplate: Sendable, Hashable {
    /// The places that a template may have.
    static let places = ["input", "reply", "agent"]

    let text: String

    /// What a target reads whose route has no template and that knows nothing of the conversation.
    static func usual(hasReply: Bool) -> InputTemplate {
        InputTemplate(text: hasReply ? "{{input}}\n\n{{agent}}: {{reply}}" : "{{input}}")
    }

    /// Filled in one pass, so that what was said is not taken for places.
    func filled(input: String, reply: String, agent: String) -> String {
        let values = ["input": input, "reply": reply, "agent": agent]
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            result += rest[..<start.lowerBound]
            let inner = rest[start.upperBound...]
            guard let end = inner.firstRange(of: "}}"),
                let value = values[inner[..<end.lowerBound].trimmed]
            else {
                result += "{{"
                rest = inner
                continue
            }
            result += value
            rest = inner[end.upperBound...]
        }
        return result + rest
    }
}

extension Substring {
    fileprivate var trimmed: String {
        split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
}
