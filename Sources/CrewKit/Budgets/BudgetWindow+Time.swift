public import Foundation

extension BudgetWindow {
    private var seconds: Double {
        switch self {
        case .minute: 60
        case .hour: 3_600
        case .day: 86_400
        }
    }

    /// How many windows had ended before that moment, since 1970.
    package func period(of time: Date) -> Int {
        let count = (time.timeIntervalSince1970 / seconds).rounded(.down)
        return Int(exactly: count) ?? 0
    }

    /// When the window ends in which that moment lies.
    public func end(of time: Date) -> Date {
        Date(timeIntervalSince1970: Double(period(of: time) + 1) * seconds)
    }

    package func start(ofPeriod period: Int) -> Date {
        Date(timeIntervalSince1970: Double(period) * seconds)
    }
}
