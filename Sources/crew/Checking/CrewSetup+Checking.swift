import CrewConfig
import CrewKit

extension CrewSetup {
    /// Shows why models cannot be built, in the form of every other problem of the crew.
    ///
    /// - Throws: `CommandFailure` when one cannot.
    func refuseWrongModels() throws {
        guard !modelOptions.local, !modelOptions.scripted else { return }
        let errors = ModelCheck(crew: loaded, environment: environment).errors
        for problem in errors { StandardStreams.complain(problem.quotedDescription) }
        guard errors.isEmpty else {
            throw CommandFailure("the crew cannot run", code: ExitCodes.unreadable)
        }
    }
}
