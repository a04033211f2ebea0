/// One walk over a schema of parameters, which gathers what is wrong with it.
struct SchemaReview {
    typealias Path = [DefinitionPath.Step]

    /// Deeper schemas are not looked at.
    private static let maximumDepth = 32
    private static let types = [
        "string", "integer", "number", "boolean", "array", "object", "null",
    ]

    private(set) var problems: [SchemaProblem] = []

    /// The schema of all parameters: an object with properties.
    mutating func root(_ schema: JSONValue) {
        guard schema.object != nil else {
            return report([], "the schema must be a block of keywords, not \(schema.typeName)")
        }
        if schema["type"] != "object" {
            report(["type"], "the schema must be of type object", "write 'type: object'")
        }
        self.schema(schema, at: [], depth: 0)
    }

    private mutating func report(
        _ path: [String], in place: Path = [], _ message: String, _ suggestion: String? = nil
    ) {
        problems.append(
            SchemaProblem(
                .error, "invalid_schema", at: place + path.map { .key($0) }, message,
                suggestion: suggestion))
    }

    private mutating func warn(
        _ code: String, _ keyword: String, in place: Path, _ message: String,
        _ suggestion: String? = nil
    ) {
        problems.append(
            SchemaProblem(
                .warning, code, at: place + [.key(keyword)], message, suggestion: suggestion))
    }

    private mutating func schema(_ schema: JSONValue, at place: Path, depth: Int) {
        if case .bool = schema { return }
        guard let keywords = schema.object else {
            return report(
                [], in: place, "a schema must be a block of keywords, not \(schema.typeName)",
                "write {type: string}, or what it is")
        }
        guard depth < Self.maximumDepth else { return }
        checkKeywords(keywords, at: place)
        checkType(schema, at: place)
        checkBounds(schema, at: place)
        checkTexts(schema, at: place)
        checkForm(schema, at: place)
        checkParts(schema, at: place, depth: depth)
        checkRequired(schema, at: place)
        checkValues(schema, at: place)
    }

    private mutating func checkType(_ schema: JSONValue, at place: Path) {
        guard let type = schema["type"] else { return }
        let names = type.array ?? [type]
        if names.isEmpty { report(["type"], in: place, "'type' is an empty list") }
        for name in names where !Self.types.contains(name.string ?? "") {
            report(
                ["type"], in: place, "'\(name.string ?? name.text)' is not a type",
                NearestWord.suggestion(for: name.string ?? "", among: Self.types))
        }
    }

    private mutating func checkBounds(_ schema: JSONValue, at place: Path) {
        for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
            if let bound = schema[keyword], bound.double == nil {
                report([keyword], in: place, "'\(keyword)' must be a number, not \(bound.typeName)")
            }
        }
        for keyword in ["minLength", "maxLength", "minItems", "maxItems"] {
            if let bound = schema[keyword], bound.integer.map({ $0 < 0 }) ?? true {
                report([keyword], in: place, "'\(keyword)' must be a whole number of at least 0")
            }
        }
        let pairs = [
            ("minimum", "maximum", false), ("minLength", "maxLength", false),
            ("minItems", "maxItems", false), ("exclusiveMinimum", "maximum", true),
            ("minimum", "exclusiveMaximum", true), ("exclusiveMinimum", "exclusiveMaximum", true),
        ]
        for (least, most, isOpen) in pairs {
            guard let low = schema[least]?.double, let high = schema[most]?.double else { continue }
            guard low > high || (isOpen && low == high) else { continue }
            report(
                [least], in: place, "no value fits: '\(least)' is above what '\(most)' allows",
                "exchange them")
        }
    }

    private mutating func checkTexts(_ schema: JSONValue, at place: Path) {
        if let pattern = schema["pattern"] {
            // The reason is in the library's words, which help nobody.
            if pattern.string.flatMap({ try? Regex($0) }) == nil {
                report(
                    ["pattern"], in: place, "'pattern' is not a regular expression",
                    "check its brackets; put a \\ before a bracket that is meant as itself")
            }
        }
    }

    private mutating func checkForm(_ schema: JSONValue, at place: Path) {
        if let format = schema["format"], !TextFormat.unchecked.contains(format.string ?? "") {
            let known = TextFormat.allCases.map(\.rawValue)
            if !known.contains(format.string ?? "") {
                warn(
                    "unknown_format", "format", in: place,
                    "nothing is checked by the format '\(format.string ?? format.text)'",
                    NearestWord.suggestion(for: format.string ?? "", among: known))
            } else if let type = schema["type"]?.string, type != "string" {
                warn(
                    "unknown_format", "format", in: place,
                    "the format '\(format.string ?? "")' has no effect on the type \(type)",
                    "write 'type: string'")
            }
        }
        guard let written = schema[TextTransform.keyword] else { return }
        for transform in written.array ?? [written]
        where TextTransform(written: transform) == nil {
            let word = transform.string ?? transform.object?.keys.first ?? transform.text
            report(
                [TextTransform.keyword], in: place, "'\(word)' is not a transform",
                NearestWord.suggestion(
                    for: word,
                    among: transform.string == nil
                        ? TextTransform.blocks : TextTransform.words))
        }
    }

    private mutating func checkParts(_ schema: JSONValue, at place: Path, depth: Int) {
        if let properties = schema["properties"] {
            guard let members = properties.object else {
                return report(
                    ["properties"], in: place,
                    "'properties' must be a block of parameters, not \(properties.typeName)")
            }
            for (name, property) in members {
                self.schema(
                    property, at: place + [.key("properties"), .key(name)], depth: depth + 1)
            }
        }
        for keyword in ["items", "additionalProperties", "not"] {
            if let part = schema[keyword] {
                self.schema(part, at: place + [.key(keyword)], depth: depth + 1)
            }
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            guard let part = schema[keyword] else { continue }
            guard let choices = part.array, !choices.isEmpty else {
                report([keyword], in: place, "'\(keyword)' must be a list of schemas")
                continue
            }
            for (index, choice) in choices.enumerated() {
                self.schema(choice, at: place + [.key(keyword), .index(index)], depth: depth + 1)
            }
        }
    }

    private mutating func checkRequired(_ schema: JSONValue, at place: Path) {
        guard let required = schema["required"] else { return }
        guard let names = required.array else {
            return report(
                ["required"], in: place,
                "'required' must be a list of parameters, not \(required.typeName)",
                "write required: [name] beside 'properties'")
        }
        let properties = schema["properties"]?.object ?? [:]
        for (index, name) in names.enumerated() {
            let word = name.string ?? name.text
            if name.string == nil || properties[word] == nil {
                problems.append(
                    SchemaProblem(
                        .error, "invalid_schema", at: place + [.key("required"), .index(index)],
                        "'\(word)' is required, and 'properties' has no such parameter",
                        suggestion: NearestWord.suggestion(for: word, among: properties.keys)))
            }
        }
    }

    /// The values that a schema itself names: they have to fit it.
    private mutating func checkValues(_ schema: JSONValue, at place: Path) {
        if let list = schema["enum"], list.array?.isEmpty != false {
            return report(
                ["enum"], in: place,
                "'enum' must be a list of at least one value",
                "write the values, or remove it")
        }
        // A schema that is wrong by itself would only be told twice.
        guard let value = schema["default"],
            !problems.contains(where: { $0.severity == .error && $0.path.starts(with: place) })
        else { return }
        var check = SchemaCheck()
        let taken = check.value(value, schema: schema, path: "default")
        if let problem = check.problems.first {
            let reason = problem.replacing("parameter 'default': ", with: "it ", maxReplacements: 1)
            report(["default"], in: place, "the default does not fit: \(reason)")
        } else if taken != value {
            report(
                ["default"], in: place,
                "the default must be written as \(ArgumentWording.form(of: schema))",
                "write \(taken.text)")
        }
    }

    private mutating func checkKeywords(_ keywords: JSONObject, at place: Path) {
        for keyword in keywords.keys where Self.unchecked.contains(keyword) {
            warn(
                "unchecked_keyword", keyword, in: place,
                "'\(keyword)' has no effect here: models are told it, and no value is checked by it",
                Self.substitutes[keyword] ?? "remove it, or let the tool check its values")
        }
        // Short words are near too many others.
        for keyword in keywords.keys
        where keyword.utf8.count > 3 && !Self.keywords.contains(keyword) {
            guard let meant = NearestWord.of(keyword, among: Self.keywords) else { continue }
            warn(
                "unknown_keyword", keyword, in: place, "'\(keyword)' has no effect in a schema",
                "did you mean '\(meant)'?")
        }
    }

    /// Keywords of JSON Schema that bind values, and that the check of arguments does not know.
    private static let unchecked: Set<String> = [
        "multipleOf", "uniqueItems", "allOf", "not", "if", "nullable", "$ref",
        "prefixItems", "contains", "minProperties", "maxProperties", "propertyNames",
        "patternProperties", "dependentRequired",
    ]

    private static let substitutes = [
        "nullable": "write type: [string, 'null'], or what it is",
        "$ref": "write the schema itself in its place",
        "allOf": "write all of it in one schema",
    ]

    private static let keywords: Set<String> = [
        "type", "properties", "required", "additionalProperties", "items", "enum", "const",
        "default", "description", "title", "example", "examples", "format", "pattern", "minimum",
        "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
        "maxItems", "uniqueItems", "anyOf", "oneOf", "allOf", "not", "nullable", "deprecated",
        "readOnly", "writeOnly", "if", "then", "else", "$ref", "$defs", "definitions", "$schema",
        "$id", "$comment", "prefixItems", "contains", "minProperties", "maxProperties",
        "propertyNames", "patternProperties", "dependentRequired", "contentMediaType",
        "contentEncoding", TextTransform.keyword,
    ]
}
