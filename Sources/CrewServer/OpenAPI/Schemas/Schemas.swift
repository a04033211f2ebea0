import CrewKit

/// The schemas that the document's operations refer to, by name.
enum Schemas {
    static let all: JSONObject = JSONObject(
        (runs + events + crews + spending + server).map { ($0.key, $0.value) })

    typealias Named = KeyValuePairs<String, JSONValue>

    private static func + (left: Named, right: Named) -> [(key: String, value: JSONValue)] {
        Array(left) + Array(right)
    }

    private static func + (
        left: [(key: String, value: JSONValue)], right: Named
    ) -> [(key: String, value: JSONValue)] {
        left + Array(right)
    }
}
