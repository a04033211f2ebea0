import CrewConfig
import CrewKit
import Foundation

/// Looks over one crew's folder and the crews that work for it, everything that this machine can tell
/// included.
struct CrewCheck {
    var options: CrewOptions
    /// Whether endpoints are asked.
    var isOnline = false

    /// Everything that is wrong or odd.
    ///
    /// - Throws: `UnreadableCrew` or `CommandFailure` when nothing can be read.
    func problems() async throws -> [LocatedProblem] {
        var found: [LocatedProblem] = []
        var setup = try setup(options.folder)
        found += try await problems(of: setup)
        var seen: Set<String> = [Self.canonical(options.folder)]
        var names = [setup.loaded.definition.name: setup.loaded.folder]
        var next = subCrews(of: setup)
        while !next.isEmpty {
            let inner = next.removeFirst()
            guard seen.insert(Self.canonical(inner.folder)).inserted else { continue }
            do {
                setup = try self.setup(inner.folder)
            } catch is UnreadableCrew {
                // Whoever lets the crew work has told it.
                continue
            }
            if let other = names.updateValue(inner.folder, forKey: setup.loaded.definition.name) {
                found.append(twoOfOneName(setup.loaded, other))
            }
            found += try await problems(of: setup)
            next += subCrews(of: setup)
        }
        return found
    }

    private func setup(_ folder: String) throws -> CrewSetup {
        var options = options
        options.folder = folder
        return try CrewSetup(options, models: ModelOptions.none, showsProblems: false)
    }

    private func problems(of setup: CrewSetup) async throws -> [LocatedProblem] {
        var further = setup.furtherProblems
        let models = ModelCheck(crew: setup.loaded, environment: setup.environment)
        further += models.problems
        if isOnline { further += try await models.onlineProblems() }
        do {
            try await setup.checkSandbox()
        } catch let error as CrewError {
            further.append(
                DefinitionProblem(
                    .error, "sandbox_missing", at: .crew("tools"),
                    "on this machine it cannot run: \(error.message)"))
        }
        return setup.loaded.problems(
            tools: setup.builtInToolNames, prices: setup.prices, further: further)
    }
}

extension CrewCheck {
    /// The crews that work as tools of one, with the tools' names.
    private func subCrews(of setup: CrewSetup) -> [(tool: ToolName, folder: String)] {
        setup.loaded.definition.tools.compactMap { tool in
            guard case .crew(let folder) = tool.work, !folder.isEmpty else { return nil }
            return (tool.name, folder)
        }
    }

    /// What a run would say as soon as it opens both crews.
    private func twoOfOneName(_ crew: LoadedCrew, _ other: String) -> LocatedProblem {
        let problem = DefinitionProblem(
            .error, "duplicate_crew", at: .crew("name"),
            "two crews are named '\(crew.definition.name)': this one and that in \(other)",
            suggestion: "give one of them another name: runs are told apart by them")
        return crew.quoted(problem)
    }

    private static func canonical(_ folder: String) -> String {
        URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
