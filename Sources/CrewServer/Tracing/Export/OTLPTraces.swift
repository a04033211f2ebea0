import CrewKit

import struct Foundation.Date

/// Writes spans as collectors take them over HTTP.
///
/// Source: OpenTelemetry protocol 1.11, JSON: ids are hexadecimal, enumerations are numbers, 64-bit
/// numbers are texts.
struct OTLPTraces: Sendable {
    /// Who sends.
    let resource: [(name: String, value: String)]
    let version: String

    /// A request's body.
    func body(_ spans: [Span]) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(document(spans))
        return writer.bytes
    }

    func document(_ spans: [Span]) -> JSONValue {
        let attributes = resource.map { Self.member($0.name, ["stringValue": .string($0.value)]) }
        return [
            "resourceSpans": [
                [
                    "resource": ["attributes": .array(attributes)],
                    "scopeSpans": [
                        [
                            "scope": ["name": "swift-crew", "version": .string(version)],
                            "schemaUrl": .string(SpanAttribute.schemaURL),
                            "spans": .array(spans.map(Self.json)),
                        ]
                    ],
                ]
            ]
        ]
    }

    private static func json(_ span: Span) -> JSONValue {
        var members: JSONObject = [
            "traceId": .string(span.traceID), "spanId": .string(span.spanID),
        ]
        members["parentSpanId"] = span.parentID.map { .string($0) }
        members["traceState"] = span.state.map { .string($0) }
        members["flags"] = .integer(flags(of: span))
        members["name"] = .string(span.name)
        members["kind"] = .integer(span.kind.rawValue)
        members["startTimeUnixNano"] = nanoseconds(span.start)
        members["endTimeUnixNano"] = nanoseconds(span.end)
        members["attributes"] = json(span.attributes)
        if !span.events.isEmpty { members["events"] = .array(span.events.map(json)) }
        if span.droppedEvents > 0 { members["droppedEventsCount"] = .integer(span.droppedEvents) }
        if let error = span.error {
            members["status"] = ["code": 2, "message": .string(error)]
        } else {
            members["status"] = ["code": 0]
        }
        return .object(members)
    }

    /// Sampled; whether the parent is another system's is known, and said.
    private static func flags(of span: Span) -> Int { 0x101 | (span.isRemoteParent ? 0x200 : 0) }

    private static func json(_ event: Span.Event) -> JSONValue {
        [
            "timeUnixNano": nanoseconds(event.time), "name": .string(event.name),
            "attributes": json(event.attributes),
        ]
    }

    private static func json(_ attributes: SpanAttributes) -> JSONValue {
        .array(attributes.members.map { member($0.name.rawValue, json($0.value)) })
    }

    private static func json(_ value: SpanAttributes.Value) -> JSONValue {
        switch value {
        case .text(let text): ["stringValue": .string(text)]
        case .integer(let number): ["intValue": .string(String(number))]
        case .number(let number): ["doubleValue": .number(number)]
        case .flag(let flag): ["boolValue": .bool(flag)]
        case .texts(let texts):
            ["arrayValue": ["values": .array(texts.map { ["stringValue": .string($0)] })]]
        }
    }

    private static func member(_ name: String, _ value: JSONValue) -> JSONValue {
        ["key": .string(name), "value": value]
    }

    /// Since 1970; what was before, or cannot be said, is the beginning.
    private static func nanoseconds(_ time: Date) -> JSONValue {
        // Microseconds are what a double holds of a present time.
        let micros = (max(0, time.timeIntervalSince1970) * 1e6).rounded()
        return .string(
            String(
                (UInt64(exactly: micros) ?? 0).multipliedReportingOverflow(by: 1_000).partialValue))
    }
}
