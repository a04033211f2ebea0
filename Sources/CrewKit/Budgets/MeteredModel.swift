/// A model whose replies say what they cost.
public struct MeteredModel: LanguageModel {
    public var name: String { base.name }

    private let base: any LanguageModel
    private let price: TokenPrice?

    public init(
        _ base: any LanguageModel, price: TokenPrice?,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.base = base
        self.price = price
    }

    /// A model that costs what the definition of the agent says that asks.
    init(pricedByAgent base: any LanguageModel, clock: any Clock<Duration> = ContinuousClock()) {
        self.init(base, price: nil, clock: clock)
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var reply = try await base.reply(to: request, progress: progress)
        if let price { reply.cost = reply.usage?.cost(at: price) }
        return reply
    }
}
