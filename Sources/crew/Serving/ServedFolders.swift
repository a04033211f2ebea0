import CrewConfig
import CrewKit
import CrewServer
import Foundation
import Logging

/// The folders of the crews that a server works: those it answers for, and those that these ask.
///
/// Each crew is built once, however many ask it. One at a time may call it.
actor ServedFolders {
    /// One crew as it is worked now.
    struct Unit {
        let folder: String
        let runner: CrewRunner
        /// The folders of the crews that it asks, each in its one spelling.
        var asked: [String]
        /// Absent for a crew that is only asked by others.
        let servedID: String?
    }

    /// Where the files of a crew are, and what they were before they were read last.
    struct Places {
        var crews: [String] = []
        var files: [String] = []
        var marks = FileMarks()

        var present: FileMarks { FileMarks(crews: crews, files: files) }
    }

    let plan: ServingPlan
    let background: BackgroundWork
    /// By their folders, each in its one spelling.
    var units: [String: Unit] = [:]
    /// Why the files of a crew are not what is worked.
    var problems: [String: String] = [:]
    /// What was read for each crew.
    var places: [String: Places] = [:]
    /// Whom versions ask with which something is worked, or will be.
    var asking: [CrewVersion: [String]] = [:]
    /// Crews that no present version asks; they are not read again before one does.
    var leaving: Set<String> = []
    /// Those of them that end as soon as nothing of them is under way.
    var ending: Set<String> = []
    var isReloading = false
    let redaction = Redaction()
    /// That a crew has ended while the new version of another is refused.
    let retirements: AsyncStream<Void>
    let retirement: AsyncStream<Void>.Continuation
    private(set) var runners: CrewRunners?
    private(set) var crews: ServedCrews?

    init(plan: ServingPlan, background: BackgroundWork) {
        self.plan = plan
        self.background = background
        (retirements, retirement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Builds the crews in those folders; to be called once.
    ///
    /// - Throws: when one of them cannot run, or two have one name or one id.
    func open(_ folders: [String]) async throws -> (crews: ServedCrews, runners: CrewRunners) {
        let ids = folders.map { (CrewSetup.key(of: $0), Self.id(of: $0)) }
        var building = Building(servedIDs: Dictionary(ids, uniquingKeysWith: { $1 }))
        for folder in folders {
            try await build(folder, into: &building)
            if let failure = building.failures[CrewSetup.key(of: folder)] {
                throw redacted(failure)
            }
        }
        let runners = try CrewRunners(building.added.map(\.unit.runner))
        adopt(building)
        var served: [ServedCrew] = []
        for (key, id) in ids {
            guard let unit = units[key], let open = building.opened[key] else { continue }
            served.append(
                ServedCrew(
                    id: id, runner: unit.runner, modelDescription: open.choices.summary,
                    isScripted: open.choices.isScripted, loadedAt: Date()))
        }
        let crews = try ServedCrews(served, runners: runners)
        (self.runners, self.crews) = (runners, crews)
        return (crews, runners)
    }

    /// The name of a crew in URLs.
    private static func id(of folder: String) -> String {
        let name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
        return CrewServer.ServedCrew.id(from: name == "crew.yaml" ? "" : name)
    }
}

/// Versions that are made ready to take the place of others, all at once.
struct Building {
    /// The ids of the crews that are served, by their folders.
    var servedIDs: [String: String] = [:]
    /// The folders of crews that are read again; others are taken as they are.
    var wanted: Set<String> = []
    var isFirst: Bool { wanted.isEmpty }

    var seen: Set<String> = []
    var opened: [String: OpenVersion] = [:]
    var asked: [String: [String]] = [:]
    /// Crews that were not worked before: those that others ask before these.
    var added: [(key: String, unit: ServedFolders.Unit)] = []
    var failures: [String: any Error] = [:]
}

extension ServedFolders {
    /// Reads a crew and those that it asks, and opens a version of each that has to have one.
    ///
    /// What keeps a crew from that is noted with it and with those that ask it.
    func build(_ folder: String, into building: inout Building) async throws {
        let key = CrewSetup.key(of: folder)
        guard building.seen.insert(key).inserted else { return }
        let isTaken = units[key] != nil && !leaving.contains(key)
        guard !isTaken || building.wanted.contains(key) else { return }
        do {
            try await open(folder, key, into: &building)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            building.failures[key] = error
        }
    }

    private func open(_ folder: String, _ key: String, into building: inout Building) async throws {
        places[key] = Places()
        note(Places(crews: [folder], files: plan.sharedFiles(nil)), of: key)
        let setup = try plan.setup(of: folder, showsProblems: building.isFirst)
        redaction.add(setup.loaded.secrets)
        note(Places(files: plan.sharedFiles(setup)), of: key)
        let present = units[key]?.runner
        let name = setup.loaded.definition.name
        if let present, present.name != name {
            throw CommandFailure(
                "a crew cannot change its name, from '\(present.name)' to '\(name)', while it is "
                    + "served: runs are told apart by it. Start the server again")
        }
        var asked: BuiltCrews = [:]
        for other in setup.askedFolders {
            try await build(other, into: &building)
            let otherKey = CrewSetup.key(of: other)
            if let failure = building.failures[otherKey] {
                if building.isFirst { throw failure }
                note(Places(crews: [other]), of: key)
                throw CommandFailure("in the crew that it asks: \(text(of: failure))")
            }
            asked[otherKey] =
                units[otherKey]?.runner
                ?? building.added.first { $0.key == otherKey }?.unit.runner
        }
        let open = try await OpenVersion.open(setup, asking: asked, in: background) {
            [logger = plan.logger, redaction] in logger.warning("\(redaction.redacted($0))")
        }
        building.opened[key] = open
        building.asked[key] = asked.keys.sorted()
        guard present == nil else { return }
        let unit = Unit(
            folder: folder, runner: try plan.runner(of: open.version), asked: asked.keys.sorted(),
            servedID: building.servedIDs[key])
        building.added.append((key, unit))
    }

    /// Remembers what further files are before they are read.
    private func note(_ further: Places, of key: String) {
        var known = places[key] ?? Places()
        let new = Places(
            crews: further.crews.filter { !known.crews.contains($0) },
            files: further.files.filter { !known.files.contains($0) })
        known.marks.add(FileMarks(crews: new.crews, files: new.files))
        known.crews += new.crews
        known.files += new.files
        places[key] = known
    }

    /// Takes over what was made ready.
    func adopt(_ building: Building) {
        for (key, unit) in building.added { units[key] = unit }
        for (key, open) in building.opened {
            guard let runner = units[key]?.runner else { continue }
            units[key]?.asked = building.asked[key] ?? []
            remember(open.version, of: runner, asks: building.asked[key] ?? [])
            open.adopt(by: runner)
        }
    }

    /// What went wrong, without secrets.
    nonisolated func text(of failure: any Error) -> String {
        redaction.redacted(Self.plainText(of: failure))
    }

    private nonisolated func redacted(_ failure: any Error) -> any Error {
        let text = text(of: failure)
        guard text != Self.plainText(of: failure) else { return failure }
        let code = (failure as? CommandFailure)?.code ?? ExitCodes.failed
        return CommandFailure(failure is CrewError ? "error: \(text)" : text, code: code)
    }

    private static func plainText(of failure: any Error) -> String {
        switch failure {
        case let failure as CommandFailure: failure.message
        case let failure as UnreadableCrew: failure.problem.description
        case let failure as CrewError: failure.message
        default: "\(failure)"
        }
    }
}
