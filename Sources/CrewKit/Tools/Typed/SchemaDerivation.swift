/// Derives the JSON Schema of a type from the way it decodes itself.
///
/// The type is asked to decode from nothing: what it asks for, in which order and as what, is its
/// schema. No macro is needed, and a type cannot say one thing and decode another.
enum SchemaDerivation {
    /// - Throws: `invalid_definition` when the type's decoding cannot be followed.
    static func schema<Value: Decodable>(of type: Value.Type) throws(CrewError) -> JSONValue {
        do {
            return try SchemaProbe(path: "\(type)", enclosing: []).look(at: type).schema
        } catch let error as CrewError {
            throw error
        } catch {
            throw CrewError(
                .invalidDefinition, "the schema of \(type) cannot be derived: \(error)",
                cause: error)
        }
    }
}

/// Looks at one value of a type that is being derived.
struct SchemaProbe {
    /// Where it stands, for messages: `Input.filter.tags`.
    let path: String
    /// The types around it, so that a type that holds itself is noticed.
    let enclosing: [ObjectIdentifier]

    struct Finding<Value> {
        let schema: JSONValue
        /// Any value of the type, to go on decoding with.
        let value: Value
    }

    func look<Value: Decodable>(at type: Value.Type) throws -> Finding<Value> {
        if let known = SchemaKnownTypes.finding(for: type) { return known }
        if let listed = try listed(type) { return listed }
        guard !enclosing.contains(ObjectIdentifier(type)) else {
            throw failure("\(type) holds itself")
        }
        if let map = type as? any StringMap.Type, let value = map.empty as? Value {
            return Finding(schema: try map.schema(probe: self), value: value)
        }
        let record = SchemaRecord()
        let decoder = SchemaProbeDecoder(
            probe: SchemaProbe(path: path, enclosing: enclosing + [ObjectIdentifier(type)]),
            record: record)
        let value: Value
        do {
            value = try type.init(from: decoder)
        } catch let error as CrewError {
            throw error
        } catch {
            throw failure("decoding \(type) from sample values failed; \(advice(for: type))")
        }
        return Finding(schema: record.schema, value: value)
    }

    /// The schema of an enumeration whose cases are texts or numbers.
    private func listed<Value: Decodable>(_ type: Value.Type) throws -> Finding<Value>? {
        guard let listed = type as? any (CaseIterable & RawRepresentable).Type else { return nil }
        func open<Listed: CaseIterable & RawRepresentable>(
            _ type: Listed.Type
        ) throws -> Finding<Value>? {
            let cases = Array(type.allCases)
            guard let first = cases.first as? Value else {
                throw failure("\(type) has no cases")
            }
            let texts = cases.compactMap { $0.rawValue as? String }
            if texts.count == cases.count {
                let words = texts.map { JSONValue.string($0) }
                return Finding(schema: ["type": "string", "enum": .array(words)], value: first)
            }
            let numbers = cases.compactMap { $0.rawValue as? any BinaryInteger }
            guard numbers.count == cases.count else { return nil }
            let values = numbers.map { JSONValue.integer(Int(truncatingIfNeeded: $0)) }
            return Finding(schema: ["type": "integer", "enum": .array(values)], value: first)
        }
        return try open(listed)
    }

    private func advice(for type: Any.Type) -> String {
        type is any RawRepresentable.Type
            ? "an enumeration must be CaseIterable with String or integer cases"
            : "use a struct of plain values, arrays, dictionaries and enumerations that are CaseIterable"
    }

    func failure(_ problem: String) -> CrewError {
        CrewError(.invalidDefinition, "the schema of \(path) cannot be derived: \(problem)")
    }

    func member(_ key: any CodingKey) -> SchemaProbe {
        SchemaProbe(path: "\(path).\(key.stringValue)", enclosing: enclosing)
    }
}

/// A dictionary by text, whose decoding asks for no key.
private protocol StringMap {
    static var empty: Any { get }
    static func schema(probe: SchemaProbe) throws -> JSONValue
}

extension Dictionary: StringMap where Key == String, Value: Decodable {
    static var empty: Any { Self() }

    static func schema(probe: SchemaProbe) throws -> JSONValue {
        ["type": "object", "additionalProperties": try probe.look(at: Value.self).schema]
    }
}
