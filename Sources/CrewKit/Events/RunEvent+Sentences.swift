extension RunEvent {
    /// What befell a model call, as a sentence for people; absent for everything else.
    public var modelCallNews: ModelCallNews? {
        switch self {
        case .modelRetried(let retry):
            ModelCallNews(
                agent: retry.agent, word: "retry", code: retry.reason,
                sentence: "attempt \(retry.attempt) failed (\(retry.reason)); trying again in "
                    + Self.seconds(retry.delaySeconds))
        case .modelFellBack(let fallback):
            ModelCallNews(
                agent: fallback.agent, word: "fallback", code: fallback.reason,
                sentence: "\(fallback.from) failed (\(fallback.reason)); \(fallback.to) takes over")
        case .modelHedged(let hedge):
            ModelCallNews(
                agent: hedge.agent, word: "hedge", code: name,
                sentence:
                    "nothing came within \(Self.seconds(hedge.afterSeconds)); a second call is "
                    + "made beside the first")
        case .modelWaited(let wait):
            ModelCallNews(
                agent: wait.agent, word: "wait", code: name,
                sentence: "waited \(Self.seconds(wait.seconds)) for the limits of \(wait.endpoint)")
        case .breakerChanged(let changed):
            ModelCallNews(
                agent: changed.agent, word: "breaker", code: changed.change.state.rawValue,
                sentence: changed.change.sentence)
        case .budgetReported(let report):
            ModelCallNews(
                agent: report.agent, word: "budget", code: report.notice.kind.rawValue,
                sentence: report.notice.sentence)
        case .replyRejected(let rejected):
            ModelCallNews(
                agent: rejected.agent, word: "reply_rejected",
                code: CrewError.Code.replyRejected.rawValue,
                sentence:
                    "the reply has not its shape: \(rejected.problems.joined(separator: "; "))"
                    + (rejected.isRepaired ? "; the model is asked once more" : ""))
        default: nil
        }
    }

    private static func seconds(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

/// What befell a model call.
public struct ModelCallNews: Sendable {
    public var agent: AgentID
    /// The type of the frame that tells of it.
    public var word: StaticString
    public var code: String
    public var sentence: String
}

extension BreakerChange {
    fileprivate var sentence: String {
        switch state {
        case .open:
            "\(endpoint) keeps failing and is left alone for \(Int((pauseSeconds ?? 0).rounded())) s"
        case .trying: "\(endpoint) is tried again with one call"
        case .closed: "\(endpoint) answers again"
        }
    }
}

extension BudgetNotice {
    /// What it says, for people.
    public var sentence: String {
        let bound = "\(limit.measure.text(limit.amount)) \(limit.name(of: owner))"
        let reset = resetsAt.map { "; it begins anew at \(Timestamp.text($0))" } ?? ""
        switch kind {
        case .refused where limit.scope == .call:
            return
                "the call may take \(limit.measure.text(asked ?? 0)), and \(limit.measure.text(limit.amount)) "
                + "is the most for one"
        case .refused:
            let asked = asked.map { ", and this call may take \(limit.measure.text($0))" } ?? ""
            return
                "the budget of \(bound) is used up: \(limit.measure.text(spent)) are spent or put "
                + "aside\(asked)\(reset)"
        case .warning:
            let share = Int(((threshold ?? 0) * 100).rounded())
            return
                "\(share) % of the budget of \(bound) are spent: \(limit.measure.text(spent))\(reset)"
        case .unknownPrice:
            return
                "what the model costs is not known, so the budget of \(bound) cannot hold; write its "
                + "price into the crew, or import a price table"
        case .exceeded:
            return
                "the budget of \(bound) is passed: \(limit.measure.text(spent)) are spent\(reset)"
        }
    }
}

extension BudgetLimit {
    /// Such as `per day of agent 'my'`.
    fileprivate func name(of owner: String) -> String {
        let window = window.map { "per \($0.rawValue) " } ?? ""
        return scope == .call ? "\(window)per call" : "\(window)of \(scope.rawValue) '\(owner)'"
    }
}

extension BudgetMeasure {
    /// An amount with its unit.
    public func text(_ amount: Int) -> String {
        switch self {
        case .cost: "$" + Self.dollars(amount)
        case .time: "\(amount / 1000).\(amount % 1000 / 100) s"
        case .errorsInARow: "\(amount) errors in a row"
        default: "\(amount) \(rawValue.replacing("_", with: " "))"
        }
    }

    /// Six decimals: a single call costs far less than a cent.
    private static func dollars(_ nanodollars: Int) -> String {
        let micros = (nanodollars + 500) / 1000
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
            + fraction
    }
}
