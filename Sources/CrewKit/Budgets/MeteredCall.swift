/// One attempt at a model call, from putting aside what it may spend to counting what it did.
struct MeteredCall: Sendable {
    typealias Progress = @Sendable (ModelProgress) -> Void

    let meter: MeteredModel
    let request: ModelRequest
    let progress: Progress
    let price: TokenPrice?
    let tally = ReplyTally()

    init(_ meter: MeteredModel, _ request: ModelRequest, _ progress: @escaping Progress) {
        self.meter = meter
        self.request = request
        self.progress = progress
        price = meter.price(for: request)
    }

    func reply() async throws -> ModelReply {
        guard let budget = request.budget, !budget.lines.isEmpty else {
            return try await unbounded()
        }
        return try await bounded(by: budget)
    }

    /// Looking at every character of a prompt takes time: only done where it counts.
    private func estimated() -> CallEstimate {
        CallEstimate(of: request, price: price, history: meter.history)
    }

    private func bounded(by budget: CallBudget) async throws -> ModelReply {
        let id = meter.makeID()
        let estimate = estimated()
        let grant = try await reserve(id, budget, estimate)
        var bounded = request
        bounded.maxOutputTokens = estimate.outputCap(grant) ?? request.maxOutputTokens
        let started = CallTimer(meter.clock)
        let reply: ModelReply
        do {
            reply = try await within(grant, budget) { [bounded] in try await ask(bounded) }
        } catch {
            let lost = lost(to: error, started.milliseconds, estimate)
            let counted = counted(lost, grant)
            // What went wrong before matters more than a store that failed as well.
            let notices = (try? await budget.store.settle(id, as: counted)) ?? []  // see above
            for notice in notices { progress(.budget(notice)) }
            tellLoss(lost)
            throw error
        }
        let milliseconds = started.milliseconds
        meter.history.note(
            estimated: estimate.uncorrectedInput, usage: reply.usage, milliseconds: milliseconds)
        let notices = try await budget.store.settle(
            id, as: spent(reply, milliseconds, estimate))
        for notice in notices { progress(.budget(notice)) }
        return priced(reply)
    }

    private func unbounded() async throws -> ModelReply {
        let started = CallTimer(meter.clock)
        do {
            return priced(try await ask(request))
        } catch {
            tellLoss(lost(to: error, started.milliseconds, estimated()))
            throw error
        }
    }

    /// Nothing that an endpoint tells of its spending is taken on trust.
    private func ask(_ request: ModelRequest) async throws -> ModelReply {
        var reply = try await meter.base.reply(to: request) {
            tally.take($0)
            progress($0)
        }
        reply.usage = reply.usage?.plausible
        reply.cost = reply.cost.flatMap { (0...1_000_000).contains($0) ? $0 : nil }
        return reply
    }

    private func reserve(
        _ id: ReservationID, _ budget: CallBudget, _ estimate: CallEstimate
    ) async throws -> BudgetGrant {
        if price == nil, let line = budget.lines.first(where: \.needsPrice) {
            throw CrewError.refused(
                BudgetNotice(
                    kind: .unknownPrice, limit: line.limit, owner: line.owner, spent: 0))
        }
        let reservation = BudgetReservation(
            id: id, lines: budget.lines, least: estimate.least, likely: estimate.likely)
        switch try await budget.store.reserve(reservation, at: budget.now()) {
        case .refused(let notice): throw CrewError.refused(notice)
        case .granted(let grant):
            for notice in grant.notices { progress(.budget(notice)) }
            return grant
        }
    }

    /// Ends the call when the time is over that its budgets leave to it.
    private func within(
        _ grant: BudgetGrant, _ budget: CallBudget,
        _ body: @escaping @Sendable () async throws -> ModelReply
    ) async throws -> ModelReply {
        guard let left = grant.left[.time],
            let line = budget.lines.first(where: {
                $0.limit.measure == .time && $0.limit.mode == .block
            })
        else { return try await body() }
        return try await withThrowingTaskGroup(of: ModelReply.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await meter.clock.sleep(for: .milliseconds(left))
                throw CrewError.refused(
                    BudgetNotice(
                        kind: .refused, limit: line.limit, owner: line.owner,
                        spent: line.limit.amount, asked: nil,
                        resetsAt: line.limit.window?.end(of: budget.now())))
            }
            defer { group.cancelAll() }
            guard let reply = try await group.next() else { throw CancellationError() }
            return reply
        }
    }

    private func priced(_ reply: ModelReply) -> ModelReply {
        var reply = reply
        // What costs nothing costs nothing however much of it there was.
        let usage = reply.usage.flatMap { $0.isComplete ? $0 : nil }
        let cost = price == .free ? 0 : price.flatMap { usage?.cost(at: $0) }
        reply.cost = reply.cost ?? cost
        return reply
    }
}

extension MeteredCall {
    /// What a reply spent; parts that the endpoint did not tell are estimated.
    private func spent(
        _ reply: ModelReply, _ milliseconds: Int, _ estimate: CallEstimate
    ) -> Spending {
        let written = reply.text + reply.reasoning + reply.toolCalls.map(\.arguments.text).joined()
        let usage = Usage(
            inputTokens: reply.usage?.inputTokens ?? estimate.input,
            outputTokens: reply.usage?.outputTokens ?? TokenEstimate.byClass(of: written),
            cachedInputTokens: reply.usage?.cachedInputTokens,
            cacheWriteTokens: reply.usage?.cacheWriteTokens,
            reasoningTokens: reply.usage?.reasoningTokens)
        let told = reply.cost.map { Int(($0 * 1e9).rounded(.up)) }
        return Spending(
            inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0,
            cachedTokens: usage.cachedInputTokens ?? 0,
            reasoningTokens: usage.reasoningTokens ?? 0,
            cost: told ?? price.flatMap { usage.nanodollars(at: $0) } ?? 0, calls: 1,
            time: milliseconds, bytes: estimate.bytes + written.utf8.count)
    }

    /// What an attempt is thought to have spent that brought no reply: nothing, when the endpoint
    /// refused it.
    private func lost(
        to error: any Error, _ milliseconds: Int, _ estimate: CallEstimate
    ) -> Spending {
        let isCancelled = error is CancellationError
        let code = (error as? CrewError)?.code
        let isOwn = isCancelled || code == .budgetExceeded
        var lost = Spending(calls: 1, time: milliseconds, errors: isOwn ? 0 : 1)
        guard isOwn || code.map(Self.mayHaveSpent) ?? true || tally.byteCount > 0 else {
            return lost
        }
        // Bytes of text are at most as many tokens, and seldom fewer than a third.
        let usage = Usage(inputTokens: estimate.input, outputTokens: (tally.byteCount + 2) / 3)
        lost.inputTokens = estimate.input
        lost.outputTokens = usage.outputTokens ?? 0
        lost.cost = price.flatMap { usage.nanodollars(at: $0) } ?? 0
        lost.bytes = estimate.bytes + tally.byteCount
        return lost
    }

    /// Nobody tells what a broken reply took, and a model may have thought unseen: under a budget that
    /// blocks all that was put aside for it counts.
    private func counted(_ lost: Spending, _ grant: BudgetGrant) -> Spending {
        guard lost[.tokens] > 0, !grant.left.isEmpty else { return lost }
        var counted = lost
        counted.inputTokens = max(lost.inputTokens, grant.amount.inputTokens)
        counted.outputTokens = max(lost.outputTokens, grant.amount.outputTokens)
        counted.cost = max(lost.cost, grant.amount.cost)
        return counted
    }

    private static func mayHaveSpent(_ code: CrewError.Code) -> Bool {
        switch code {
        case .modelTimeout, .modelStreamCut, .modelContentFiltered: true
        default: false
        }
    }

    private func tellLoss(_ lost: Spending) {
        guard lost[.tokens] > 0 else { return }
        progress(
            .lost(
                Usage(
                    inputTokens: lost.inputTokens, outputTokens: lost.outputTokens,
                    isComplete: false), cost: price == nil ? nil : Double(lost.cost) / 1e9))
    }
}

extension BudgetLine {
    /// A bound on money cannot hold for a model whose price nobody knows.
    fileprivate var needsPrice: Bool { limit.mode == .block && limit.measure == .cost }
}

/// Measures how long a call takes.
private struct CallTimer {
    private let elapsed: () -> Duration

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
    }

    var milliseconds: Int { max(0, Int(elapsed() / .milliseconds(1))) }
}
