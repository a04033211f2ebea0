import CrewKit

/// Stands where a model would, in commands that call none.
struct AbsentModel: LanguageModel {
    let name = "no model"

    static func set(for crew: CrewDefinition) -> ModelSet {
        ModelSet(Dictionary(crew.agents.map { ($0.id, AbsentModel()) }, uniquingKeysWith: { $1 }))
    }

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        throw CrewError(.modelUnavailable, "this command calls no model")
    }
}
