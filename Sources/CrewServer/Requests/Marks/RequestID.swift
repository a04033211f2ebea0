import CrewKit
import HTTPTypes

/// The id by which a request is found again.
enum RequestID {
    static var field: HTTPField.Name? { HTTPField.Name("X-Request-ID") }

    /// What the client calls its request; absent when it says nothing, or what no id can be.
    ///
    /// It is written into logs and answers, so nothing but plain characters is taken.
    static func written(in headers: HTTPFields) -> String? {
        guard let field, headers[values: field].count == 1, let id = headers[field],
            WrittenID.isWellFormed(id)
        else { return nil }
        return id
    }
}

extension TraceContext {
    /// The place in a trace that a request says it has; absent when it has none that counts.
    ///
    /// Source: W3C Trace Context, sections 3.2 and 3.3. What cannot be read is no error: the request
    /// begins a trace of its own then, and `tracestate` means nothing.
    init?(_ headers: HTTPFields) {
        guard let parentField = HTTPField.Name("traceparent"),
            let stateField = HTTPField.Name("tracestate")
        else { return nil }
        let parents = headers[values: parentField]
        guard parents.count == 1 else { return nil }
        let states = headers[values: stateField].joined(separator: ",")
        self.init(
            traceparent: parents[0].trimmingBlanks, tracestate: Self.isState(states) ? states : nil)
    }

    /// A trace that begins here.
    static func begun(with bits: @Sendable () -> UInt64) -> TraceContext {
        TraceContext(
            traceID: number(bits()) + number(bits()), spanID: number(bits()), isSampled: false)
    }

    /// The same trace at a span of this server.
    func continued(with bits: @Sendable () -> UInt64, isSampled: Bool) -> TraceContext {
        TraceContext(
            traceID: traceID, spanID: Self.number(bits()), isSampled: isSampled, state: state)
    }

    /// At most 32 members; nothing that could break a header apart.
    private static func isState(_ text: String) -> Bool {
        text.split(separator: ",").count <= 32
            && text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
    }

    /// 16 digits that are not all zero.
    private static func number(_ bits: UInt64) -> String {
        let digits = String(max(bits, 1), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension String {
    /// Without blanks at the ends, as fields of a header may have them.
    fileprivate var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let head = drop(while: isBlank)
        guard let last = head.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(head[...last])
    }
}
