import CrewKit

extension EndpointAddress {
    static let anthropic = "https://api.anthropic.com"

    /// The messages API below a base URL, which is written with `/v1` or without.
    init(anthropic written: String) throws(CrewError) {
        var base = try EndpointAddress(written).base
        if base.hasSuffix("/messages") { base.removeLast("/messages".count) }
        if !base.hasSuffix("/v1") { base += "/v1" }
        self = try EndpointAddress(base)
    }

    /// Anthropic's own service.
    var isAnthropic: Bool {
        let name = host.prefix { $0 != ":" }.lowercased()
        return name == "api.anthropic.com" || name.hasSuffix(".anthropic.com")
    }
}
