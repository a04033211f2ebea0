import CrewKit
import NIOHTTP1

/// What a server answered, and what a model is told of it.
struct HTTPAnswer: Sendable {
    let host: String
    let status: Int
    let reason: String
    let headers: HTTPHeaders
    let body: [UInt8]

    /// Where it sends the caller instead.
    var redirection: String? {
        [301, 302, 303, 307, 308].contains(status) ? headers.first(name: "location") : nil
    }

    /// The text for the model.
    ///
    /// - Parameter path: where in a JSON document the text is.
    /// - Throws: a `ToolFailure` when the server said no, or when there is no text.
    func result(
        at path: AnswerPath?, for call: ToolInvocation, tool: ToolName
    ) async throws -> String {
        if let failure { throw failure }
        guard let path else { return try await text(for: call, tool: tool) }
        let document: JSONValue
        do {
            document = try body.withUnsafeBufferPointer { try JSONValue(parsing: $0) }
        } catch {
            throw ToolFailure(.parse, "'\(host)' answered with something that is no JSON")
        }
        return try path.text(in: document)
    }

    /// What is no text is kept beside the run, where somebody keeps such things.
    private func text(for call: ToolInvocation, tool: ToolName) async throws -> String {
        if isText { return String(decoding: body, as: UTF8.self) }
        let type = mediaType.isEmpty ? "application/octet-stream" : mediaType
        guard let artifacts = call.artifacts else {
            throw ToolFailure(.parse, "'\(host)' answered with \(type), which is no text")
        }
        let name = "\(tool)-\(call.call)".map {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) ? $0 : "_"
        }
        let kept = "http-\(String(name.prefix(150)))"
        try await artifacts.save(body, as: kept, mediaType: type)
        return "The answer is no text (\(type), \(body.count) bytes); it is kept as '\(kept)'."
    }

    private var mediaType: String {
        let type = (headers.first(name: "content-type") ?? "").prefix { $0 != ";" }.lowercased()
        return String(type.filter { $0 != " " })
    }

    private var isText: Bool {
        if let encoding = headers.first(name: "content-encoding")?.lowercased(),
            encoding != "identity"
        {
            return false
        }
        let type = mediaType
        if type.isEmpty {
            return !body.contains(0) && String(validating: body, as: UTF8.self) != nil
        }
        return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
            || [
                "application/json", "application/xml", "application/javascript",
                "application/yaml", "application/x-yaml", "application/x-ndjson",
                "application/x-www-form-urlencoded", "application/graphql", "application/sql",
            ].contains(type)
    }

    private var failure: ToolFailure? {
        guard !(200..<300).contains(status) else { return nil }
        var failure = ToolFailure(kind, "'\(host)' answered \(status) \(reason)")
        if isText, !body.isEmpty {
            failure.message += ":\n" + String(decoding: body.prefix(2_048), as: UTF8.self)
        }
        if failure.mayPass, let wait = headers.first(name: "retry-after") {
            failure.hint =
                "It asks to wait: \(wait.prefix(40))" + (Int(wait) == nil ? "" : " s") + "."
            failure.action = .tryLater
            failure.retryAfterSeconds = Int(wait).map { min(max(0, $0), 86_400) }
        }
        // It says that it did not look at the request.
        failure.isWithoutEffect = status == 429
        return failure
    }

    private var kind: ToolFailure.Kind {
        switch status {
        case 401, 403, 407, 451: .permission
        case 404, 410: .notFound
        case 408, 425, 429, 503: .unavailable
        case 400..<500: .parameter
        case 501, 505: .commandFailed
        case 500...: .system
        default: .commandFailed
        }
    }
}
