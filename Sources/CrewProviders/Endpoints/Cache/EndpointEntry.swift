import CrewKit
import Synchronization

/// What is kept of one endpoint.
final class EndpointEntry: Sendable {
    /// Models of one endpoint that are kept; more than anybody needs are made by mistakes.
    private static let mostModels = 64

    let gate: EndpointGate
    /// Tells it from the one that is made in its place.
    let number: UInt
    private let models = Mutex<[ModelReference: any LanguageModel]>([:])

    init(gate: EndpointGate, number: UInt) {
        self.gate = gate
        self.number = number
    }

    var isIdle: Bool { gate.callCount == 0 }

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
