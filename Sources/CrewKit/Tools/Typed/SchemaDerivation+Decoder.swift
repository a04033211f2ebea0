/// What a type asked for while it was decoded from nothing.
final class SchemaRecord {
    private var whole: JSONValue?
    private var properties = JSONObject()
    private var required: [String] = []
    private var optional: Set<String> = []
    private var isKeyed = false
    /// How many elements of a list were looked at: one is enough.
    var elements = 0

    func beginKeyed() { isKeyed = true }
    func mayBeAbsent(_ key: String) { optional.insert(key) }
    func isWhole(_ schema: JSONValue) { whole = schema }

    func add(_ key: String, _ schema: JSONValue) {
        if properties[key] == nil, !optional.contains(key) { required.append(key) }
        properties[key] = schema
    }

    var schema: JSONValue {
        if let whole, !isKeyed { return whole }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map(JSONValue.string)) }
        return .object(schema)
    }
}

/// A decoder without content, which writes down what is asked of it.
struct SchemaProbeDecoder: Decoder {
    let probe: SchemaProbe
    let record: SchemaRecord
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        record.beginKeyed()
        return KeyedDecodingContainer(SchemaKeyedProbe(probe: probe, record: record))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        SchemaListProbe(probe: probe, record: record)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        SchemaWholeProbe(probe: probe, record: record)
    }
}

private struct SchemaKeyedProbe<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: SchemaProbe
    let record: SchemaRecord
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    // Only what may be absent is asked for in these two ways.
    func contains(_ key: Key) -> Bool {
        record.mayBeAbsent(key.stringValue)
        return true
    }

    func decodeNil(forKey key: Key) -> Bool {
        record.mayBeAbsent(key.stringValue)
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let finding = try probe.member(key).look(at: type)
        if type is any OptionalValue.Type { record.mayBeAbsent(key.stringValue) }
        record.add(key.stringValue, finding.schema)
        return finding.value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw probe.member(key).failure("it is decoded in a container of its own")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw probe.member(key).failure("it is decoded in a container of its own")
    }

    func superDecoder() throws -> any Decoder { throw probe.failure("classes are not followed") }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        throw probe.member(key).failure("classes are not followed")
    }
}

private struct SchemaListProbe: UnkeyedDecodingContainer {
    let probe: SchemaProbe
    let record: SchemaRecord
    var codingPath: [any CodingKey] { [] }
    var count: Int? { nil }
    var isAtEnd: Bool { record.elements > 0 }
    var currentIndex: Int { record.elements }

    mutating func decodeNil() -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard record.elements == 0 else { throw probe.failure("it is a list of different values") }
        let finding = try probe.look(at: type)
        record.elements += 1
        record.isWhole(["type": "array", "items": finding.schema])
        return finding.value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        throw probe.failure("its elements are decoded in containers of their own")
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw probe.failure("its elements are decoded in containers of their own")
    }

    mutating func superDecoder() throws -> any Decoder {
        throw probe.failure("classes are not followed")
    }
}

private struct SchemaWholeProbe: SingleValueDecodingContainer {
    let probe: SchemaProbe
    let record: SchemaRecord
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let finding = try probe.look(at: type)
        record.isWhole(finding.schema)
        return finding.value
    }
}

private protocol OptionalValue {}
extension Optional: OptionalValue {}
