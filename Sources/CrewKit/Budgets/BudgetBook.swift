package import Foundation

/// The arithmetic of budgets, which all stores share: accounts, and what may be put aside in them.
///
/// Pure: stores give it the accounts that a reservation touches, and keep what it makes of them.
package struct BudgetBook: Sendable {
    package var balances: [BudgetAccount: BudgetBalance]

    package init(_ balances: [BudgetAccount: BudgetBalance] = [:]) { self.balances = balances }

    /// Puts aside what a call may spend, in every account at once, or in none.
    ///
    /// A clock that was set back does not open windows again that are over.
    package mutating func reserve(_ reservation: BudgetReservation, at time: Date) -> BudgetAnswer {
        let time = reservation.accounts.reduce(time) { max($0, balances[$1]?.begin(of: $1) ?? $0) }
        var grant = BudgetGrant(amount: reservation.likely, time: time, left: [:], notices: [])
        for line in reservation.lines {
            let balance = balance(of: line, at: time)
            let room = Room(line, balance, reservation, at: time)
            guard line.limit.mode == .block else {
                if let notice = room.passed(by: reservation) { grant.notices.append(notice) }
                continue
            }
            if let refusal = room.refusal { return .refused(refusal) }
            let left = room.left
            grant.left[line.limit.measure] = min(left, grant.left[line.limit.measure] ?? .max)
        }
        grant.amount.fit(into: grant.left, least: reservation.least)
        for account in reservation.accounts {
            balances[account, default: BudgetBalance(account, at: time)].held.hold(grant.amount)
        }
        return .granted(grant)
    }

    /// Replaces what was put aside by what was spent.
    package mutating func settle(_ open: OpenReservation, as spent: Spending) -> [BudgetNotice] {
        for account in open.reservation.accounts {
            guard var balance = balances[account],
                balance.period == account.window?.period(of: open.time)
            else { continue }  // its window is over
            balance.held.release(open.amount)
            balance.spent.add(spent)
            balances[account] = balance
        }
        return open.reservation.lines.compactMap { notice(of: $0, at: open.time) }
    }

    /// What was spent or is put aside in an account in the window of that time.
    package func spent(in account: BudgetAccount, at time: Date) -> Spending {
        guard let balance = balances[account],
            balance.period == account.window?.period(of: time)
        else { return Spending() }
        var all = balance.spent
        all.hold(balance.held)
        return all
    }

    /// The account as it is in the window of that time.
    private mutating func balance(of line: BudgetLine, at time: Date) -> BudgetBalance {
        let account = line.account
        let fresh = BudgetBalance(account, at: time)
        guard line.limit.scope != .call else { return fresh }
        let balance = balances[account].flatMap { $0.period == fresh.period ? $0 : nil } ?? fresh
        balances[account] = balance
        return balance
    }

    /// The highest threshold that was reached and not told yet.
    private mutating func notice(of line: BudgetLine, at time: Date) -> BudgetNotice? {
        guard let balance = balances[line.account],
            balance.period == line.limit.window?.period(of: time)
        else { return nil }
        let spent = balance.spent[line.limit.measure]
        let thresholds = line.limit.warnings + (line.limit.mode == .warn ? [1] : [])
        let reached = thresholds.filter { Double(spent) >= Double(line.limit.amount) * $0 }
        let news = reached.filter {
            balances[line.account]?.marks.insert(line.mark($0)).inserted == true
        }
        guard let threshold = news.max() else { return nil }
        return BudgetNotice(
            kind: line.limit.mode == .warn && threshold >= 1 ? .exceeded : .warning,
            limit: line.limit, owner: line.owner, spent: spent, threshold: threshold,
            resetsAt: line.limit.window?.end(of: time))
    }
}

/// What was spent and put aside in one account, in one window.
package struct BudgetBalance: Sendable, Hashable, Codable {
    /// The number of the window; absent for an account without windows.
    package var period: Int?
    package var spent = Spending()
    package var held = Spending()
    /// Thresholds that were told.
    package var marks: Set<String> = []

    package init(_ account: BudgetAccount, at time: Date) {
        period = account.window?.period(of: time)
    }

    fileprivate func begin(of account: BudgetAccount) -> Date? {
        guard let window = account.window, let period else { return nil }
        return window.start(ofPeriod: period)
    }
}

/// What was put aside for a call that has not been settled.
package struct OpenReservation: Sendable, Hashable, Codable {
    package var reservation: BudgetReservation
    package var amount: Spending
    package var time: Date

    package init(_ reservation: BudgetReservation, _ grant: BudgetGrant) {
        self.reservation = reservation
        amount = grant.amount
        time = grant.time
    }
}

/// What one limit leaves to a call.
private struct Room {
    let line: BudgetLine
    let used: Int
    let least: Int
    let time: Date

    init(
        _ line: BudgetLine, _ balance: BudgetBalance, _ reservation: BudgetReservation,
        at time: Date
    ) {
        let measure = line.limit.measure
        self.line = line
        used = Spending.sum(balance.spent[measure], balance.held[measure])
        least = max(measure.leastOfACall, reservation.least[measure])
        self.time = time
    }

    var left: Int { max(0, line.limit.amount - min(used, line.limit.amount)) }

    var refusal: BudgetNotice? { least > left ? notice(.refused) : nil }

    /// What is said of a limit for single calls that does not block; others are looked at when the
    /// call is settled.
    func passed(by reservation: BudgetReservation) -> BudgetNotice? {
        let likely = reservation.likely[line.limit.measure]
        return line.limit.scope == .call && likely > line.limit.amount ? notice(.exceeded) : nil
    }

    private func notice(_ kind: BudgetNotice.Kind) -> BudgetNotice {
        BudgetNotice(
            kind: kind, limit: line.limit, owner: line.owner, spent: used, asked: least,
            resetsAt: line.limit.window?.end(of: time))
    }
}

extension Spending {
    /// Makes the output small enough for what is left, but not smaller than what is needed.
    fileprivate mutating func fit(into left: [BudgetMeasure: Int], least: Spending) {
        if let all = left[.tokens] { outputTokens = min(outputTokens, max(0, all - inputTokens)) }
        if let output = left[.outputTokens] { outputTokens = min(outputTokens, output) }
        outputTokens = max(outputTokens, least.outputTokens)
        if let money = left[.cost] { cost = max(least.cost, min(cost, money)) }
        if let bound = left[.time] { time = max(least.time, min(time, bound)) }
        if let bound = left[.bytes] { bytes = max(least.bytes, min(bytes, bound)) }
        if let bound = left[.reasoningTokens] { reasoningTokens = min(reasoningTokens, bound) }
    }
}

extension BudgetReservation {
    /// Each account once, whatever number of limits it has.
    package var accounts: Set<BudgetAccount> {
        Set(lines.lazy.filter { $0.limit.scope != .call }.map(\.account))
    }
}

extension BudgetMeasure {
    /// What cannot be foreseen of a call: it is not made when nothing at all is left.
    fileprivate var leastOfACall: Int {
        switch self {
        case .errors, .errorsInARow, .cachedTokens, .reasoningTokens: 1
        default: 0
        }
    }
}

extension BudgetLine {
    fileprivate func mark(_ threshold: Double) -> String {
        "\(limit.measure.rawValue)/\(limit.amount)/\(threshold)"
    }
}
