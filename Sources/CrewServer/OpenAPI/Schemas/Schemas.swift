import CrewKit

/// The schemas that the document's operations refer to, by name.
enum Schemas {
    typealias Named = KeyValuePairs<String, JSONValue>

    static let all = JSONObject(
        [runs, events, crews, spending, server].flatMap { named in
            named.map { ($0.key, $0.value) }
        })
}
