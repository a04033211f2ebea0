/// Which calls of a tool a person has to allow.
public enum ToolApproval: Sendable, Hashable {
    case never
    /// Each call waits for a decision before it is made.
    case always
    /// Calls of tools whose effect cannot be undone.
    case irreversible
    /// Calls whose arguments fulfil one of these.
    case when([ArgumentRule])

    /// Whether a call waits for a decision.
    public func asks(effect: ToolEffect, arguments: JSONValue) -> Bool {
        switch self {
        case .never: false
        case .always: true
        case .irreversible: effect == .irreversible
        case .when(let rules): rules.contains { $0.matches(arguments) }
        }
    }
}

extension ToolDefinition {
    /// Whether a call waits for a decision, by the arguments with which the tool would be called:
    /// converted, with defaults filled in. Arguments that do not fit ask for nothing, as the call is
    /// not made.
    public func asks(about arguments: JSONValue, _ settings: CrewSettings) -> Bool {
        let approval = approval ?? settings.toolApproval
        guard case .when = approval else { return approval.asks(effect: effect, arguments: [:]) }
        do throws(CrewError) {
            let checked = try ArgumentCheck.arguments(arguments, for: self)
            return approval.asks(effect: effect, arguments: .object(checked))
        } catch {
            return false
        }
    }
}

extension ToolDefinition {
    /// A call with the arguments that the tool gets, where they fit: whoever allows it sees them.
    func asCalled(_ call: ToolCall) -> ToolCall {
        var shown = call
        do throws(CrewError) {
            shown.arguments = .object(try ArgumentCheck.arguments(call.arguments, for: self))
        } catch {
            return call  // it fails, whatever is decided
        }
        return shown
    }
}

/// A condition on one argument of a call.
public struct ArgumentRule: Sendable, Hashable {
    /// The parameter, or a path of names such as `order.total`.
    public var argument: String
    public var test: Test

    public enum Test: Sendable, Hashable {
        case isPresent
        case equals(JSONValue)
        case isOneOf([JSONValue])
        case isNoneOf([JSONValue])
        /// A regular expression that is found in the text.
        case matches(String)
        case isAbove(Double)
        case isBelow(Double)
    }

    public init(_ argument: String, _ test: Test) {
        self.argument = argument
        self.test = test
    }

    /// An argument that is not there fulfils nothing; one that cannot be compared fulfils the rule,
    /// so that a person sees it.
    public func matches(_ arguments: JSONValue) -> Bool {
        var value = arguments
        for step in argument.split(separator: ".") {
            // A path through what is no object cannot be followed: a person looks at it.
            guard let members = value.object else { return !value.isNull }
            guard let member = members[String(step)] else { return false }
            value = member
        }
        guard !value.isNull else { return false }
        switch test {
        case .isPresent: return true
        case .equals(let wanted): return value == wanted
        case .isOneOf(let list): return list.contains(value)
        case .isNoneOf(let list): return !list.contains(value)
        case .isAbove(let bound): return number(value).map { $0 > bound } ?? true
        case .isBelow(let bound): return number(value).map { $0 < bound } ?? true
        case .matches(let pattern): return isFound(pattern, in: value)
        }
    }

    /// Models write numbers as text too.
    private func number(_ value: JSONValue) -> Double? {
        let number = value.double ?? value.string.flatMap { Double($0) }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    private func isFound(_ pattern: String, in value: JSONValue) -> Bool {
        guard let regex = try? Regex(pattern) else { return true }  // checked at load
        return (value.string ?? value.text).firstMatch(of: regex) != nil
    }
}
