import CrewKit
import CrewServer
import Foundation
import Logging

/// New versions of crews whose files have changed.
extension ServedFolders {
    /// The crews whose files are not what they were when they were read, with what they are now.
    func changed() -> [String: FileMarks] {
        var changed: [String: FileMarks] = [:]
        for (key, place) in places where units[key] != nil && !leaving.contains(key) {
            let present = place.present
            if present != place.marks { changed[key] = present }
        }
        return changed
    }

    /// Reads crews again and puts their new versions in place of the present ones, all at once.
    ///
    /// A crew that cannot run, or asks one that cannot, stays as it is; what is wrong is told by
    /// `/v1/crews`, `/health` and the log.
    ///
    /// - Parameter wanted: the folders of the crews; absent means all.
    /// - Throws: `CancellationError`.
    func reload(_ wanted: Set<String>?) async throws {
        isReloading = true
        defer {
            isReloading = false
            retireUnasked()
        }
        let units = units.filter { !leaving.contains($0.key) }
        var building = Building()
        // One that was refused may be right with what has changed elsewhere.
        building.wanted = wanted.map { $0.union(problems.keys) } ?? Set(units.keys)
        building.wanted.formIntersection(units.keys)
        guard !building.wanted.isEmpty else { return }
        tell(building.wanted) { $0.isLoading = true }
        defer { tell(building.wanted) { $0.isLoading = false } }
        do {
            for key in building.wanted.sorted() {
                guard let folder = units[key]?.folder else { continue }
                try await build(folder, into: &building)
            }
            try put(building)
        } catch is CancellationError {
            for open in building.opened.values { open.discard() }
            throw CancellationError()
        } catch {
            for open in building.opened.values { open.discard() }
            for key in building.wanted { refuse(key, text(of: error)) }
            return
        }
        for (key, failure) in building.failures where units[key] != nil {
            refuse(key, text(of: failure))
        }
    }

    /// - Throws: `invalidDefinition` when a crew has the name of another one; nothing is changed.
    private func put(_ building: Building) throws {
        let changes = building.opened.compactMap { key, open in
            units[key].map { (runner: $0.runner, version: open.version) }
        }
        try runners?.replace(changes, adding: building.added.map(\.unit.runner))
        adopt(building)
        for (key, open) in building.opened {
            problems[key] = nil
            let choices = open.choices
            tell([key]) { crew in
                crew.modelDescription = choices.summary
                crew.isScripted = choices.isScripted
                crew.loadedAt = Date()
                crew.reloadProblem = nil
            }
            guard let runner = units[key]?.runner else { continue }
            plan.logger.notice(
                "crew '\(runner.name)' has a new version, \(open.version.digest ?? "without a digest"); \(runner.activeRuns) runs under way keep theirs"
            )
        }
    }

    private func refuse(_ key: String, _ problem: String) {
        // Tried again with every other change, it is said once.
        guard problems.updateValue(problem, forKey: key) != problem else { return }
        let time = Date()
        tell([key]) { $0.reloadProblem = .init(message: problem, time: time) }
        let name = units[key]?.runner.name ?? key
        plan.logger.error(
            "the new version of crew '\(name)' is refused, the one before goes on:\n\(problem)")
    }

    private func tell(
        _ keys: Set<String>, _ change: @Sendable (inout CrewServer.ServedCrew) -> Void
    ) {
        for key in keys {
            guard let id = units[key]?.servedID else { continue }
            crews?.update(id, change)
        }
    }
}
