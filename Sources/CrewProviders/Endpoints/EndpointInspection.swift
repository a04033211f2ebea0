import AsyncHTTPClient
public import CrewKit
import NIOCore
import NIOHTTP1

extension ModelEndpoints {
    /// Asks the endpoint of a reference whether it is there, takes the key and knows the model.
    ///
    /// It asks only for the list of models, within `options.probe`; no model is called. A reference
    /// that could not be asked is not asked: `ReferenceProblem` tells about it.
    public func inspect(
        _ reference: ModelReference, environment: [String: String]
    ) async throws -> ReferenceProblem? {
        let provider: Provider
        let endpoint: ResolvedEndpoint
        do throws(CrewError) {
            provider = try Provider(named: reference.provider)
            guard provider != .scripted, provider != .auto else { return nil }
            endpoint = try ResolvedEndpoint(reference, of: provider, environment: environment)
        } catch {
            return nil
        }
        let list = ModelList(endpoint, client: client, deadline: options.probe)
        switch try await list.answer() {
        case .silence: return endpoint.silence
        case .status(let code) where code == 401 || code == 403: return endpoint.refusal(code)
        case .status(let code): return endpoint.unclear("status \(code)")
        case .models(let names):
            // Azure calls deployments by names of the customer's own, and lists others.
            guard provider != .azure, !names.isEmpty else { return nil }
            return endpoint.missing(reference.model, among: names)
        }
    }
}

/// The list of models that an endpoint gives, whatever it speaks.
private struct ModelList {
    enum Answer {
        /// Nobody answered in time.
        case silence
        case status(Int)
        case models([String])
    }

    let endpoint: ResolvedEndpoint
    let client: HTTPClient
    let deadline: Duration

    init(_ endpoint: ResolvedEndpoint, client: HTTPClient, deadline: Duration) {
        self.endpoint = endpoint
        self.client = client
        self.deadline = deadline
    }

    func answer() async throws -> Answer {
        let request = try request()
        let time = TimeAmount(deadline)
        let exchange = HTTPExchange(
            bounds: HTTPExchange.Bounds(firstByte: time, idle: time, total: time, bytes: 4 << 20))
        return try await withTaskCancellationHandler {
            exchange.start(request, on: client, deadline: .now() + time)
            var body: [UInt8] = []
            do {
                while let pieces = try await exchange.next() {
                    for piece in pieces { body.append(contentsOf: piece.readableBytesView) }
                }
            } catch {
                exchange.abandon(error)
                if error is CancellationError { throw error }
                guard let head = exchange.head else { return .silence }
                return head.status == .ok ? .models([]) : .status(Int(head.status.code))
            }
            guard let status = exchange.head?.status, status != .ok else {
                return .models(Self.names(in: body))
            }
            return .status(Int(status.code))
        } onCancel: {
            exchange.abandon(CancellationError())
        }
    }

    private func request() throws(CrewError) -> HTTPClient.Request {
        switch endpoint.wire {
        case .ollama: return try endpoint.address.request(.GET, "/api/tags", key: endpoint.key)
        case .anthropic:
            var request = try endpoint.address.request(.GET, "/models", key: endpoint.key)
            if let key = endpoint.key?.revealed.trimmingBlanks, !key.isEmpty {
                request.headers.replaceOrAdd(name: "x-api-key", value: key)
            }
            request.headers.replaceOrAdd(name: "anthropic-version", value: "2023-06-01")
            return request
        case .chat, .responses:
            var request = try endpoint.address.request(.GET, "/models", key: endpoint.key)
            if endpoint.style == .azure, let key = endpoint.key?.revealed.trimmingBlanks {
                request.headers.replaceOrAdd(name: "api-key", value: key)
            }
            return request
        }
    }

    /// Names in the lists of OpenAI, Anthropic and Ollama.
    private static func names(in body: [UInt8]) -> [String] {
        // An answer that lists nothing we can read is an answer all the same.
        let value = try? JSONValue(parsing: String(decoding: body, as: UTF8.self))  // see above
        let ids = value?["data"]?.array?.compactMap { $0["id"]?.string } ?? []
        let tags = value?["models"]?.array?.compactMap { $0["name"]?.string } ?? []
        return ids + tags
    }
}

extension ResolvedEndpoint {
    fileprivate var silence: ReferenceProblem {
        ReferenceProblem(
            severity: .error, code: "endpoint_unreachable", key: "base_url",
            message: "no endpoint answers at \(address.host)",
            suggestion: provider == .ollama ? "start Ollama" : "start it, or correct base_url")
    }

    fileprivate func refusal(_ status: Int) -> ReferenceProblem {
        ReferenceProblem(
            severity: .error, code: "rejected_api_key",
            key: key == nil ? "provider" : "api_key_env",
            message: key == nil
                ? "\(address.host) wants an API key (status \(status))"
                : "\(address.host) refuses the API key (status \(status))",
            suggestion: "set \(provider.keyVariables.first ?? style.keyVariable), or name its "
                + "variable with api_key_env")
    }

    fileprivate func unclear(_ what: String) -> ReferenceProblem {
        ReferenceProblem(
            severity: .note, code: "endpoint_unclear", key: "model",
            message: "\(address.host) does not list its models (\(what)); the model's name was not "
                + "checked")
    }

    fileprivate func missing(_ model: String, among names: [String]) -> ReferenceProblem? {
        let spellings = [model, "\(model):latest", "models/\(model)"]
        guard !names.contains(where: spellings.contains) else { return nil }
        return ReferenceProblem(
            severity: .error, code: "model_not_found", key: "model",
            message: "\(address.host) has no model '\(model.prefix(80))'",
            suggestion: NearestWord.suggestion(for: model, among: names)
                ?? (provider == .ollama ? "fetch it: ollama pull \(model.prefix(80))" : nil))
    }
}
