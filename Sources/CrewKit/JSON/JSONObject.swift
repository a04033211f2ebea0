/// The members of a JSON object, in the order in which they were written.
///
/// Order matters to us: positional arguments of a text tool call are mapped through the order of a
/// schema's properties. Two objects are equal when they hold the same members in any order.
/// Objects here are small, so look-up is a scan; of a repeated key the last one counts.
public struct JSONObject: Sendable {
    private var members: [(key: String, value: JSONValue)]

    public init() { members = [] }

    public init(_ members: [(String, JSONValue)]) {
        self.members = members.map { (key: $0.0, value: $0.1) }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    public subscript(key: String) -> JSONValue? {
        get { members.last { $0.key == key }?.value }
        set {
            let index = members.lastIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (.some, nil): members.removeAll { $0.key == key }
            case (nil, let value?): members.append((key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The members by key, of a repeated key the last one: equal objects have equal ones.
    var canonicalMembers: [(key: String, value: JSONValue)] {
        byKey.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
    }

    /// Adds a member without looking for an earlier one of that name.
    mutating func append(_ key: String, _ value: JSONValue) {
        members.append((key: key, value: value))
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> {
        members.makeIterator()
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: Hashable {
    private var byKey: [String: JSONValue] {
        Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.byKey == right.byKey
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(byKey) }
}
