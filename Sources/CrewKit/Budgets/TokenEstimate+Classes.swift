extension TokenEstimate {
    /// Tokens of a text by the classes of its characters, as the original weighs them before a call.
    ///
    /// A little high for English, on purpose: a tenth is added. 0 for an empty text.
    static func byClass(of text: String) -> Int {
        guard !text.isEmpty else { return 0 }
        return max(1, (quarters(of: text) * 110 + 396) / 400)
    }

    /// What a request is likely to take in, its tools included.
    static func byClass(of request: ModelRequest) -> Int {
        var quarters = 0
        for message in request.messages {
            // Roles and separators.
            quarters += 16 + self.quarters(of: message.text)
            guard case .assistant(_, let calls, _) = message else { continue }
            for call in calls {
                quarters += self.quarters(of: call.name.rawValue)
                quarters += self.quarters(of: call.arguments.text)
            }
        }
        for tool in request.tools {
            quarters += 16 + self.quarters(of: tool.name.rawValue)
            quarters += self.quarters(of: tool.description)
            quarters += self.quarters(of: tool.parameters.text)
        }
        if let format = request.format { quarters += self.quarters(of: format.schema.text) }
        return (quarters * 110 + 396) / 400
    }

    /// The sum of the weights, in quarters of a token.
    private static func quarters(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + weight(of: $1) }
    }

    private static func weight(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "a"..."z", "A"..."Z": 1
        case "0"..."9", " ", "\t": 2
        case "\n", "\r": 4
        case ".", ",", "!", "?", ":", ";", "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "=",
            "<", ">", "\"", "'", "`":
            4
        case "\u{4E00}"..."\u{9FFF}", "\u{3040}"..."\u{30FF}", "\u{AC00}"..."\u{D7AF}": 6
        default: 2
        }
    }
}
