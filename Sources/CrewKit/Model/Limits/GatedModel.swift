/// A model whose calls keep to the limits of its endpoint.
public struct GatedModel: LanguageModel {
    /// A wait that is worth telling.
    static let toldWait = Duration.seconds(1)

    public var name: String { base.name }

    private let base: any LanguageModel
    private let source: EndpointGate.Source
    private let waitsForTrial: Bool

    /// - Parameter waitsForTrial: whether a call waits while another one finds out whether the
    ///   endpoint is back; otherwise it fails at once, as it does while the endpoint is left alone.
    public init(_ base: any LanguageModel, gate: EndpointGate, waitsForTrial: Bool = true) {
        self.init(base, source: { gate }, waitsForTrial: waitsForTrial)
    }

    /// - Parameter source: finds the gate for each call.
    init(
        _ base: any LanguageModel, source: @escaping EndpointGate.Source, waitsForTrial: Bool
    ) {
        self.base = base
        self.source = source
        self.waitsForTrial = waitsForTrial
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let gate = source()
        let pass = try await gate.enter(request, waitsForTrial: waitsForTrial)
        if pass.waited >= Self.toldWait {
            progress(.waited(pass.waited, endpoint: gate.endpoint))
        }
        if let change = pass.change { progress(.breaker(change)) }
        do {
            let reply = try await base.reply(to: request, progress: progress)
            let change = gate.leave(pass, .answered, tokens: reply.usage?.totalTokens)
            if let change { progress(.breaker(change)) }
            return reply
        } catch {
            if let change = gate.leave(pass, EndpointOutcome(error)) { progress(.breaker(change)) }
            throw error
        }
    }
}
