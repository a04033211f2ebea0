/// Takes arguments one by one, and gathers what is wrong with all of them.
///
///     let order = try call.read { arguments in
///         Order(
///             email: arguments.require("email", .text.with(.trim, .lower).checked(.format(.email))),
///             count: arguments.optional("count", .integer.checked(.between(1...10))) ?? 1)
///     }
///
/// Within the closure a value that does not fit is a stand-in: only gather there, work afterwards.
public struct ArgumentReader {
    private let arguments: JSONObject
    /// What does not fit, one sentence for each parameter.
    public private(set) var problems: [String] = []

    public init(_ arguments: JSONObject) { self.arguments = arguments }

    /// The value of a parameter that must be given.
    public mutating func require<Value>(_ name: String, _ kind: ArgumentKind<Value>) -> Value {
        guard let given = given(name) else {
            let meant = NearestWord.of(name, among: arguments.keys.filter { $0 != name })
            problems.append(
                "parameter '\(name)' is required"
                    + (meant.map { "; '\($0)' is not known" } ?? ""))
            return kind.standIn
        }
        return value(given, name, kind)
    }

    /// The value of a parameter that may be left out; `null` counts as left out.
    public mutating func optional<Value>(_ name: String, _ kind: ArgumentKind<Value>) -> Value? {
        given(name).map { value($0, name, kind) }
    }

    private func given(_ name: String) -> JSONValue? {
        guard let value = arguments[name], !value.isNull else { return nil }
        return value
    }

    private mutating func value<Value>(
        _ given: JSONValue, _ name: String, _ kind: ArgumentKind<Value>
    ) -> Value {
        switch kind.convert(given) {
        case .value(let value): return value
        case .problem(let text):
            problems.append("parameter '\(name)' \(text)")
            return kind.standIn
        }
    }

    /// All problems as one failure; absent when everything fits.
    public var failure: ToolFailure? {
        guard !problems.isEmpty else { return nil }
        return ToolFailure(
            .parameter, "the arguments do not fit: " + problems.joined(separator: "; "),
            isWithoutEffect: true)
    }
}

extension ToolInvocation {
    /// Reads the arguments.
    ///
    /// - Parameter body: takes each of them from the reader.
    /// - Throws: `ToolFailure` of kind `parameter` with everything that does not fit, else what the
    ///   closure throws.
    public func read<Value>(_ body: (inout ArgumentReader) throws -> Value) throws -> Value {
        var reader = ArgumentReader(arguments)
        let result = Result { try body(&reader) }
        if let failure = reader.failure { throw failure }
        return try result.get()
    }
}
