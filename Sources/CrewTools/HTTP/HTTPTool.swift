public import CrewKit

/// A tool that makes an HTTP request to a host that its declaration names.
///
/// A call returns the response's text, or the part of its JSON that the declaration asks for. Every
/// address is looked up and checked before it is connected to, at each redirect again: only allowed
/// hosts are asked, and none with an address of this machine or of a private network unless that is
/// allowed. Cancelling the call closes its connection. No failure tells headers or the address
/// behind the host, which may hold secrets.
public struct HTTPTool: Tool {
    public let definition: ToolDefinition
    private let plan: HTTPRequestPlan
    private let answer: AnswerPath?
    private let idempotencyHeader: String?
    private let timeLimit: Duration
    private let clock: any Clock<Duration>
    private let route: HTTPRoute

    /// A written time limit is the request's; `definition.timeout` is a little longer, so that the
    /// reason reaches the model.
    ///
    /// - Parameters:
    ///   - connections: shared by all tools; must outlive them.
    ///   - timeout: for definitions that name no time limit of their own.
    ///   - clock: measures the time limit.
    /// - Throws: `invalid_definition` when the request cannot work: no host, a place for a parameter
    ///   that does not exist, a header that a tool may not set.
    public init(
        _ written: DeclaredTool, connections: HTTPToolConnections,
        timeout: Duration = .seconds(30), clock: any Clock<Duration> = ContinuousClock()
    ) throws(CrewError) {
        try self.init(
            written, connections: connections, timeout: timeout, clock: clock,
            lookUp: HTTPRoute.systemLookUp)
    }

    /// - Parameter lookUp: finds the addresses of a host.
    init(
        _ written: DeclaredTool, connections: HTTPToolConnections, timeout: Duration,
        clock: any Clock<Duration>, lookUp: @escaping HTTPRoute.LookUp
    ) throws(CrewError) {
        guard case .http(var template) = written.work else {
            throw Self.problem(written, "it makes no request")
        }
        // Written as nothing, it means none.
        if template.idempotencyHeader?.isEmpty == true { template.idempotencyHeader = nil }
        var definition = ToolDefinition(
            name: written.name, description: written.description, parameters: written.parameters,
            effect: written.effect, approval: written.approval,
            timeout: written.timeout.map { $0 + .seconds(2) }, isolation: .inProcess)
        definition.isSequential = written.isSequential
        definition.source = "http: \(template.method)"
        self.definition = definition
        let parameters = written.parameters["properties"]?.object?.keys ?? []
        let place = DeclaredTool.idempotencyKeyPlace
        guard !parameters.contains(place) else {
            throw Self.problem(written, "'\(place)' cannot be a parameter: the engine gives it")
        }
        do throws(CrewError) {
            plan = try HTTPRequestPlan(template, parameters: parameters + [place])
            answer = try template.answer.map { text throws(CrewError) in try AnswerPath(text) }
        } catch {
            throw Self.problem(written, error.message)
        }
        idempotencyHeader = template.idempotencyHeader
        timeLimit = written.timeout ?? timeout
        self.clock = clock
        route = HTTPRoute(
            connections: connections, allowedHosts: plan.allowedHosts,
            allowsPrivateAddresses: template.allowsPrivateAddresses,
            maxRedirects: max(0, template.maxRedirects),
            maxBytes: max(0, template.maxResponseBytes), lookUp: lookUp)
    }

    public func call(_ call: ToolInvocation) async throws -> String {
        var values = call.arguments
        values[DeclaredTool.idempotencyKeyPlace] = .string(call.idempotencyKey)
        var request = try plan.request(values)
        if let idempotencyHeader {
            request.headers.append((idempotencyHeader, call.idempotencyKey))
        }
        request.headers += call.traceFields
        let response = try await inTime { [request] in try await route.response(to: request) }
        return try await response.result(at: answer, for: call, tool: definition.name)
    }

    private func inTime(
        _ body: @escaping @Sendable () async throws -> HTTPAnswer
    ) async throws -> HTTPAnswer {
        try await withThrowingTaskGroup(of: HTTPAnswer?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: timeLimit)
                return nil
            }
            let first = try await group.next()
            group.cancelAll()
            guard let answer = first ?? nil else {
                throw ToolFailure(
                    .timeout, "'\(plan.host)' did not answer within \(timeLimit)")
            }
            return answer
        }
    }

    private static func problem(_ tool: DeclaredTool, _ text: String) -> CrewError {
        CrewError(.invalidDefinition, "tool '\(tool.name)': \(text)")
    }
}
