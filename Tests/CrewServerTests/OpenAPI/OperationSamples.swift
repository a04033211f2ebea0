import CrewKit
import HTTPTypes
import NIOCore

@testable import CrewServer

/// Requests for one operation, made of its description.
struct OperationSamples {
    struct Sample: CustomStringConvertible, Sendable {
        var uri: String
        var headers: HTTPFields = [:]
        var body: ByteBuffer?

        var description: String {
            "\(uri) \(headers) \(body.map { String(buffer: $0).prefix(200) } ?? "-")"
        }
    }

    private let operation: DescribedOperation
    /// What exists, by the name that a path gives it.
    private let names: [String: [String]]
    private let samples: SchemaSamples

    init(_ operation: DescribedOperation, names: [String: [String]]) {
        self.operation = operation
        self.names = names
        samples = SchemaSamples(of: operation.document)
    }

    /// Each parameter and each member by itself, at every place.
    var fitting: [Sample] {
        var found: [Sample] = []
        for uri in uris {
            let plain = Sample(uri: uri, body: operation.bodySchema.flatMap(leastBody))
            found.append(plain)
            for parameter in operation.parameters {
                for value in samples.fitting(parameter["schema"] ?? .null) {
                    if let sample = plain.with(parameter, value) { found.append(sample) }
                }
            }
            if operation.json.text.contains("text/event-stream") {
                // What is new comes as a stream; after the last event nothing is.
                found.append(plain.with("accept", "text/event-stream"))
                found.append(
                    plain.with("accept", "text/event-stream").with("last-event-id", "9999"))
            }
            for run in names["run"] ?? [] where operation.path == "/api/crew/stream" {
                found.append(Sample(uri: "\(uri)?run_id=\(run)"))
                found.append(Sample(uri: "\(uri)?run_id=\(run)&after=9999"))
            }
            for body in operation.bodySchema.map(samples.fitting) ?? [] {
                found.append(Sample(uri: uri, body: ByteBuffer(string: body.text)))
            }
        }
        return found
    }

    var unfitting: [Sample] {
        guard let uri = uris.first else { return [] }
        let plain = Sample(uri: uri, body: operation.bodySchema.flatMap(leastBody))
        var found: [Sample] = []
        for parameter in operation.parameters {
            // Whatever is written in a URL or a header is a text.
            for value in samples.unfitting(parameter["schema"] ?? .null) where value.isPlain {
                if value == "", parameter["in"] == "query" { continue }
                if parameter["schema"]?["type"] == "string", value.string == nil { continue }
                if let sample = plain.with(parameter, value) { found.append(sample) }
            }
        }
        if operation.path.hasPrefix("/v1/") {
            var odd = plain
            odd.uri += "?nonsense=1"
            found.append(odd)
        }
        guard let schema = operation.bodySchema else { return found }
        var texts = samples.unfitting(schema).map(\.text)
        texts += ["{", "[]", "5", "nonsense", #"{"a": 1}}"#, "{\"input\": \"\u{0}\"}"]
        texts.append("{\"x\": \"" + String(repeating: "x", count: 20_000) + "\"}")
        found += texts.map { Sample(uri: uri, body: ByteBuffer(string: $0)) }
        found.append(
            Sample(
                uri: uri, headers: [.contentType: "application/xml"],
                body: ByteBuffer(string: "<x/>")))
        return found
    }

    private func leastBody(_ schema: JSONValue) -> ByteBuffer? {
        samples.fitting(schema).first.map { ByteBuffer(string: $0.text) }
    }

    /// The path with every name that exists, and with one that does not.
    private var uris: [String] {
        var uris = [""]
        for segment in operation.path.split(separator: "/") {
            let isName = segment.hasPrefix("{")
            let values =
                isName ? names[String(segment.dropFirst().dropLast())] ?? [] : [String(segment)]
            uris = uris.flatMap { uri in values.map { "\(uri)/\($0)" } }
        }
        return uris.map { $0.isEmpty ? "/" : $0 }
    }
}

extension OperationSamples.Sample {
    func with(_ name: String, _ value: String) -> Self {
        var sample = self
        sample.headers[named: name] = value
        return sample
    }

    /// The request with a parameter; `nil` where it is part of the path.
    fileprivate func with(_ parameter: JSONValue, _ value: JSONValue) -> Self? {
        guard let name = parameter["name"]?.string else { return nil }
        let text = value.string ?? value.text
        switch parameter["in"]?.string {
        case "header": return text.isEmpty ? nil : with(name, text)
        case "query":
            var sample = self
            let bytes = text.utf8.map { byte in
                let hex = String(byte, radix: 16, uppercase: true)
                return "%" + (hex.count < 2 ? "0" + hex : hex)
            }
            sample.uri += "?\(name)=\(bytes.joined())"
            return sample
        default: return nil
        }
    }
}

extension JSONValue {
    /// Whether it can stand in a URL or a header.
    fileprivate var isPlain: Bool { object == nil && array == nil }
}
