/// A model that hands a failed call over to another one.
///
/// Every failure of the primary falls back, except for those that another model could not mend: a
/// cancelled call, a refused request, a filtered answer.
public struct FallbackModel: LanguageModel {
    public var name: String { primary.name }

    private let primary: any LanguageModel
    private let backup: any LanguageModel

    public init(_ primary: any LanguageModel, backup: any LanguageModel) {
        self.primary = primary
        self.backup = backup
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        do {
            return try await primary.reply(to: request, progress: progress)
        } catch let error as CrewError {
            guard Self.mayFallBack(on: error.code) else { throw error }
            progress(.fellBack(from: primary.name, to: backup.name, reason: error.code))
            return try await backupReply(to: request, after: error, progress)
        }
    }

    private static func mayFallBack(on code: CrewError.Code) -> Bool {
        code != .modelRejectedRequest && code != .modelContentFiltered
    }

    private func backupReply(
        to request: ModelRequest, after first: CrewError,
        _ progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        do {
            var reply = try await backup.reply(to: request, progress: progress)
            // Without this the reply would be put down to the primary.
            reply.model = reply.model ?? backup.name
            return reply
        } catch let error as CrewError {
            throw CrewError(
                error.code,
                "Both models failed. \(primary.name): \(first.message)."
                    + " \(backup.name): \(error.message)",
                cause: first, retryAfter: error.retryAfter)
        }
    }
}
