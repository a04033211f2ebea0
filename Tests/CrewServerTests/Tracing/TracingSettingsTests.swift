import CrewKit
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Tracing settings")
struct TracingSettingsTests {
    private static let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318/"]

    private func settings(_ more: [String: String] = [:]) throws -> TracingSettings {
        try #require(
            try TracingSettings(environment: Self.endpoint.merging(more) { $1 }))
    }

    @Test(
        "Nothing is sent unless there is an address, nor where it is turned off",
        arguments: [
            [:], ["OTEL_EXPORTER_OTLP_ENDPOINT": ""],
            endpoint.merging(["OTEL_SDK_DISABLED": "TRUE"]) { $1 },
            endpoint.merging(["OTEL_TRACES_EXPORTER": "none"]) { $1 },
        ] as [[String: String]])
    func off(environment: [String: String]) throws {
        #expect(try TracingSettings(environment: environment) == nil)
    }

    @Test("Reads OpenTelemetry's variables; those of traces count before the common ones")
    func reading() throws {
        let usual = try settings()
        #expect(usual.endpoint == "http://127.0.0.1:4318/v1/traces")
        #expect(usual.resource.map(\.value) == ["crew"])
        #expect(usual.sampler == .usual)
        #expect(!usual.capturesContent)
        #expect(usual.warnings.isEmpty)
        let all = try settings([
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://host/x",
            "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20k, x = y",
            "OTEL_SERVICE_NAME": "desk", "OTEL_RESOURCE_ATTRIBUTES": "a=b%2Cc,service.name=no",
            "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only",
            "OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "50",
            "OTEL_BSP_SCHEDULE_DELAY": "200", "OTEL_EXPORTER_OTLP_TIMEOUT": "100",
        ])
        #expect(all.endpoint == "https://host/x")
        #expect(all.headers.first { $0.name == "authorization" }?.value == "Bearer k")
        #expect(all.resource.map { "\($0.name)=\($0.value)" } == ["service.name=desk", "a=b,c"])
        #expect(all.sampler == TraceSampler(share: 0.25, followsParent: false))
        #expect(all.capturesContent)
        #expect(all.queueLength == 10)
        #expect(all.batchSize == 10)
        #expect(all.delay == .milliseconds(200))
        #expect(all.timeout == .milliseconds(100))
    }

    @Test(
        "Says what it does otherwise than asked",
        arguments: [
            ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"], ["OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"],
            ["OTEL_TRACES_SAMPLER": "jaeger_remote"], ["OTEL_BSP_MAX_QUEUE_SIZE": "many"],
            ["OTEL_EXPORTER_OTLP_CERTIFICATE": "x"],
        ])
    func warnings(environment: [String: String]) throws {
        #expect(try settings(environment).warnings.count == 1)
    }

    @Test("Refuses an address that is none", arguments: ["localhost:4318", "ftp://x", "http://"])
    func address(text: String) {
        #expect(throws: CrewError.self) {
            try TracingSettings(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": text])
        }
    }

    @Test("A sampler takes its share, follows who began the trace, and decides the same each time")
    func sampler() {
        let ids = (0..<4_000).map { number in
            TraceContext.of(RunID("run-\(number)"), isSampled: true).traceID
        }
        let quarter = TraceSampler(share: 0.25, followsParent: true)
        let taken = ids.count { quarter.samples($0, parent: nil) }
        #expect((900...1_100).contains(taken))
        #expect(
            ids.count { TraceSampler(share: 0, followsParent: true).samples($0, parent: nil) } == 0)
        #expect(ids.count { TraceSampler.usual.samples($0, parent: nil) } == ids.count)
        let on = TraceContext.of("r", isSampled: true)
        let off = TraceContext.of("r", isSampled: false)
        let never = TraceSampler(share: 0, followsParent: true)
        let always = TraceSampler(share: 1, followsParent: false)
        #expect(never.samples(on.traceID, parent: on))
        #expect(!TraceSampler.usual.samples(off.traceID, parent: off))
        #expect(always.samples(off.traceID, parent: off))
    }

    @Test("A span is written as collectors read it: hexadecimal ids, numbers as they want them")
    func encoding() throws {
        var span = Span(
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7",
            parentID: "00f067aa0ba902b8", state: "a=1", name: "n",
            start: Date(timeIntervalSince1970: 1_795_214_000.25))
        span.kind = .client
        span.attributes[.inputTokens] = .integer(42)
        span.attributes[.cost] = .number(0.5)
        span.attributes[.isStream] = .flag(true)
        span.attributes[.finishReasons] = .texts(["stop"])
        span.fail("timeout")
        let document = OTLPTraces(resource: [("service.name", "crew")], version: "1")
            .document([span])
        let scope = document["resourceSpans"]?.array?.first?["scopeSpans"]?.array?.first
        let written = try #require(scope?["spans"]?.array?.first)
        #expect(written["kind"] == 3)
        #expect(written["flags"] == 0x101)
        #expect(written["startTimeUnixNano"] == "1795214000250000000")
        #expect(written["parentSpanId"] == "00f067aa0ba902b8")
        #expect(written["traceState"] == "a=1")
        #expect(written["status"] == ["code": 2, "message": "timeout"])
        let values = (written["attributes"]?.array ?? []).map { $0["value"] }
        #expect(
            values == [
                ["intValue": "42"], ["doubleValue": 0.5], ["boolValue": true],
                ["arrayValue": ["values": [["stringValue": "stop"]]]],
                ["stringValue": "timeout"],
            ])
        #expect(scope?["schemaUrl"]?.string == SpanAttribute.schemaURL)
    }
}
