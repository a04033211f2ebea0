import CrewKit

/// Writes a request's body member by member.
///
/// What a model's options add stands at the end; a member of the same name replaces ours, and one
/// that is null leaves ours out.
struct RequestBodyWriter {
    private var json = JSONWriter()
    private let extras: JSONObject
    private var isFirst = true

    init(extras: JSONObject) {
        self.extras = extras
        json.write(raw: "{")
    }

    mutating func member(_ name: String, _ write: (inout JSONWriter) -> Void) {
        guard extras[name] == nil else { return }
        begin(name)
        write(&json)
    }

    mutating func member(_ name: String, _ value: JSONValue) {
        member(name) { $0.write(value) }
    }

    /// The whole body.
    mutating func finish() -> [UInt8] {
        for (name, value) in extras where !value.isNull {
            begin(name)
            json.write(value)
        }
        json.write(raw: "}")
        return json.bytes
    }

    private mutating func begin(_ name: String) {
        if !isFirst { json.write(raw: ",") }
        isFirst = false
        json.write(name)
        json.write(raw: ":")
    }
}

extension JSONWriter {
    /// Writes an array, element by element.
    mutating func array<Element>(
        _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        self.write(raw: "[")
        var isFirst = true
        for element in elements {
            if !isFirst { self.write(raw: ",") }
            isFirst = false
            write(&self, element)
        }
        self.write(raw: "]")
    }
}
