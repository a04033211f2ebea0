import CrewConfig
import CrewKit

/// One version of a crew, with the models, processes and connections that are open for it.
///
/// They are closed when nothing is worked with the version any more.
struct OpenVersion: Sendable {
    let version: CrewVersion
    let choices: ModelChoices
    private let adoption: AsyncStream<CrewRunner>.Continuation

    private enum Opened: Sendable {
        case version(CrewVersion, ModelChoices)
        case failure(any Error)
    }

    /// Opens everything that a crew's agents use.
    ///
    /// - Parameter asked: the runners of the crews that work as tools.
    /// - Throws: what keeps it from being opened; what was opened before that is closed again.
    static func open(
        _ setup: CrewSetup, asking asked: BuiltCrews, in background: BackgroundWork,
        log: @escaping @Sendable (String) -> Void
    ) async throws -> OpenVersion {
        let (opened, tell) = AsyncStream<Opened>.makeStream()
        let (adopted, adoption) = AsyncStream<CrewRunner>.makeStream()
        background.add {
            do {
                try await keepOpen(setup, asked, log) { version, choices in
                    tell.yield(.version(version, choices))
                    for await runner in adopted {
                        try? await runner.drained(version)  // or the server ends
                        break
                    }
                }
            } catch {
                tell.yield(.failure(error))
            }
        }
        for await result in opened {
            switch result {
            case .version(let version, let choices):
                return OpenVersion(version: version, choices: choices, adoption: adoption)
            case .failure(let error): throw error
            }
        }
        adoption.finish()
        throw CancellationError()
    }

    private static func keepOpen(
        _ setup: CrewSetup, _ asked: BuiltCrews, _ log: @escaping @Sendable (String) -> Void,
        _ body: @escaping @Sendable (CrewVersion, ModelChoices) async -> Void
    ) async throws {
        let crew = try setup.loaded.validated(tools: setup.builtInToolNames, prices: setup.prices)
        let name = setup.loaded.definition.name
        try await ToolProcesses.withStarted(for: setup.loaded.definition, log: log) { processes in
            let seat = setup.parts?.add(.workers(processes.workers, of: name))
            defer { seat?.leave() }
            try await setup.withModels { models, choices in
                try await setup.withToolbox(processes, subcrews: asked) { tools in
                    let version = try CrewVersion(crew: crew, models: models, tools: tools)
                    await body(version, choices)
                }
            }
        }
    }

    /// Leaves it open until that runner is done with it.
    func adopt(by runner: CrewRunner) {
        adoption.yield(runner)
        adoption.finish()
    }

    /// Closes it: nobody will use it.
    func discard() { adoption.finish() }
}
