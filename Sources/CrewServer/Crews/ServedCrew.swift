public import CrewKit
public import Foundation

/// One of the crews that a server answers for.
public struct ServedCrew: Sendable {
    /// Its name in URLs: 1 to 128 of `A-Z a-z 0-9 _ - .`, not beginning with a dot.
    public let id: String
    public let runner: CrewRunner
    /// What answers, for people: provider and model.
    public var modelDescription: String
    /// True when all agents are answered by a script.
    public var isScripted: Bool
    /// When the present version was read.
    public var loadedAt: Date
    /// True while another version is made ready.
    public var isLoading = false
    /// Why the version that is in the files now was not taken; absent when it was.
    public var reloadProblem: ReloadProblem?

    /// A version that was refused, so that the one before goes on.
    public struct ReloadProblem: Sendable, Hashable {
        /// Everything that is wrong, line by line.
        public var message: String
        public var time: Date

        public init(message: String, time: Date) {
            self.message = message
            self.time = time
        }
    }

    public init(
        id: String, runner: CrewRunner, modelDescription: String = "", isScripted: Bool = false,
        loadedAt: Date
    ) {
        self.id = id
        self.runner = runner
        self.modelDescription = modelDescription
        self.isScripted = isScripted
        self.loadedAt = loadedAt
    }

    /// The name in URLs of a crew whose folder has that name.
    public static func id(from name: String) -> String {
        let plain = name.folding(options: .diacriticInsensitive, locale: nil)
            .replacing("đ", with: "d").replacing("Đ", with: "D")
        let safe = plain.unicodeScalars.map { scalar -> Character in
            let isSafe =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || scalar == "_" || scalar == ".")
            return isSafe ? Character(scalar) : "-"
        }
        let words = String(safe).split(separator: "-").joined(separator: "-")
        let id = String(words.drop { $0 == "." }.prefix(128))
        return id.isEmpty ? "crew" : id
    }

    private var state: String {
        if isLoading { return "loading" }
        return reloadProblem == nil ? "current" : "outdated"
    }
}

extension ServedCrew {
    /// The resource under `/v1/crews`; how much there is to do is not for tenants.
    func json(for caller: Caller) -> JSONValue {
        let crew = runner.crew
        let definition = crew.definition
        var members: JSONObject = [
            "id": .string(id), "name": .string(crew.name),
            "description": .string(definition.description),
            "version": .string(definition.version), "digest": JSONValue(definition.digest),
            "entry_point": .string(crew.entryPoint.rawValue),
            "agents": .array(crew.allAgents.map(\.json)),
            "model": .string(modelDescription), "scripted": .bool(isScripted),
            "loaded_at": .string(Timestamp.text(loadedAt)), "state": .string(state),
        ]
        if caller.tenant == nil || caller.seesWholeServer {
            members["active_runs"] = .integer(runner.activeRuns)
            members["queued_runs"] = .integer(runner.queuedRuns)
        }
        members["reload_problem"] = reloadProblem.map(\.json)
        return .object(members)
    }

    /// The part of it that `/health` tells.
    var healthJSON: JSONValue {
        var members: JSONObject = [
            "id": .string(id), "name": .string(runner.name), "model": .string(modelDescription),
            "scripted": .bool(isScripted), "digest": JSONValue(runner.version.digest),
            "state": .string(state),
        ]
        members["reload_problem"] = reloadProblem.map(\.json)
        return .object(members)
    }

    /// Agents' names for people.
    var agentNames: [AgentID: String] { runner.crew.agentNames }
}

extension ServedCrew.ReloadProblem {
    fileprivate var json: JSONValue {
        ["message": .string(message), "time": .string(Timestamp.text(time))]
    }
}

extension ValidatedCrew {
    var agentNames: [AgentID: String] {
        Dictionary(allAgents.map { ($0.id, $0.definition.name) }, uniquingKeysWith: { $1 })
    }
}

extension ValidatedCrew.Agent {
    fileprivate var json: JSONValue {
        ["id": .string(id.rawValue), "name": .string(definition.name)]
    }
}
