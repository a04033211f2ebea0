import CrewKit

/// What is told of probes, figures and past requests.
extension Operations {
    static let observation: [String: Operation] = [:]
}
