public import Foundation

extension BudgetWindow {
    private var seconds: Double {
        switch self {
        case .minute: 60
        case .hour: 3_600
        case .day: 86_400
        }
    }

    /// When the window began in which that moment lies.
    public func start(of time: Date) -> Date {
        Date(
            timeIntervalSince1970: (time.timeIntervalSince1970 / seconds).rounded(.down) * seconds)
    }

    /// When the window ends in which that moment lies.
    public func end(of time: Date) -> Date { start(of: time) + seconds }
}
