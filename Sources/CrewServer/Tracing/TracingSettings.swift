public import CrewKit

import struct Foundation.URL

/// Where spans are sent and which, as the environment says it in OpenTelemetry's words.
public struct TracingSettings: Sendable {
    /// The address that spans are posted to.
    public var endpoint: String
    /// Sent with each request; may hold secrets.
    public var headers: [(name: String, value: String)] = []
    /// Who sends, by names of the conventions.
    public var resource: [(name: String, value: String)] = [("service.name", "crew")]
    public var sampler = TraceSampler.usual
    /// Whether spans hold what was said.
    public var capturesContent = false
    /// Spans that wait to be sent; further ones are dropped.
    public var queueLength = 2_048
    /// Spans of one request.
    public var batchSize = 512
    /// How long spans wait for others to go along with.
    public var delay: Duration = .seconds(5)
    /// How long one request may take.
    public var timeout: Duration = .seconds(10)
    /// How long the last spans may take when the process ends.
    public var flushTime: Duration = .seconds(5)
    /// What the environment asks for and does not get, for people.
    public private(set) var warnings: [String] = []

    public init(endpoint: String) { self.endpoint = endpoint }

    /// - Returns: `nil` when spans are sent nowhere, which is so unless an address is given.
    /// - Throws: `invalidInput` for an address that is none.
    public init?(environment: [String: String]) throws(CrewError) {
        func value(_ name: String) -> String? {
            environment["OTEL_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
        }
        guard value("SDK_DISABLED")?.lowercased() != "true" else { return nil }
        let exporter = value("TRACES_EXPORTER") ?? "otlp"
        guard exporter.split(separator: ",").contains("otlp") else { return nil }
        let own = value("EXPORTER_OTLP_TRACES_ENDPOINT")
        guard let written = own ?? value("EXPORTER_OTLP_ENDPOINT") else { return nil }
        guard let url = URL(string: written), url.host()?.isEmpty == false,
            url.scheme == "http" || url.scheme == "https"
        else {
            throw CrewError(
                .invalidInput,
                "OTEL_EXPORTER_OTLP_ENDPOINT: '\(written)' is not an http or https address")
        }
        let base = written.hasSuffix("/") ? String(written.dropLast()) : written
        endpoint = own ?? base + "/v1/traces"
        read(value)
    }
}

extension TracingSettings {
    private typealias Reading = (String) -> String?

    private mutating func read(_ value: Reading) {
        func ofTraces(_ name: String) -> String? {
            value("EXPORTER_OTLP_TRACES_\(name)") ?? value("EXPORTER_OTLP_\(name)")
        }
        headers = Self.pairs(ofTraces("HEADERS") ?? "").map { ($0.name.lowercased(), $0.value) }
        readResource(value)
        sampler = readSampler(value) ?? .usual
        if let wanted = ofTraces("PROTOCOL"), wanted != "http/json" {
            warnings.append("spans are sent as http/json; '\(wanted)' is not spoken here")
        }
        if let wanted = ofTraces("COMPRESSION"), wanted != "none" {
            warnings.append("spans are sent as they are; compression '\(wanted)' is not done here")
        }
        if ofTraces("CERTIFICATE") != nil {
            warnings.append("OTEL_EXPORTER_OTLP_CERTIFICATE is not read; the system's roots count")
        }
        let wish = value("INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")?.uppercased()
        capturesContent = wish == "SPAN_ONLY" || wish == "SPAN_AND_EVENT"
        func number(_ name: String, _ text: String?, in range: ClosedRange<Int>) -> Int? {
            guard let text else { return nil }
            if let number = Int(text), range.contains(number) { return number }
            warnings.append(
                "OTEL_\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        let hour = 3_600_000
        queueLength =
            number("BSP_MAX_QUEUE_SIZE", value("BSP_MAX_QUEUE_SIZE"), in: 1...1_000_000)
            ?? queueLength
        batchSize =
            number("BSP_MAX_EXPORT_BATCH_SIZE", value("BSP_MAX_EXPORT_BATCH_SIZE"), in: 1...10_000)
            ?? batchSize
        batchSize = min(batchSize, queueLength)
        if let millis = number("BSP_SCHEDULE_DELAY", value("BSP_SCHEDULE_DELAY"), in: 1...hour) {
            delay = .milliseconds(millis)
        }
        if let millis = number("EXPORTER_OTLP_TIMEOUT", ofTraces("TIMEOUT"), in: 1...hour) {
            timeout = .milliseconds(millis)
        }
    }

    private mutating func readResource(_ value: Reading) {
        let given = Self.pairs(value("RESOURCE_ATTRIBUTES") ?? "")
        let name =
            value("SERVICE_NAME") ?? given.first { $0.name == "service.name" }?.value ?? "crew"
        resource = [("service.name", name)] + given.filter { $0.name != "service.name" }
    }

    private mutating func readSampler(_ value: Reading) -> TraceSampler? {
        guard let word = value("TRACES_SAMPLER") else { return nil }
        let share = value("TRACES_SAMPLER_ARG").flatMap { Double($0) } ?? 1
        switch word {
        case "always_on": return TraceSampler(share: 1, followsParent: false)
        case "always_off": return TraceSampler(share: 0, followsParent: false)
        case "traceidratio": return TraceSampler(share: share, followsParent: false)
        case "parentbased_always_on": return .usual
        case "parentbased_always_off": return TraceSampler(share: 0, followsParent: true)
        case "parentbased_traceidratio": return TraceSampler(share: share, followsParent: true)
        default:
            warnings.append(
                "OTEL_TRACES_SAMPLER: '\(word)' is no sampler; parentbased_always_on counts")
            return nil
        }
    }

    /// `name=value,name=value`, with `%XX` in values.
    private static func pairs(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: ",").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map {
                $0.trimmingPrefix(while: \.isWhitespace)
            }
            guard parts.count == 2, !parts[0].isEmpty,
                let value = PercentEncoding.decode(parts[1].utf8[...])
            else { return nil }
            return (String(parts[0]), value)
        }
    }
}
