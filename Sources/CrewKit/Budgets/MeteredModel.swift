/// A model whose calls are priced, and kept within the budgets of whoever asks.
///
/// What a call may spend is put aside before it is sent, and replaced by what it spent afterwards; an
/// attempt that failed in mid-reply counts with what it is thought to have spent. A call that does
/// not fit is not sent: it throws `budgetExceeded`.
public struct MeteredModel: LanguageModel {
    public var name: String { base.name }

    let base: any LanguageModel
    private let price: TokenPrice?
    /// Whether an unknown price is what the agent's definition says.
    private let takesAgentPrice: Bool
    let clock: any Clock<Duration>
    let makeID: @Sendable () -> ReservationID
    let history = CallHistory()

    /// - Parameter price: what the model costs; absent is unknown, not free.
    public init(
        _ base: any LanguageModel, price: TokenPrice?,
        clock: any Clock<Duration> = ContinuousClock(),
        makeID: @escaping @Sendable () -> ReservationID = ReservationID.random
    ) {
        self.base = base
        self.price = price
        self.takesAgentPrice = false
        self.clock = clock
        self.makeID = makeID
    }

    /// A model that costs what the definition of the agent says that asks.
    init(
        pricedByAgent base: any LanguageModel, clock: any Clock<Duration> = ContinuousClock(),
        makeID: @escaping @Sendable () -> ReservationID = ReservationID.random
    ) {
        self.base = base
        self.price = nil
        self.takesAgentPrice = true
        self.clock = clock
        self.makeID = makeID
    }

    func price(for request: ModelRequest) -> TokenPrice? {
        takesAgentPrice ? request.budget?.price : price
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try await MeteredCall(self, request, progress).reply()
    }
}

/// Why a call was not made, beneath a `CrewError` with `budgetExceeded`.
struct BudgetRefusal: Error, Sendable, Hashable {
    let notice: BudgetNotice
}

extension CrewError {
    package static func refused(_ notice: BudgetNotice) -> CrewError {
        CrewError(.budgetExceeded, notice.sentence, cause: BudgetRefusal(notice: notice))
    }

    /// The budget that refused the call.
    package var budgetNotice: BudgetNotice? { (cause as? BudgetRefusal)?.notice }
}
