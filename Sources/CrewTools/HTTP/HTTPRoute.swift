import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1

/// The way of a request to its answer: over checked addresses, redirects followed by hand.
struct HTTPRoute: Sendable {
    /// Finds the addresses of a host; ends early when its task is cancelled.
    typealias LookUp = @Sendable (String) async throws -> [NetworkAddress]

    let connections: HTTPToolConnections
    let allowedHosts: Set<String>
    let allowsPrivateAddresses: Bool
    let maxRedirects: Int
    let maxBytes: Int
    let lookUp: LookUp

    static let systemLookUp: LookUp = { name in
        let found: Result<[NetworkAddress], CrewError>
        do {
            found = try await BlockingCall.performUnlessCancelled {
                Result { () throws(CrewError) in try NetworkAddress.lookUp(name) }
            }
        } catch is CrewError {
            // Nobody was asked, so this says nothing of the host.
            throw ToolFailure(
                .unavailable,
                "the host '\(name)' was not looked up: too many earlier look-ups are unanswered",
                hint: "Try again later.", isWithoutEffect: true)
        }
        return try found.get()
    }

    /// Addresses of one host that are tried, where earlier ones cannot be connected to.
    private static let attempts = 3

    /// - Throws: a `ToolFailure` when no answer came; one that says "no" is an answer.
    func response(to first: HTTPRequestPlan.Request) async throws -> HTTPAnswer {
        var request = first
        for hop in 0... {
            let answer = try await answer(to: request)
            guard let location = answer.redirection else { return answer }
            guard hop < maxRedirects else {
                throw ToolFailure(
                    .commandFailed,
                    "'\(first.address.host)' redirects more than \(maxRedirects) times",
                    action: .askAPerson)
            }
            request = try Self.redirected(request, to: location, status: answer.status)
        }
        throw CancellationError()  // never reached: the count has no end
    }

    /// What is asked next. Another server gets none of the headers, as they may hold secrets.
    private static func redirected(
        _ request: HTTPRequestPlan.Request, to location: String, status: Int
    ) throws(ToolFailure) -> HTTPRequestPlan.Request {
        guard let address = request.address.following(location),
            address.isSecure || !request.address.isSecure
        else {
            throw ToolFailure(
                .permission,
                "'\(request.address.host)' redirects to where this tool may not go: an address "
                    + "that is not http or https, or less secure")
        }
        var next = request
        next.address = address
        let keepsMethod =
            [307, 308].contains(status) || ["GET", "HEAD"].contains(request.method)
            || (status != 303 && request.method != "POST")
        if !keepsMethod {
            next.method = "GET"
            next.body = nil
        }
        if !address.hasOrigin(of: request.address) {
            next.headers = next.headers.filter { $0.0.lowercased() == "content-type" }
        }
        if next.body == nil { next.headers.removeAll { $0.0.lowercased() == "content-type" } }
        return next
    }

    private func answer(to request: HTTPRequestPlan.Request) async throws -> HTTPAnswer {
        let host = request.address.host
        let addresses = try await checkedAddresses(of: host)
        var refusal: ToolFailure?
        for address in addresses.prefix(Self.attempts) {
            do {
                return try await connections.withClient(host: host, address: address.text) {
                    try await exchange(request, on: $0)
                }
            } catch let failure as ToolFailure where failure.isWithoutEffect {
                refusal = failure
            }
        }
        throw refusal ?? Self.unknown(host)
    }

    /// All of them are checked, as a name with one private address is not to be trusted.
    private func checkedAddresses(of host: String) async throws -> [NetworkAddress] {
        guard allowedHosts.contains(host) else {
            throw ToolFailure(
                .permission, "the host '\(host)' is not among the hosts that this tool may ask",
                isWithoutEffect: true)
        }
        let addresses: [NetworkAddress]
        do {
            addresses = try await lookUp(host)
        } catch is CrewError {
            throw Self.unknown(host)
        }
        guard allowsPrivateAddresses || addresses.allSatisfy(\.isPublic) else {
            throw ToolFailure(
                .permission,
                "the host '\(host)' has an address of this machine or of a private network, which "
                    + "this tool may not ask",
                isWithoutEffect: true)
        }
        return addresses
    }

    private static func unknown(_ host: String) -> ToolFailure {
        ToolFailure(
            .system, "the host '\(host)' is not known, or no name server answers",
            isWithoutEffect: true)
    }

    private func exchange(
        _ request: HTTPRequestPlan.Request, on client: HTTPClient
    ) async throws -> HTTPAnswer {
        var outgoing = HTTPClientRequest(url: request.address.text)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if !outgoing.headers.contains(name: "user-agent") {
            outgoing.headers.add(name: "user-agent", value: "crew")
        }
        if let body = request.body { outgoing.body = .bytes(ByteBuffer(bytes: body)) }
        let host = request.address.host
        do {
            // Time limits are the caller's, who cancels.
            let response = try await client.execute(outgoing, deadline: .distantFuture)
            var bytes: [UInt8] = []
            for try await piece in response.body {
                guard bytes.count + piece.readableBytes <= maxBytes else {
                    throw ToolFailure(
                        .commandFailed, "'\(host)' answered with more than \(maxBytes) bytes",
                        hint: "Ask for less, or for a part.")
                }
                bytes.append(contentsOf: piece.readableBytesView)
            }
            return HTTPAnswer(
                host: host, status: Int(response.status.code),
                reason: response.status.reasonPhrase, headers: response.headers, body: bytes)
        } catch let failure as ToolFailure {
            throw failure
        } catch {
            try Task.checkCancellation()
            throw HTTPTransportFailure.explained(error, host: host)
        }
    }
}
