import CrewKit
import Foundation
import HTTPTypes
import Hummingbird

/// `/metrics`: all figures for Prometheus, or the original's as JSON.
struct MetricsRoute: Sendable {
    private enum Format: String, CaseIterable {
        case prometheus, json
    }

    let figures: ServerFigures
    let startedAt: Date

    var endpoints: [Endpoint] {
        [HTTPRequest.Method.get, .head].map { method in
            Endpoint(method, "/metrics", .metrics) { request, _ in
                let response = try respond(to: request)
                return method == .head ? response.createHeadResponse() : response
            }
        }
    }

    func respond(to request: Request) throws -> Response {
        let asked = try StrictMembers(QueryString(request.uri.query), names: ["format"])
        switch try asked.choice("format", Format.self) ?? .prometheus {
        case .json: return document
        case .prometheus:
            let dialect = Self.dialect(for: request.headers[.accept] ?? "")
            let text = MetricsText(figures.families(), in: dialect).text
            return Self.response(text, dialect.contentType)
        }
    }

    private var document: Response {
        let agents = (figures.crews?.all ?? []).flatMap { $0.runner.crew.definition.agents }
        let document = OriginalDocument(
            figures: figures.book.original, process: .read(),
            lookups: figures.options.cacheLookups(), startedAt: startedAt,
            updatedAt: figures.options.now(),
            names: Dictionary(
                agents.map { ($0.id.rawValue, $0.name) }, uniquingKeysWith: { first, _ in first }))
        return Self.response(IndentedJSON.text(document.json) + "\n", "application/json")
    }

    private static func response(_ text: String, _ contentType: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// OpenMetrics for whoever names it and likes it at least as well as plain text.
    static func dialect(for accept: String) -> MetricsText.Dialect {
        var (open, plain) = (0.0, 0.0)
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";")
                .map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            let weight =
                parts.dropFirst().first { $0.hasPrefix("q=") }
                .flatMap { Double($0.dropFirst(2)) } ?? 1
            switch parts.first {
            case "application/openmetrics-text": open = max(open, weight)
            case "text/plain": plain = max(plain, weight)
            default: break
            }
        }
        return open > 0 && open >= plain ? .openMetrics : .prometheus
    }
}
