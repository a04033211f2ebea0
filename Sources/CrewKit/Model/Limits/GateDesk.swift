/// Who waits at a gate, and who is to be told what; everything here happens under the gate's lock.
///
/// One of those who wait is the lead: it alone sleeps until the moment at which the next call may
/// begin, the others until they have waited too long. Who is woken looks again; waking somebody for
/// nothing does no harm.
struct GateDesk {
    typealias Continuation = CheckedContinuation<Void, Never>

    /// What a call does next.
    enum Step {
        case begin(isTrial: Bool)
        case refused(Refusal)
        case wait(until: Duration)
    }

    /// Why a call does not get its turn, and when to come again.
    enum Refusal {
        case leftAlone(Duration?)
        case tooLong(Duration?)
    }

    private struct Ticket {
        let bound: Duration
        let waitsForTrial: Bool
        var step: Step?
        var listener: Continuation?
        var isWoken = false
    }

    var state: GateState
    private var tickets: [Int: Ticket] = [:]
    private var lead: Int?
    /// The moment that the lead sleeps until.
    private var alarm: Duration?
    private var last = 0

    init(_ limits: EndpointLimits, longestPause: Duration) {
        state = GateState(limits, longestPause: longestPause)
    }

    /// Why a call that comes now need not wait at all.
    func refusal(waitsForTrial: Bool, at now: Duration) -> Refusal? {
        switch state.breaker.state {
        case .open(let until) where until > now: .leftAlone(until - now)
        case .trying where !waitsForTrial: .leftAlone(nil)
        default: nil
        }
    }

    mutating func arrive(
        run: RunID?, tokens: Int, waitsForTrial: Bool, bound: Duration
    ) -> Int {
        last += 1
        tickets[last] = Ticket(bound: bound, waitsForTrial: waitsForTrial)
        state.arrive(GateState.Call(id: last, run: run, tokens: tokens))
        return last
    }

    /// Lets calls begin that may, and makes sure that somebody sees to the next one.
    ///
    /// - Parameter caller: who calls, and so needs not be woken.
    /// - Returns: those to be resumed when the lock is open again.
    mutating func proceed(at now: Duration, by caller: Int? = nil) -> [Continuation] {
        var woken: [Continuation] = []
        let (calls, isTrial) = state.admit(at: now)
        for call in calls {
            tickets[call.id]?.step = .begin(isTrial: isTrial && call == calls.last)
            if call.id != caller { woken += wake(call.id) }
        }
        for (number, refusal) in refusals(at: now) {
            state.giveUp(number)
            tickets[number]?.step = .refused(refusal)
            if number != caller { woken += wake(number) }
        }
        return woken + appointLead(at: now, by: caller)
    }

    /// What a call does next; one that begins or was refused is forgotten here.
    mutating func step(of number: Int, at now: Duration) -> Step {
        guard let ticket = tickets[number] else { return .refused(.tooLong(nil)) }
        if let step = ticket.step {
            tickets[number] = nil
            return step
        }
        guard now < ticket.bound else {
            let next = state.nextStart(at: now).map { max(.zero, $0 - now) }
            return .refused(.tooLong(next))
        }
        guard lead == number, let alarm else { return .wait(until: ticket.bound) }
        return .wait(until: min(alarm, ticket.bound))
    }

    mutating func remove(_ number: Int) {
        tickets[number] = nil
        state.giveUp(number)
        if lead == number { lead = nil }
    }

    // MARK: Waking

    /// Whether there is news already; else the continuation is kept for it.
    mutating func listen(_ number: Int, _ continuation: Continuation) -> Bool {
        guard tickets[number]?.isWoken == false, tickets[number]?.step == nil else {
            tickets[number]?.isWoken = false
            return true
        }
        tickets[number]?.listener = continuation
        return false
    }

    mutating func wake(_ number: Int) -> Continuation? {
        guard let listener = tickets[number]?.listener else {
            tickets[number]?.isWoken = true
            return nil
        }
        tickets[number]?.listener = nil
        return listener
    }

    private func refusals(at now: Duration) -> [(Int, Refusal)] {
        switch state.breaker.state {
        case .closed: []
        case .open(let until):
            until <= now ? [] : state.waiting.all.map { ($0.id, .leftAlone(until - now)) }
        case .trying:
            state.waiting.all.filter { tickets[$0.id]?.waitsForTrial == false }
                .map { ($0.id, .leftAlone(nil)) }
        }
    }

    /// The lead is woken when it would sleep too long, and another one when it is gone.
    private mutating func appointLead(at now: Duration, by caller: Int?) -> [Continuation] {
        if let lead, tickets[lead] == nil || tickets[lead]?.step != nil { self.lead = nil }
        guard let first = state.waiting.first?.id else { return [] }
        let next = state.nextStart(at: now)
        let isLate = next.map { next in alarm.map { next < $0 } ?? true } ?? false
        guard lead == nil || isLate else {
            if lead == caller { alarm = next }
            return []
        }
        let appointed = lead ?? first
        lead = appointed
        alarm = next
        return appointed == caller ? [] : wake(appointed).map { [$0] } ?? []
    }
}

extension [GateDesk.Continuation] {
    fileprivate static func += (all: inout Self, one: Element?) {
        if let one { all.append(one) }
    }
}
