/// What one attempt at a call may spend.
struct CallEstimate: Sendable {
    /// By character classes, before it is corrected by what other calls took.
    let uncorrectedInput: Int
    let input: Int
    /// Of the request.
    let bytes: Int
    let least: Spending
    let likely: Spending
    private let price: TokenPrice?
    private let isBounded: Bool

    init(of request: ModelRequest, price: TokenPrice?, history: CallHistory) {
        let isMetered = request.budget?.lines.isEmpty == false
        uncorrectedInput = TokenEstimate.byClass(of: request)
        input = history.corrected(uncorrectedInput)
        bytes = isMetered ? request.messages.reduce(0) { $0 + $1.text.utf8.count } : 0
        self.price = price
        isBounded = request.maxOutputTokens != nil
        let output = request.maxOutputTokens ?? history.generousOutput
        let milliseconds = history.likelyMilliseconds
        likely = Self.spending(input, output, bytes, milliseconds, price)
        least = Self.spending(input, isBounded ? output : 1, bytes, 1, price)
    }

    private static func spending(
        _ input: Int, _ output: Int, _ bytes: Int, _ milliseconds: Int, _ price: TokenPrice?
    ) -> Spending {
        Spending(
            inputTokens: input, outputTokens: output,
            cost: price?.mostNanodollars(input: input, output: output) ?? 0, calls: 1,
            time: milliseconds, bytes: Spending.sum(bytes, output))
    }

    /// The bound of a reply without one of its own, under budgets that block: what was put aside for
    /// it, so that calls at the same time cannot spend the same twice.
    func outputCap(_ grant: BudgetGrant) -> Int? {
        let isPriced = (price?.mostNanodollars(input: 0, output: 1) ?? 0) > 0
        let isMoneyBound = grant.left[.cost] != nil && isPriced
        guard !isBounded,
            isMoneyBound || grant.left[.tokens] != nil || grant.left[.outputTokens] != nil
        else { return nil }
        var cap = grant.amount.outputTokens
        if isMoneyBound, let price {
            let rest = grant.amount.cost - price.mostNanodollars(input: input, output: 0)
            let thousand = price.mostNanodollars(input: 0, output: 1_000)
            cap = min(cap, Int(Double(max(0, rest)) * 1_000 / Double(max(1, thousand))))
        }
        return max(1, cap)
    }
}
