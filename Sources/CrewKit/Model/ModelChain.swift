/// What an agent asks: a model, and others that take over when it fails.
///
/// Each link is tried as its own policy says before the next one takes over. Nobody takes over what no
/// other model could mend: a cancelled call, a refused request, a filtered answer, a spent budget.
public struct ModelChain: LanguageModel {
    /// A link with everything that its calls go through.
    private struct Station: Sendable {
        let model: any LanguageModel
        let conditions: Set<FallbackCondition>
    }

    /// A failure and whose it was.
    private struct Failure {
        let model: String
        let error: CrewError
    }

    public let links: [ModelLink]
    private let stations: [Station]

    /// - Parameters:
    ///   - links: in the order in which they are asked; at least one.
    ///   - clock: what retries, limits and second calls wait on.
    ///   - random: a number from 0 up to 1, by which waits are spread.
    public init(
        _ links: [ModelLink], clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }  // default
    ) {
        precondition(!links.isEmpty, "a chain has at least one link")
        self.links = links
        stations = links.enumerated().map { index, link in
            let isHandedOn = links[(index + 1)...].contains { $0.takesOver(after: .modelTimeout) }
            let isLast = !links[(index + 1)...].contains { $0.takesOver(after: .modelLeftAlone) }
            return Station(
                model: link.equipped(
                    isLast: isLast, retriesTimeouts: !isHandedOn, clock: clock, random: random),
                conditions: link.conditions)
        }
    }

    /// One model without retries, limits and successors.
    public init(_ model: any LanguageModel, price: TokenPrice? = nil) {
        self.init([ModelLink(model, price: price)])
    }

    /// The name of the first model.
    public var name: String { stations[0].model.name }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var failures: [Failure] = []
        var index = 0
        while true {
            let model = stations[index].model
            do {
                var reply = try await model.reply(to: request, progress: progress)
                // Without this the reply would be put down to the first model.
                if index > 0 { reply.model = reply.model ?? model.name }
                return reply
            } catch let error as CrewError {
                failures.append(Failure(model: model.name, error: error))
                guard let next = successor(of: index, after: failures) else {
                    throw Self.error(of: failures)
                }
                try Task.checkCancellation()
                progress(
                    .fellBack(from: model.name, to: stations[next].model.name, reason: error.code))
                index = next
            }
        }
    }

    /// The next link that takes over for any of these failures.
    private func successor(of index: Int, after failures: [Failure]) -> Int? {
        guard failures.last?.error.code.isMendedByOthers == true else { return nil }
        return stations.indices.first { candidate in
            candidate > index
                && failures.contains { stations[candidate].conditions.match($0.error.code) }
        }
    }

    /// The first failure, with what became of it.
    private static func error(of failures: [Failure]) -> CrewError {
        let first = failures[0].error
        guard failures.count > 1 else { return first }
        let others = failures.dropFirst().map { "\($0.model): \($0.error.message)" }
        return CrewError(
            first.code, "\(first.message); then \(others.joined(separator: "; then "))",
            cause: first, retryAfter: first.retryAfter)
    }
}
