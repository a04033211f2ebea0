import CrewConfig
import CrewKit
import Foundation
import Logging

/// What all crews of a server have in common.
struct ServingPlan: Sendable {
    let store: CommandStore
    let recovery: RecoveryPolicy
    let models: ModelOptions
    let environmentFile: String?
    let prices: String?
    let logger: Logger
    /// What is open for the crews.
    let parts: OpenParts
    /// The room for runs that all crews share.
    let admission: RunAdmission
    /// Told of what happens in the runs of all crews.
    let activity: RunActivity

    /// Reads and checks the crew in a folder.
    ///
    /// - Parameter showsProblems: true to show what is wrong or odd at once; otherwise errors are
    ///   thrown with all that is wrong.
    func setup(of folder: String, showsProblems: Bool) throws -> CrewSetup {
        let options = CrewOptions(
            folder: folder, environmentFile: environmentFile, prices: prices)
        var setup = try CrewSetup(options, models: models, showsProblems: showsProblems)
        setup.parts = parts
        guard !showsProblems else { return setup }
        let errors = setup.problems.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw CommandFailure(errors.map(\.description).joined(separator: "\n"))
        }
        return setup
    }

    func runner(of version: CrewVersion) throws(CrewError) -> CrewRunner {
        var options = RunnerOptions()
        options.recovery = recovery
        options.leavesRunsUnfinished = store.outlivesProcess
        options.admission = admission
        options.activity = activity
        return try CrewRunner(version, store: store.runs, options: options)
    }

    /// Files that are read for every crew, apart from those in its folder.
    func sharedFiles(_ setup: CrewSetup?) -> [String] {
        let environment = setup?.environment ?? ProcessInfo.processInfo.environment
        let named = prices ?? environment["CREW_PRICES"] ?? PriceFiles.usualPath(environment)
        let prices = setup?.loaded.definition.settings.pricesFile
        return [environmentFile ?? ".env", named, prices].compactMap { $0 }.filter { !$0.isEmpty }
            + (setup?.loaded.files ?? []) + (setup?.loaded.secretFiles ?? [])
    }
}
