import CrewKit
import Foundation
import Testing

/// Source: W3C Trace Context, section 3.2.
@Suite("Trace context")
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test("Reads a traceparent and writes the same one")
    func valid() throws {
        let text = "00-\(Self.trace)-\(Self.span)-01"
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceID == Self.trace)
        #expect(context.spanID == Self.span)
        #expect(context.isSampled)
        #expect(context.traceparent == text)
    }

    @Test(
        "Only the first flag says whether the trace is recorded",
        arguments: [("00", false), ("01", true), ("02", false), ("03", true), ("ff", true)])
    func flags(flags: String, isSampled: Bool) {
        let context = TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-\(flags)")
        #expect(context?.isSampled == isSampled)
    }

    @Test(
        "A later version may say more behind the flags",
        arguments: [
            "01-\(trace)-\(span)-01", "01-\(trace)-\(span)-01-more", "cc-\(trace)-\(span)-00-",
        ])
    func laterVersion(text: String) {
        #expect(TraceContext(traceparent: text)?.traceID == Self.trace)
    }

    @Test(
        "Refuses what is no traceparent",
        arguments: [
            "", "00", "00-\(trace)", "00-\(trace)-\(span)", "00-\(trace)-\(span)-",
            "ff-\(trace)-\(span)-01", "FF-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-01-",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace.dropLast())-\(span)-01", "00-\(trace)0-\(span)-01",
            "00-\(trace)-\(span.dropLast())-01", "00-\(trace)-\(span)0-01",
            "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-001", "00-\(trace)-\(span)-0g",
            "0-\(trace)-\(span)-01", "0x-\(trace)-\(span)-01", "00_\(trace)_\(span)_01",
            " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01 ", "00-\(trace)-\(span)-01,00",
            "01-\(trace)-\(span)-01.more",
        ])
    func invalid(text: String) { #expect(TraceContext(traceparent: text) == nil) }

    @Test("Keeps the state of other systems as it came, unless it is too long")
    func state() {
        let parent = "00-\(Self.trace)-\(Self.span)-01"
        let context = TraceContext(traceparent: parent, tracestate: "a=1,b=2")
        #expect(context?.state == "a=1,b=2")
        #expect(context?.at("1111111111111111").state == "a=1,b=2")
        let long = TraceContext(
            traceparent: parent, tracestate: String(repeating: "a", count: 513))
        #expect(long != nil)
        #expect(long?.state == nil)
    }

    @Test("Parts of a run have ids that differ, and are the same each time")
    func parts() {
        let parts: [TraceContext.SpanPart] = [
            .stretch(from: 1), .stretch(from: 2), .turn(2), .modelCall(2), .toolCall("c", nil),
            .toolCall("c", "b"), .toolCall("d", nil),
        ]
        let ids = ["run-1", "run-2"].flatMap { run in
            parts.map { TraceContext.spanID(of: RunID(run), $0) }
        }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.utf8.count == 16 && $0 != "0000000000000000" })
        #expect(TraceContext.spanID(of: "run-1", .turn(2)) == ids[2])
    }

    @Test("Is stored and read again")
    func coding() throws {
        let origin = RunOrigin(
            requestID: "r",
            trace: TraceContext(
                traceparent: "00-\(Self.trace)-\(Self.span)-01", tracestate: "a=1"))
        let data = try JSONEncoder().encode(origin)
        #expect(try JSONDecoder().decode(RunOrigin.self, from: data) == origin)
    }
}
