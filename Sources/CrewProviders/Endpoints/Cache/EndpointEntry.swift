import CrewKit
import Synchronization

/// What is kept of one endpoint.
final class EndpointEntry: Sendable {
    /// Models of one endpoint that are kept; more than anybody needs are made by mistakes.
    private static let mostModels = 64

    let gate: EndpointGate
    private let models = Mutex<[ModelReference: any LanguageModel]>([:])
    private let limits: Mutex<EndpointLimits>
    /// Attoseconds would not fit: nanoseconds since the cache was made.
    private let used: Atomic<Int64>

    init(gate: EndpointGate, limits: EndpointLimits, at now: Duration) {
        self.gate = gate
        self.limits = Mutex(limits)
        used = Atomic(now.nanoseconds)
    }

    var lastUse: Int64 { used.load(ordering: .relaxed) }
    var isIdle: Bool { gate.callCount == 0 }

    /// Whether the entry is not too old; it is young again then.
    func use(at now: Duration, lifetime: Duration) -> Bool {
        let now = now.nanoseconds
        guard now - lastUse < lifetime.nanoseconds || !isIdle else { return false }
        used.store(now, ordering: .relaxed)
        return true
    }

    func isOver(at now: Duration, lifetime: Duration) -> Bool {
        now.nanoseconds - lastUse >= lifetime.nanoseconds && isIdle
    }

    func tighten(to others: EndpointLimits) {
        let tightened = limits.withLock { limits -> EndpointLimits? in
            guard limits != others else { return nil }
            let tightened = limits.tightened(by: others)
            guard tightened != limits else { return nil }
            limits = tightened
            return tightened
        }
        if let tightened { gate.tighten(to: tightened) }
    }

    /// The model of a reference, made where it is not there.
    func model(
        of reference: ModelReference, make: () throws(CrewError) -> any LanguageModel
    ) throws(CrewError) -> any LanguageModel {
        if let model = models.withLock({ $0[reference] }) { return model }
        let model = try make()
        models.withLock { models in
            if models.count >= Self.mostModels { models = [:] }
            models[reference] = model
        }
        return model
    }
}

/// Models hold the headers of their requests, and so the key.
extension EndpointEntry: CustomStringConvertible, CustomReflectable {
    var description: String { "what is kept of \(gate.endpoint)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Duration {
    /// Whole nanoseconds, for three hundred years.
    fileprivate var nanoseconds: Int64 {
        components.seconds &* 1_000_000_000 &+ components.attoseconds / 1_000_000_000
    }
}
