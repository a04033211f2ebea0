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
    var json: JSONValue {
        var members: JSONObject = [
            "description": .string(summary), "headers": OpenAPIHeaders.references(headers),
        ]
        if !contents.isEmpty {
            members["content"] = .object(JSONObject(contents.map { ($0.type, $0.json) }))
        }
        return .object(members)
    }
}

extension Operation.Content {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["schema": schema]
        // OpenAPI 3.1 has no word for what the events of a stream hold.
        members["x-event-data"] = event
        return .object(members)
    }
}
