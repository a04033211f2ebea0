/// The shape that an agent's replies have to have, and what one means that has it.
///
/// Under `routing: schema` the model fills in where the run goes, and for models that are told of their
/// tools in the prompt also which tool is called: an endpoint that enforces the shape makes even a
/// small model decide well-formed.
struct ReplyShape: Sendable {
    /// The name of no route.
    static let noRoute = "none"

    let format: ResponseFormat
    /// Of the reply's own content; absent when that is free text.
    private let content: JSONValue?
    /// Absent when the reply does not say where the run goes.
    private let choices: [RouteChoice]?
    private let tools: [ToolDefinition]

    /// - Parameter tools: what the reply may call in its shape.
    /// - Returns: `nil` for an agent that answers as it likes.
    init?(
        of agent: ValidatedCrew.Agent, in crew: ValidatedCrew, isAlone: Bool,
        tools: [ToolDefinition]
    ) {
        let definition = agent.definition
        let isRouted = definition.routing == .schema && !isAlone
        guard isRouted || definition.responseSchema != nil else { return nil }
        content = definition.responseSchema
        choices = isRouted ? crew.routeChoices(of: agent) : nil
        self.tools = isRouted && definition.toolCalls == .text ? tools : []
        format = ResponseFormat(
            name: Self.name(of: agent.id),
            schema: Self.schema(
                content: content, routes: choices.map(Self.names), tools: self.tools))
    }

    private static func names(_ choices: [RouteChoice]) -> [String] {
        choices.map(\.name) + [noRoute]
    }

    /// Endpoints take 1 to 64 letters, digits, `_` and `-`.
    private static func name(of agent: AgentID) -> String {
        let letters = agent.rawValue.unicodeScalars.map {
            $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "-")
                ? String($0) : "_"
        }
        return "reply_" + letters.joined().prefix(58)
    }

    private static func schema(
        content: JSONValue?, routes: [String]?, tools: [ToolDefinition]
    ) -> JSONValue {
        guard let routes else { return content ?? ["type": "object"] }
        // The route comes first: it is there also when the text is cut at the length limit.
        let reply = object([
            ("route", ["type": "string", "enum": .array(routes.map { .string($0) })]),
            ("reply", content ?? ["type": "string"]),
        ])
        guard !tools.isEmpty else { return reply }
        let calls = tools.map { tool in
            object([
                ("tool", ["type": "string", "enum": [.string(tool.name.rawValue)]]),
                ("arguments", tool.parameters),
            ])
        }
        return ["anyOf": .array(calls + [reply])]
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var properties = JSONObject()
        for (name, schema) in members { properties[name] = schema }
        return [
            "type": "object", "properties": .object(properties),
            "required": .array(members.map { .string($0.0) }), "additionalProperties": false,
        ]
    }

    /// What a model is told of the shape, for endpoints that do not enforce it.
    var guide: String {
        guard let choices else {
            return "\n\nAnswer with one JSON object that fits this schema, and nothing else:\n"
                + format.schema.text
        }
        var lines = choices.map { $0.about.isEmpty ? "- \($0.name)" : "- \($0.name): \($0.about)" }
        lines.append("- \(Self.noRoute): stay, nothing of these fits")
        var text =
            "\n\nAnswer with one JSON object: {\"route\": where the conversation goes next, "
            + "\"reply\": what you say}. The routes:\n" + lines.joined(separator: "\n")
        if !tools.isEmpty {
            text += "\nTo use a tool, answer {\"tool\": its name, \"arguments\": {…}} instead."
        }
        return text
    }
}

extension ReplyShape {
    /// What a reply says, once its shape is taken off.
    struct Reading {
        var text: String
        var route: String?
        var call: ToolCall?
        var problems: [String] = []
    }

    func reading(of text: String) -> Reading {
        guard let members = Self.object(in: text) else {
            return Reading(text: text, problems: ["the reply is no JSON object"])
        }
        guard let choices else { return checked(members, as: text) }
        let routes = Self.names(choices)
        if let name = members["tool"]?.string,
            let tool = tools.first(where: { $0.name.rawValue == name })
        {
            let call = ToolCall(
                id: ToolCallID("\(name)_0"), name: tool.name,
                arguments: members["arguments"] ?? [:], origin: .text)
            return Reading(text: "", call: call)
        }
        guard let route = members["route"]?.string, routes.contains(route) else {
            return Reading(
                text: text, problems: ["route must be one of \(routes.joined(separator: ", "))"])
        }
        guard let content = members["reply"] else {
            return Reading(text: text, problems: ["reply is missing"])
        }
        var reading = Reading(text: content.string ?? content.text)
        if self.content != nil {
            guard let inner = content.object else {
                return Reading(text: text, problems: ["reply must be an object"])
            }
            reading = checked(inner, as: content.text)
        }
        reading.route = route
        return reading
    }

    /// Values that can only mean one thing are put into the right type.
    private func checked(_ members: JSONObject, as text: String) -> Reading {
        var check = SchemaCheck()
        let value = check.object(members, schema: content ?? ["type": "object"], path: "")
        let problems = Array(check.problems.prefix(SchemaCheck.reportedProblems))
        guard problems.isEmpty else { return Reading(text: text, problems: problems) }
        return Reading(text: JSONValue.object(value).text)
    }

    /// The object in a reply, also in a fenced block or with a few words around it.
    private static func object(in text: String) -> JSONObject? {
        if let value = try? JSONValue(parsing: text) { return value.object }  // else look inside
        guard let start = text.firstIndex(of: "{") else { return nil }
        if let end = text.lastIndex(of: "}"), start < end,
            let value = try? JSONValue(parsing: String(text[start...end]))  // else it is cut
        {
            return value.object
        }
        guard let closed = CutJSON.closed(String(text[start...])) else { return nil }
        return (try? JSONValue(parsing: closed))?.object  // what is no JSON has no object in it
    }
}

/// One answer to the question where the run goes next.
struct RouteChoice: Sendable {
    /// A signal or the id of an agent.
    let name: String
    let about: String
    let target: RouteTarget
    /// Absent for an agent that may be handed to.
    let signal: String?
}

extension ValidatedCrew {
    /// The agent's signals, then the agents that it may hand over to.
    func routeChoices(of agent: Agent) -> [RouteChoice] {
        let written = definition.routing.signals[agent.id] ?? []
        let signals = written.compactMap { route in
            agent.routes.first { $0.signal == route.signal }.map {
                RouteChoice(
                    name: route.signal, about: route.description, target: $0.target,
                    signal: route.signal)
            }
        }
        let handoffs = agent.definition.handoffTargets.compactMap { id in
            self.agent(id).map { target in
                let about = target.definition.description
                return RouteChoice(
                    name: id.rawValue, about: about.isEmpty ? target.definition.role : about,
                    target: .agent(id), signal: nil)
            }
        }
        return signals + handoffs
    }
}
