import CrewKit

/// Puts tool calls together from the pieces in which a reply streams them.
///
/// Pieces belong together by `index`. Servers that leave it out are followed by id, else by the
/// order of the pieces; a known index with a new id and a name starts another call, and so does a
/// name behind arguments that are complete.
struct StreamedToolCalls: Sendable {
    private struct Building {
        var index: Int?
        var id: String
        var name: String
        var arguments: String
        /// What stands beside the function.
        var extras: JSONObject = [:]
    }

    private var calls: [Building] = []

    var isEmpty: Bool { calls.isEmpty }

    mutating func add(_ pieces: [JSONValue]) {
        for (position, piece) in pieces.enumerated() {
            guard piece.object != nil else { continue }
            add(piece, position: position, isAlone: pieces.count == 1)
        }
    }

    private mutating func add(_ piece: JSONValue, position: Int, isAlone: Bool) {
        let function = piece["function"]
        let index = piece["index"]?.integer
        let id = piece["id"]?.string ?? ""
        let name = function?["name"]?.string ?? ""
        let arguments = Self.text(of: function?["arguments"])
        guard
            let place = place(
                index: index, id: id, name: name, position: isAlone ? nil : position)
        else {
            calls.append(Building(index: index, id: id, name: name, arguments: arguments))
            keepExtras(of: piece, at: calls.count - 1)
            return
        }
        keepExtras(of: piece, at: place)
        if calls[place].id.isEmpty { calls[place].id = id }
        if name != calls[place].name { calls[place].name += name }
        calls[place].arguments += arguments
    }

    private mutating func keepExtras(of piece: JSONValue, at place: Int) {
        for (name, value) in piece.object ?? [:] {
            guard !["index", "id", "type", "function"].contains(name), !value.isNull else {
                continue
            }
            calls[place].extras[name] = value
        }
    }

    /// What stood beside the function of each call that counts.
    var extras: [JSONObject] { calls.filter { !$0.name.isEmpty }.map(\.extras) }

    /// The call that a piece goes on, or nil when it starts one.
    private func place(index: Int?, id: String, name: String, position: Int?) -> Int? {
        if let index {
            guard let place = calls.lastIndex(where: { $0.index == index }) else { return nil }
            let call = calls[place]
            guard !name.isEmpty else { return place }
            let hasOtherID = !id.isEmpty && !call.id.isEmpty && call.id != id
            // Some servers send all of their calls whole, with one index and no ids.
            let isAnother = id.isEmpty && call.id.isEmpty && Self.isWhole(call.arguments)
            return hasOtherID || isAnother ? nil : place
        }
        if !id.isEmpty, let place = calls.lastIndex(where: { $0.id == id }) { return place }
        guard id.isEmpty || name.isEmpty, name.isEmpty, !calls.isEmpty else { return nil }
        if let position, position < calls.count { return position }
        return calls.count - 1
    }

    private static func isWhole(_ arguments: String) -> Bool {
        guard arguments.last == "}" else { return false }
        return (try? JSONValue(parsing: arguments)) != nil  // what is no JSON is not whole
    }

    /// Arguments are a string that holds JSON; some servers send the object itself.
    private static func text(of arguments: JSONValue?) -> String {
        switch arguments {
        case nil, .null: ""
        case .string(let text): text
        case .some(let value): value.text
        }
    }

    /// The finished calls; one without an id gets one made of `idPrefix` and its number.
    func finished(idPrefix: String, names: WireToolNames) -> [ToolCall] {
        calls.enumerated().compactMap { number, call in
            guard !call.name.isEmpty else { return nil }
            let id = call.id.isEmpty ? "\(idPrefix)_\(number)" : call.id
            return ToolCall(
                id: ToolCallID(id), name: names.original(of: call.name),
                arguments: Self.value(of: call.arguments))
        }
    }

    /// What the arguments say; text that is not JSON is kept, so that the model can be told.
    static func value(of text: String) -> JSONValue {
        guard text.utf8.contains(where: { $0 > 0x20 }) else { return [:] }
        guard let value = try? JSONValue(parsing: text) else {  // not JSON: see above
            return .string(text)
        }
        return value.isNull ? [:] : value
    }
}
