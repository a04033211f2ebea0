import CrewKit

/// A model of an endpoint, without anything to be seen that its requests hold.
struct EndpointModel: LanguageModel {
    var name: String { base.name }
    let base: any LanguageModel

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try await base.reply(to: request, progress: progress)
    }
}

/// Requests hold the key in their headers.
extension EndpointModel: CustomStringConvertible, CustomReflectable {
    var description: String { name }
    var customMirror: Mirror { Mirror(self, children: []) }
}
