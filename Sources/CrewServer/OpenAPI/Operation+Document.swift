import CrewKit

extension Operation.Parameter {
    var json: JSONValue {
        [
            "name": .string(name), "in": .string(place.rawValue), "required": .bool(isRequired),
            "description": .string(summary), "schema": schema,
        ]
    }
}

extension Operation.Body {
    var json: JSONValue {
        var content: JSONObject = ["schema": schema]
        if !examples.isEmpty {
            let named = examples.enumerated().map { index, value in
                ("example\(index + 1)", JSONValue.object(["value": value]))
            }
            content["examples"] = .object(JSONObject(named))
        }
        return [
            "required": .bool(isRequired), "content": ["application/json": .object(content)],
        ]
    }
}

extension Operation.Answer {
    /// - Parameter refusal: what a refusal of the same status holds.
    func json(or refusal: JSONObject?) -> JSONValue {
        var members: JSONObject = [
            "description": .string(summary), "headers": OpenAPIHeaders.references(headers),
        ]
        let all =
            contents.map { ($0.type, ["schema": $0.schema]) }
            + (refusal ?? [:]).map { ($0.key, $0.value) }
        if !all.isEmpty { members["content"] = .object(JSONObject(all)) }
        return .object(members)
    }
}
