public import Foundation

/// Where what was spent is kept.
///
/// Every method is atomic, does its work also when the calling task is cancelled, and what it did is
/// there for every later call, after a crash too. A reservation whose process ended before it was
/// settled counts as spent, all of it. A call counts in the windows in which it began.
/// Implementations prove themselves with `BudgetStoreContract` of `CrewTesting`.
public protocol BudgetStore: Sendable {
    /// Puts aside what a call may spend, in every account at once, or in none.
    func reserve(_ reservation: BudgetReservation, at time: Date) async throws -> BudgetAnswer

    /// Replaces what was put aside by what was spent; returns the thresholds that were reached.
    ///
    /// An unknown reservation is passed over: it was settled.
    func settle(_ reservation: ReservationID, as spent: Spending) async throws -> [BudgetNotice]

    /// What has been spent or is put aside in these accounts in the windows of that time.
    func balances(of accounts: [BudgetAccount], at time: Date) async throws -> [Spending]
}

/// One count of spending.
public struct BudgetAccount: Sendable, Hashable, Codable {
    public var scope: BudgetScope
    /// Such as the id of the run; an agent's holds its crew's name too.
    public var owner: String
    public var window: BudgetWindow?

    public init(scope: BudgetScope, owner: String, window: BudgetWindow?) {
        self.scope = scope
        self.owner = owner
        self.window = window
    }
}

/// A limit and whose spending it bounds.
public struct BudgetLine: Sendable, Hashable, Codable {
    public var limit: BudgetLimit
    /// The id of the run, agent, session or tenant, or the name of the crew.
    public var owner: String

    public init(limit: BudgetLimit, owner: String) {
        self.limit = limit
        self.owner = owner
    }

    public var account: BudgetAccount {
        BudgetAccount(scope: limit.scope, owner: owner, window: limit.window)
    }
}

/// The id of a reservation, unique over all processes.
public struct ReservationID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// One that no other process makes.
    @Sendable public static func random() -> ReservationID {
        ReservationID(UUID().uuidString)  // default
    }
}

/// What one attempt at a model call asks for.
public struct BudgetReservation: Sendable, Hashable, Codable {
    public var id: ReservationID
    /// The bounds it has to fit into.
    public var lines: [BudgetLine]
    /// What the call will spend at least: without room for it, it is refused.
    public var least: Spending
    /// What the call is thought to spend; where less is left, that is put aside.
    public var likely: Spending

    public init(
        id: ReservationID, lines: [BudgetLine], least: Spending, likely: Spending? = nil
    ) {
        self.id = id
        self.lines = lines
        self.least = least
        self.likely = likely ?? least
    }
}

/// What a store says to a reservation.
public enum BudgetAnswer: Sendable, Hashable {
    case granted(BudgetGrant)
    /// The limit that it does not fit into; nothing was put aside.
    case refused(BudgetNotice)
}

/// What was put aside for a call.
public struct BudgetGrant: Sendable, Hashable {
    public var amount: Spending
    /// In the windows of this time.
    public var time: Date
    /// What the tightest limit that blocks leaves to the call, by measure; absent is without bound.
    public var left: [BudgetMeasure: Int]
    /// Limits that do not block and that the call passes.
    public var notices: [BudgetNotice]

    public init(
        amount: Spending, time: Date, left: [BudgetMeasure: Int], notices: [BudgetNotice]
    ) {
        self.amount = amount
        self.time = time
        self.left = left
        self.notices = notices
    }
}
