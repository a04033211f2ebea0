import CrewKit
import FoundationEssentials

/// What a server answered to a tool call, as text for the model.
///
/// Pictures, sounds and files are kept as artifacts of the run, and named in the text.
struct MCPResultText: Sendable {
    let result: JSONValue
    /// Begins the names of artifacts, so that two calls do not write one.
    let prefix: String
    let artifacts: RunArtifacts?

    init(_ result: JSONValue, of call: ToolInvocation, server: String, artifacts: RunArtifacts?) {
        self.result = result
        let key = String(call.call.rawValue.unicodeScalars.filter(Self.isPlain).prefix(60))
        prefix = "\(server)-\(key)-\(MCPToolName.hash(of: call.idempotencyKey))"
        self.artifacts = artifacts
    }

    /// Whether the server says that the call failed; the text tells why.
    var isError: Bool { result["isError"]?.bool ?? false }

    /// - Throws: what the store throws that keeps artifacts.
    func text() async throws -> String {
        var parts: [String] = []
        var texts: [String] = []
        for (index, block) in (result["content"]?.array ?? []).enumerated() {
            if block["type"]?.string == "text", let text = block["text"]?.string {
                texts.append(text)
                parts.append(text)
            } else {
                parts.append(try await note(on: block, number: index + 1))
            }
        }
        if let structured = result["structuredContent"], !structured.isNull,
            !Self.repeats(texts, structured)
        {
            parts.append(structured.text)
        }
        return parts.joined(separator: "\n")
    }

    /// Whether the texts say already what the structured content says.
    private static func repeats(_ texts: [String], _ structured: JSONValue) -> Bool {
        var forms = [structured]
        // A bare value is wrapped so, as older revisions allow only objects.
        if let members = structured.object, members.count == 1, let value = members["result"] {
            forms.append(value)
            // A list is told as one text for each of its elements.
            if let elements = value.array {
                let told = elements.map { $0.string ?? $0.text }
                if told == texts { return true }
                if elements == texts.compactMap({ try? JSONValue(parsing: $0) }) {  // not JSON
                    return true
                }
            }
        }
        return texts.contains { text in
            if forms.contains(.string(text)) { return true }
            // Text that is not JSON repeats nothing.
            guard let value = try? JSONValue(parsing: text) else { return false }  // as above
            return forms.contains(value)
        }
    }

    // MARK: Blocks besides text

    private func note(on block: JSONValue, number: Int) async throws -> String {
        switch block["type"]?.string {
        case "image", "audio":
            return try await keep(
                block["data"]?.string ?? "", kind: block["type"]?.string ?? "",
                mediaType: block["mimeType"]?.string, number: number)
        case "resource": return try await embedded(block["resource"] ?? .null, number: number)
        case "resource_link":
            let name = block["title"]?.string ?? block["name"]?.string ?? "resource"
            let about = block["description"]?.string.map { ": \($0)" } ?? ""
            return "[link to \(name)\(about): \(block["uri"]?.string ?? "no address")]"
        default: return "[content of an unknown type: \(block["type"]?.string ?? "none")]"
        }
    }

    private func embedded(_ resource: JSONValue, number: Int) async throws -> String {
        let address = resource["uri"]?.string ?? "no address"
        if let text = resource["text"]?.string { return "[resource \(address)]\n\(text)" }
        return try await keep(
            resource["blob"]?.string ?? "", kind: "resource \(address)",
            mediaType: resource["mimeType"]?.string, number: number)
    }

    private func keep(
        _ base64: String, kind: String, mediaType: String?, number: Int
    ) async throws -> String {
        let type = String((mediaType ?? "application/octet-stream").prefix(100))
        guard let bytes = Data(base64Encoded: base64, options: .ignoreUnknownCharacters),
            !bytes.isEmpty
        else { return "[\(kind), \(type): its bytes could not be read]" }
        let size = "\(type), \(bytes.count) bytes"
        guard let artifacts, bytes.count <= Artifact.maximumByteCount else {
            return "[\(kind), \(size), not kept]"
        }
        let name = "\(prefix)-\(number).\(Self.ending(of: type))"
        try await artifacts.save(Array(bytes), as: name, mediaType: type)
        return "[\(kind), \(size), kept as the artifact '\(name)']"
    }

    private static func ending(of mediaType: String) -> String {
        let subtype = mediaType.prefix { $0 != ";" }.split(separator: "/").last ?? ""
        let known = ["jpeg": "jpg", "plain": "txt", "mpeg": "mp3", "octet-stream": "bin"]
        if let ending = known[String(subtype)] { return ending }
        let plain = String(subtype.unicodeScalars.filter(isPlain).prefix(10))
        return plain.isEmpty ? "bin" : plain
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
