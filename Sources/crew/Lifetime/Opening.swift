import CrewKit
import CrewServer
import Foundation
import Logging
import ServiceLifecycle

/// What a server works with once it owns the runs.
struct ServedWork: Sendable {
    let store: CommandStore
    let crews: ServedCrews
    let runners: CrewRunners
    let folders: ServedFolders
    let webhook: WebhookCalls?
}

/// Opens everything that a server works with: the store, the crews, the runs that were left.
struct Opening: Sendable {
    let choice: StoreChoice
    let folders: [String]
    let retention: RetentionOptions
    let background: BackgroundWork
    let environmentFile: String?
    let webhook: WebhookOptions
    /// Makes the plan of the crews over an open store.
    let plan: @Sendable (CommandStore) -> ServingPlan

    /// - Parameter isWanted: asked before the runs that were left are taken up.
    /// - Throws: what keeps the server from working; nothing is open then. `CancellationError` when
    ///   it is not wanted any more.
    func open(while isWanted: @Sendable () -> Bool = { true }) async throws -> ServedWork {
        let store = try CommandStore.open(choice, of: folders[0], keeping: retention)
        do {
            return try await open(store, while: isWanted)
        } catch {
            await store.closeQuietly()
            throw error
        }
    }

    /// Reads the crews as they will be opened, to find out early what is wrong with them.
    func check() throws {
        let plan = plan(CommandStore(runs: InMemoryRunStore(), file: nil))
        for folder in folders { _ = try plan.setup(of: folder, showsProblems: false) }
    }

    private func open(
        _ store: CommandStore, while isWanted: @Sendable () -> Bool
    ) async throws -> ServedWork {
        let plan = plan(store)
        let logger = plan.logger
        let served = ServedFolders(plan: plan, background: background)
        let (crews, runners) = try await served.open(folders)
        let environment = try EnvironmentReader(folder: folders[0], file: environmentFile)
            .environment(ProcessInfo.processInfo.environment)
        // A run that is taken up says so in its log, and somebody has to work it then.
        guard isWanted() else { throw CancellationError() }
        do {
            let count = try await runners.recover { run, error in
                logger.warning(
                    "run '\(run)' is left as it is, it cannot be read: \(error.message)")
            }
            try await runners.settleOverdue()
            if count > 0 { logger.notice("\(Self.fate(of: count, under: plan.recovery))") }
            return ServedWork(
                store: store, crews: crews, runners: runners, folders: served,
                webhook: try await webhook.calls(
                    for: crews.all.map(\.runner), environment: environment, logger: logger))
        } catch {
            await runners.letGo()
            throw error
        }
    }

    private static func fate(of count: Int, under policy: RecoveryPolicy) -> String {
        let runs = count == 1 ? "1 unfinished run was" : "\(count) unfinished runs were"
        return switch policy {
        case .resume: "\(runs) taken up"
        case .pause: "\(runs) paused: crew runs resume goes on"
        case .fail: "\(runs) ended as failed"
        }
    }
}

extension CrewRunners {
    /// Hands back what was taken up and never begun, while the store is still open.
    func letGo() async {
        handBack()
        await withTaskGroup(of: Void.self) { group in
            for runner in all { group.addTask { await runner.run() } }
            group.cancelAll()
        }
    }
}

/// Waits for the process that owns the store to let go of it, and takes its place.
struct Takeover: Service {
    let opening: Opening
    let stage: Later<ServedWork>
    /// How long it waits.
    let patience: Duration

    /// How often the owner's lock is looked at: the gap between two servers is that long.
    private static let interval: Duration = .milliseconds(50)

    func run() async throws {
        try await takeOver()
        try? await gracefulShutdown()  // also when it is cancelled
    }

    private func takeOver() async throws {
        let clock = ContinuousClock()
        let end = clock.now + patience
        while !stage.isSettled {
            if try !isOwned {
                do {
                    let work = try await opening.open { !stage.isSettled }
                    if !stage.give(work) {
                        await work.runners.letGo()
                        await work.store.closeQuietly()
                    }
                    return
                } catch is CancellationError {
                    return  // asked to end meanwhile
                } catch let error as CrewError where error.code == .storeInUse {
                    // Another one that stood by was quicker.
                }
            }
            guard clock.now < end else {
                throw CommandFailure(
                    "error: the process that owns the store did not end within \(patience): end "
                        + "it, or give --standby-seconds more")
            }
            // Cancelled, the server ends.
            guard (try? await clock.sleep(for: Self.interval)) != nil else { return }
        }
    }

    private var isOwned: Bool {
        get throws {
            guard let path = opening.choice.path(in: opening.folders[0]) else { return false }
            return try CommandStore.isOwned(path)
        }
    }
}
