import CrewKit

extension EndpointAddress {
    /// The version of Azure's API that is spoken where the address names none.
    private static let azureVersion = "2024-10-21"

    /// Azure's OpenAI service: its v1 surface, unless the address is that of deployments.
    ///
    /// `https://NAME.openai.azure.com` means the v1 surface. `…/openai?api-version=…` and
    /// `…/openai/deployments/NAME` mean the older one, where the deployment stands in the path.
    init(azure written: String, deployment: String) throws(CrewError) {
        let address = try EndpointAddress(written)
        var base = address.base
        let rest = base.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        let path = rest.count > 2 ? String(rest[2]) : ""
        if path.isEmpty { base += "/openai/v1" }
        if path == "openai" {
            base += address.query.contains("api-version=") ? "/deployments/\(deployment)" : "/v1"
        }
        var query = address.query
        if base.contains("/openai/deployments/"), !query.contains("api-version=") {
            query = query.isEmpty ? "?" : query + "&"
            query += "api-version=\(Self.azureVersion)"
        }
        self = try EndpointAddress(base + query)
    }
}
