import CrewKit
import NIOCore

/// Writes frames of an event stream, one after the other, straight into bytes.
///
/// A frame is `begin`, any number of `field`s of its metadata, `end`.
struct FrameWriter {
    private var json = JSONWriter()
    private var hasMetadata = false

    /// The frames written so far; the writer begins anew.
    mutating func take() -> ByteBuffer {
        defer { json = JSONWriter() }
        return ByteBuffer(bytes: json.bytes)
    }

    mutating func begin(_ type: StaticString, agent: String, content: String, time: String) {
        json.write(raw: "data: {\"type\":\"")
        json.write(raw: type)
        json.write(raw: "\",\"agent\":")
        json.write(agent)
        json.write(raw: ",\"content\":")
        json.write(content)
        json.write(raw: ",\"timestamp\":")
        json.write(time)
        json.write(raw: ",\"metadata\":")
        hasMetadata = false
    }

    mutating func end(id: Int) {
        json.write(raw: hasMetadata ? "}}\nid: " : "null}\nid: ")
        json.write(.integer(id))
        json.write(raw: "\n\n")
    }

    mutating func field(_ name: StaticString, _ value: JSONValue) {
        key(name)
        json.write(value)
    }

    mutating func field(_ name: StaticString, _ text: String) {
        key(name)
        json.write(text)
    }

    mutating func field(_ name: StaticString, _ number: Int) {
        key(name)
        json.write(.integer(number))
    }

    /// An absent value is a member that is not there.
    mutating func field(_ name: StaticString, ifPresent text: String?) {
        if let text { field(name, text) }
    }

    /// What the request of a run is found again by.
    mutating func fields(of origin: RunOrigin?) {
        field("request_id", ifPresent: origin?.requestID)
        field("trace_id", ifPresent: origin?.trace?.traceID)
    }

    private mutating func key(_ name: StaticString) {
        json.write(raw: hasMetadata ? ",\"" : "{\"")
        hasMetadata = true
        json.write(raw: name)
        json.write(raw: "\":")
    }
}
