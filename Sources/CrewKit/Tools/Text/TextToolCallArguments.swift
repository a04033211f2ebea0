/// Why the text between the parentheses is no arguments.
struct TextToolCallProblem: Error {
    let text: String
}

/// Reads the text between the parentheses of a call: a JSON object, named or positional values.
///
/// Values stay text where the schema does not say otherwise; the argument check converts them.
enum TextToolCallArguments {
    static func read(
        _ text: String, for tool: ToolDefinition
    ) throws(TextToolCallProblem) -> JSONObject {
        let text = text.trimmingBlanks
        if text.isEmpty { return [:] }
        if let object = try jsonObject(text) { return object }
        let properties = tool.parameters["properties"]?.object ?? [:]
        let pieces = pieces(of: text)
        let named = pieces.map { NamedPiece($0, properties: properties) }
        if named.allSatisfy({ $0 == nil }), let only = only(properties) {
            return [only.name: whole(text, pieces, schema: only.schema)]
        }
        return arguments(pieces, named, properties)
    }

    /// The text as a JSON object, with or without its braces.
    private static func jsonObject(_ text: String) throws(TextToolCallProblem) -> JSONObject? {
        if text.first == "{", text.last == "}" {
            do throws(JSONError) {
                if case .object(let members) = try JSONValue(parsing: text) { return members }
            } catch {
                throw TextToolCallProblem(text: "holds \(error)")
            }
        }
        guard text.first == "\"" else { return nil }
        return try? JSONValue(parsing: "{\(text)}").object  // positional text is no members
    }

    private static func only(_ properties: JSONObject) -> (name: String, schema: JSONValue)? {
        guard properties.count == 1 else { return nil }
        return properties.first { _ in true }.map { (name: $0.key, schema: $0.value) }
    }

    /// The value of a tool with one parameter, to which commas belong.
    private static func whole(
        _ text: String, _ pieces: [String], schema: JSONValue
    ) -> JSONValue {
        let types = SchemaType.names(in: schema)
        if pieces.count > 1, types.contains("array") {
            return .array(pieces.map { value($0, schema: schema["items"] ?? [:]) })
        }
        return value(pieces.count > 1 ? text : pieces[0], schema: schema)
    }

    private static func arguments(
        _ pieces: [String], _ named: [NamedPiece?], _ properties: JSONObject
    ) -> JSONObject {
        var result = JSONObject()
        let names = properties.keys
        let given = Set(named.compactMap { $0?.name })
        for (position, piece) in pieces.enumerated() {
            if let named = named[position] {
                result[named.name] = value(named.text, schema: properties[named.name] ?? [:])
            } else if position < names.count, !given.contains(names[position]) {
                guard !piece.isEmpty else { continue }
                result[names[position]] = value(piece, schema: properties[names[position]] ?? [:])
            } else if !given.isEmpty, let stranger = NamedPiece(piece, properties: [:]) {
                // Beside named values `human=true` is one too, whose name the tool does not know.
                result[stranger.name] = value(stranger.text, schema: [:])
            } else if !piece.isEmpty {
                result["arg\(position)"] = value(piece, schema: [:])
            }
        }
        return result
    }

    /// The text between top-level commas; an empty piece keeps its place, except at the end.
    private static func pieces(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        var walk = NestingWalk()
        var pieces: [String] = []
        var start = 0
        for index in bytes.indices {
            if walk.isOutside, bytes[index] == UInt8(ascii: ",") {
                pieces.append(String(decoding: bytes[start..<index], as: UTF8.self).trimmingBlanks)
                start = index + 1
            }
            walk.take(bytes, at: index)
        }
        let last = String(decoding: bytes[start...], as: UTF8.self).trimmingBlanks
        if !last.isEmpty || pieces.isEmpty { pieces.append(last) }
        return pieces
    }

    private static func value(_ text: String, schema: JSONValue) -> JSONValue {
        if let quoted = unquoted(text) { return .string(quoted) }
        let types = SchemaType.names(in: schema)
        let isStructured = text.first == "[" || text.first == "{"
        guard types.isEmpty || (isStructured && !types.contains("string")) else {
            return .string(text)
        }
        let parsed = try? JSONValue(parsing: text)  // what is no JSON is text
        return parsed ?? .string(text)
    }

    /// The text inside quotes that span it all.
    static func unquoted(_ text: String) -> String? {
        for (opening, closing) in [("“", "”"), ("‘", "’")] where text.hasPrefix(opening) {
            let inner = text.dropFirst().dropLast()
            guard text.hasSuffix(closing), text.count >= 2, !inner.contains(opening) else {
                return nil
            }
            return String(inner)
        }
        guard let quote = text.utf8.first, text.utf8.count >= 2, text.utf8.last == quote,
            quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        else { return nil }
        let inner = Array(text.utf8.dropFirst().dropLast())
        var result: [UInt8] = []
        var isEscaped = false
        for byte in inner {
            if isEscaped {
                isEscaped = false
                if byte == UInt8(ascii: "n") {
                    result.append(0x0A)
                } else {
                    // A backslash that escapes nothing stays: C:\Users.
                    if byte != quote, byte != UInt8(ascii: "\\") { result.append(0x5C) }
                    result.append(byte)
                }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == quote {
                return nil
            } else {
                result.append(byte)
            }
        }
        return isEscaped ? nil : String(decoding: result, as: UTF8.self)
    }
}

/// A piece that names its parameter: `host=…`, `host: …`, `"host": …`.
private struct NamedPiece {
    let name: String
    let text: String

    /// - Parameter properties: a name counts when it is one of them or, before `=`, close to one;
    ///   so the `=` in a URL makes no name. Without properties every name counts.
    init?(_ piece: String, properties: JSONObject) {
        guard let end = piece.utf8.firstIndex(where: { $0 == 0x3D || $0 == 0x3A }) else {
            return nil
        }
        let written = String(piece[..<end]).trimmingBlanks
        let name = TextToolCallArguments.unquoted(written) ?? written
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else { return nil }
        let isEqualsSign = piece.utf8[end] == 0x3D
        let known = properties.keys
        if let known = known.first(where: { $0 == name })
            ?? known.first(where: { $0.lowercased() == name.lowercased() })
        {
            self.name = known
        } else if known.isEmpty
            ? isEqualsSign : isEqualsSign && NearestWord.of(name, among: known) != nil
        {
            self.name = name
        } else {
            return nil
        }
        text = String(piece[piece.utf8.index(after: end)...]).trimmingBlanks
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: byte == 0x5F || byte == 0x2D || (0x30...0x39).contains(byte)
        }
    }
}
