import CrewKit

extension EndpointAddress {
    static let openAI = "https://api.openai.com/v1"
    private static let ollama = "http://localhost:11434"

    /// Ollama's OpenAI-compatible interface: as written, else as its own variables say, else at its
    /// usual port.
    init(ollama written: String?, environment: [String: String]) throws(CrewError) {
        let text =
            written.flatMap { $0.trimmingBlanks.isEmpty ? nil : $0.trimmingBlanks }
            ?? environment.text("OLLAMA_URL") ?? environment.text("OLLAMA_HOST") ?? Self.ollama
        let address = try EndpointAddress(Self.withScheme(text))
        var base = address.base
        for suffix in ["/v1", "/api"] where base.hasSuffix(suffix) {
            base.removeLast(suffix.count)
        }
        self = try EndpointAddress(base + "/v1")
    }

    /// `OLLAMA_HOST` is often just a host, just a port, or the address the server listens on.
    private static func withScheme(_ text: String) -> String {
        guard !text.contains("://") else { return text }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var authority = String(parts[0])
        if authority.hasPrefix(":") { authority = "localhost" + authority }
        let isAddress = authority.hasPrefix("[") || authority.count(where: { $0 == ":" }) <= 1
        let hasPort = authority.last.map { $0 != "]" } == true && authority.contains(":")
        if isAddress, !hasPort { authority += ":11434" }
        if authority.hasPrefix("0.0.0.0:") { authority = "127.0.0.1" + authority.dropFirst(7) }
        return "http://" + authority + (parts.count > 1 ? "/" + parts[1] : "")
    }
}
