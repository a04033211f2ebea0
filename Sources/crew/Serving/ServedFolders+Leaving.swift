import CrewKit
import Logging

/// Crews that the present versions of others do not ask any more.
///
/// Such a crew goes on as it is while runs are under way that began when it was asked, and is taken up
/// again when a new version asks it before it has ended.
extension ServedFolders {
    /// Remembers whom a version asks until nothing is worked with it any more.
    func remember(_ version: CrewVersion, of runner: CrewRunner, asks asked: [String]) {
        guard !asked.isEmpty else { return }
        asking[version] = asked
        background.add {
            do {
                try await runner.drained(version)
            } catch {
                return  // the server ends
            }
            await self.forget(version)
        }
    }

    private func forget(_ version: CrewVersion) {
        asking[version] = nil
        retireUnasked()
    }

    /// Lets go of crews that no version asks which something is worked with, once nothing of them is
    /// under way.
    func retireUnasked() {
        // What is being read may ask them; this is called again when that is over.
        guard !isReloading else { return }
        leaving = Set(units.keys).subtracting(presentlyAsked)
        let held = held
        for key in leaving where !held.contains(key) {
            guard let runner = units[key]?.runner, ending.insert(key).inserted else { continue }
            background.add {
                do {
                    try await runner.idle()
                } catch {
                    return  // the server ends
                }
                await self.end(key)
            }
        }
    }

    /// The crews that are served, and those that these ask now.
    private var presentlyAsked: Set<String> {
        var asked = Set(units.filter { $0.value.servedID != nil }.keys)
        var open = Array(asked)
        while let key = open.popLast() {
            for other in units[key]?.asked ?? [] where asked.insert(other).inserted {
                open.append(other)
            }
        }
        return asked
    }

    /// The crews that versions ask which are not done with.
    private var held: Set<String> { Set(asking.values.joined()) }

    private func end(_ key: String) {
        ending.remove(key)
        guard !isReloading, leaving.contains(key), !held.contains(key) else { return }
        guard let runners, let runner = units[key]?.runner else { return }
        guard runners.retireIfIdle(runner) else { return retireUnasked() }
        (units[key], places[key], problems[key]) = (nil, nil, nil)
        leaving.remove(key)
        do {
            // What its last version holds is closed when another one takes its place.
            let crew = runner.crew
            try runner.replace(
                with: CrewVersion(crew: crew, models: AbsentModel.set(for: crew.definition)))
            plan.logger.notice("crew '\(runner.name)' is let go of: no other one asks it any more")
        } catch {
            plan.logger.error("crew '\(runner.name)' is not let go of: \(text(of: error))")
        }
        // A version that was refused may need its name.
        if !problems.isEmpty { retirement.yield() }
    }
}
