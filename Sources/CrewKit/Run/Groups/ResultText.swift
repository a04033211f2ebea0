/// Makes one text of what the members of a group said.
struct ResultText {
    let members: [MemberEnded]

    /// - Parameter aggregation: an agent reads the texts as the original writes them.
    func joined(as aggregation: Aggregation) -> String {
        switch aggregation {
        case .text, .agent: block(members.map { ("\($0.agent)", $0.text) })
        case .json: JSONValue.array(members.map(Self.json)).text
        case .table: table
        case .dedupe:
            block(different.map { ($0.map(\.agent.rawValue).joined(separator: ", "), $0[0].text) })
        case .vote: vote
        }
    }

    /// The results as the original writes them.
    private func block(_ parts: [(name: String, text: String)]) -> String {
        let texts = parts.map { "[\($0.name)]\n\($0.text)\n\n" }
        return "\n[📊 PARALLEL EXECUTION RESULTS]\n\n\(texts.joined())[END PARALLEL RESULTS]"
    }

    private static func json(_ member: MemberEnded) -> JSONValue {
        var object: JSONObject = [
            "agent": .string(member.agent.rawValue), "outcome": .string(member.outcome.name),
        ]
        if let value = json(member.text) {
            object["value"] = value
        } else {
            object["text"] = .string(member.text)
        }
        return .object(object)
    }

    /// A text that is one JSON object or array, also in a fenced block.
    static func json(_ text: String) -> JSONValue? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: "\r").joined() }
        while lines.first?.allSatisfy(\.isWhitespace) == true { lines.removeFirst() }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        if lines.count > 2, lines[0].hasPrefix("```"), lines.last?.hasPrefix("```") == true {
            lines = Array(lines.dropFirst().dropLast())
        }
        let value = try? JSONValue(parsing: lines.joined(separator: "\n"))  // most texts are none
        return value?.object != nil || value?.array != nil ? value : nil
    }

    private var table: String {
        let rows = members.map {
            "| \(Self.cell($0.agent.rawValue))\(Self.mark($0)) | \(Self.cell($0.text)) |"
        }
        return (["| agent | result |", "|---|---|"] + rows).joined(separator: "\n")
    }

    /// Tells what was cut from what was finished.
    private static func mark(_ member: MemberEnded) -> String {
        member.outcome == .completed ? "" : " (\(member.outcome.name))"
    }

    /// Text that stays in its cell.
    private static func cell(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline)
            .map {
                $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
            }
        return lines.joined(separator: "<br>")
    }

    /// Members that finished and said the same, in the order of the first of them.
    private var different: [[MemberEnded]] {
        var places: [String: Int] = [:]
        var groups: [[MemberEnded]] = []
        // Half a thought is no vote.
        for member in members where member.outcome == .completed {
            let key = Self.key(member.text)
            if let place = places[key] {
                groups[place].append(member)
            } else {
                places[key] = groups.count
                groups.append([member])
            }
        }
        return groups
    }

    /// White space and case make no difference between texts.
    private static func key(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private var vote: String {
        let groups = different
        guard let most = groups.map(\.count).max(),
            let winner = groups.first(where: { $0.count == most })
        else { return "" }
        let names = winner.map(\.agent.rawValue).joined(separator: ", ")
        let votes = groups.reduce(0) { $0 + $1.count }
        return "\(winner[0].text)\n\n[\(most) of \(votes) votes: \(names)]"
    }
}
