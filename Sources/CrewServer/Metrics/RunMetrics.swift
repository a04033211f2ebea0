import CrewKit
import NIOCore
import ServiceLifecycle

/// Keeps the figures of a server up to date while it runs.
struct RunMetrics: Service {
    /// How often dependencies and budgets are looked at.
    static let readingInterval: Duration = .seconds(10)
    /// How often event loops and tasks are asked.
    static let probeInterval: Duration = .seconds(1)

    let figures: ServerFigures
    let probe: LagProbe
    /// Begun when this is made, so that nothing is missed until it is worked.
    let observations: AsyncStream<RunObservation>

    init(_ figures: ServerFigures, loops: any EventLoopGroup) {
        self.figures = figures
        probe = LagProbe(
            loops: loops.makeIterator().map { loop in { loop.execute($0) } }, book: figures.book)
        observations = figures.options.activity.observations()
        figures.use(probe)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await follow() }
                group.addTask { await repeating(Self.readingInterval) { await readDependencies() } }
                group.addTask { await repeating(Self.readingInterval) { await readBudgets() } }
                group.addTask {
                    await repeating(Self.probeInterval) {
                        probe.askLoops()
                        await probe.askTasks()
                    }
                }
            }
        }
    }

    private func follow() async {
        var runs = RunFigures()
        for await observation in observations { figures.book.take(runs.take(observation)) }
    }

    private func repeating(
        _ interval: Duration, _ body: @Sendable () async -> Void
    ) async {
        repeat {
            await body()
            // The only error is that the server ends.
        } while (try? await figures.options.clock.sleep(for: interval)) != nil
    }

    private func readDependencies() async {
        guard let look = figures.look else { return }
        figures.surroundings.take(await look.states())
    }

    /// What cannot be read now is read later; until then its age tells.
    private func readBudgets() async {
        var budgets: [Surroundings.Budget] = []
        guard let crews = figures.crews else { return }
        for crew in crews.all {
            let report = try? await BudgetReport(  // as above
                of: crew.runner.crew.definition, in: crew.runner.store.budgets,
                at: figures.options.now())
            guard let report else { return }
            budgets += report.rows.map { Surroundings.Budget(crew: crew.runner.name, row: $0) }
        }
        figures.surroundings.take(budgets)
    }
}
