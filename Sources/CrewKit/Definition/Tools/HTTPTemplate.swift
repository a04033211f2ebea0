/// An HTTP request as it was written, with places for parameters.
public struct HTTPTemplate: Sendable, Hashable {
    public var method: String
    /// `{{parameter}}` is replaced, percent-encoded, behind the host; scheme and host are fixed.
    public var url: String
    /// Added to the URL; a member whose parameter was not given is left out.
    public var query: [String: String]
    public var headers: [String: String]
    /// Sent as JSON, with the parameters in the places of its texts; a text that is one place alone
    /// takes the value with its type. Absent sends no body.
    public var body: JSONValue?
    /// Where the answer is in the response's JSON: names and indices such as `data.items[0].name`;
    /// absent gives back the whole body.
    public var answer: String?
    /// Hosts that may be asked, redirects included; empty means the one of `url`.
    public var allowedHosts: [String]
    /// Whether hosts with addresses of private networks or of this machine may be asked.
    public var allowsPrivateAddresses: Bool
    public var maxResponseBytes: Int
    public var maxRedirects: Int
    /// The header that carries the key of the call; absent sends none.
    public var idempotencyHeader: String?

    public init(method: String = "GET", url: String) {
        self.method = method
        self.url = url
        self.query = [:]
        self.headers = [:]
        self.allowedHosts = []
        self.allowsPrivateAddresses = false
        self.maxResponseBytes = 1 << 20
        self.maxRedirects = 3
        self.idempotencyHeader = "Idempotency-Key"
    }
}
