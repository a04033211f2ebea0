/// One model of a chain, and how it is called.
public struct ModelLink: Sendable {
    public var model: any LanguageModel
    /// What the model costs; absent is unknown.
    public var price: TokenPrice?
    /// How a failed call is made again; absent means that it is not.
    public var retry: ModelRetryPolicy?
    /// Finds the limits of the model's endpoint, shared by everybody who calls it, for each call anew;
    /// absent means none.
    public var gate: EndpointGate.Source?
    /// After that time without a beginning of the reply a second call is made; absent means never.
    public var hedgeAfter: Duration?
    /// The failures of earlier links that this one takes over for; empty means every one that another
    /// model may mend.
    public var conditions: Set<FallbackCondition>
    /// Whether an unknown price is what the definition of the agent says that asks.
    private var takesAgentPrice = false
    /// Whether calls are priced and kept within budgets here.
    private var isMetered = true

    public init(
        _ model: any LanguageModel, price: TokenPrice? = nil, retry: ModelRetryPolicy? = nil,
        gate: EndpointGate? = nil, hedgeAfter: Duration? = nil,
        conditions: Set<FallbackCondition> = []
    ) {
        self.model = model
        self.price = price
        self.retry = retry
        if let gate { self.gate = { gate } }
        self.hedgeAfter = hedgeAfter
        self.conditions = conditions
    }

    /// A model that costs what the definition of the agent says that asks.
    init(pricedByAgent model: any LanguageModel) {
        self.init(model)
        takesAgentPrice = true
    }

    /// A model that keeps its own account, such as a chain within a chain.
    public init(unmetered model: any LanguageModel) {
        self.init(model)
        isMetered = false
    }

    /// Whether this link takes over when an earlier one failed like that.
    func takesOver(after code: CrewError.Code) -> Bool {
        code.isMendedByOthers && conditions.match(code)
    }

    /// The model with everything that its calls go through.
    ///
    /// - Parameter isLast: whether nobody takes over when the endpoint is left alone; it is then
    ///   waited for, as a call that may be made again is.
    /// - Parameter retriesTimeouts: false where another model takes over from one that is silent.
    func equipped(
        isLast: Bool, retriesTimeouts: Bool, clock: any Clock<Duration>,
        random: @escaping @Sendable () -> Double
    ) -> any LanguageModel {
        var model = metered(clock)
        if let gate { model = GatedModel(model, source: gate, waitsForTrial: isLast) }
        if let hedgeAfter {
            model = HedgedModel(model, after: hedgeAfter, source: gate, clock: clock)
        }
        guard let retry else { return model }
        return RetryingModel(
            model, policy: retry, waitsWhenLeftAlone: isLast, retriesTimeouts: retriesTimeouts,
            clock: clock, random: random)
    }

    /// Nothing is counted twice: what meters already stays as it is.
    private func metered(_ clock: any Clock<Duration>) -> any LanguageModel {
        if !isMetered || model is MeteredModel || model is ModelChain { return model }
        return takesAgentPrice
            ? MeteredModel(pricedByAgent: model, clock: clock)
            : MeteredModel(model, price: price, clock: clock)
    }
}
