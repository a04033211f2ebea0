import ArgumentParser
import CrewKit

/// Lets a run go on that waits for an answer, or that was stopped before its end.
struct RunsResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets a run go on that waits or was stopped.",
        discussion: """
            A run that waits for an answer takes one. A run that was cancelled, failed, reached a \
            limit, or was left unfinished by its process goes on where it stood, and where something \
            can be said there, with an answer as if it had been said then.
            """)

    @OptionGroup var errand: RunActionOptions

    @Argument(help: "What the person says. '-' reads it from standard input.")
    var input: String?

    func run() async throws {
        let text = try input == "-" ? StandardStreams.readInput() : input
        try await errand.perform { .resume($0, input: text) }
    }
}

/// Allows a call that waits.
struct RunsApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Allows a tool call that waits for permission, and lets the run go on.")

    @OptionGroup var errand: RunActionOptions

    @Argument(help: "The number of the call; may be left out when only one waits.")
    var approval: Int?

    @Option(
        help: ArgumentHelp(
            "A JSON object with which the call is made instead; its agent reads that.",
            valueName: "json"))
    var arguments: String?

    func run() async throws {
        let arguments = try arguments.map(Self.object)
        try await errand.perform { [approval] record in
            .decide(
                record, try RunLookup.approval(approval, of: record),
                .approve(arguments: arguments))
        }
    }

    private static func object(_ text: String) throws -> JSONValue {
        do throws(JSONError) {
            let value = try JSONValue(parsing: text)
            guard value.object == nil else { return value }
        } catch {
            throw ValidationError(
                "the arguments are \(error): write a JSON object such as {\"n\": 1}")
        }
        throw ValidationError("the arguments must be a JSON object such as {\"n\": 1}")
    }
}

/// Refuses a call that waits.
struct RunsRefuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse",
        abstract: "Refuses a tool call that waits for permission, and lets the run go on.",
        discussion: "The call is not made; its agent reads that, with the reason.")

    @OptionGroup var errand: RunActionOptions

    @Argument(help: "The number of the call; may be left out when only one waits.")
    var approval: Int?

    @Option(help: "Why, for the agent and the log.")
    var reason: String?

    func run() async throws {
        try await errand.perform { [approval, reason] record in
            .decide(
                record, try RunLookup.approval(approval, of: record), .refuse(reason: reason))
        }
    }
}

/// Begins a new run that shares another one's beginning.
struct RunsForkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork",
        abstract: "Begins a new run that goes its own way from some step of another one.",
        discussion: """
            Steps are the numbers that 'crew runs show' prints. What happens after the step happens \
            anew, tools with effects included. The other run stays as it is.
            """)

    @OptionGroup var errand: RunActionOptions

    @Option(
        name: .customLong("from-step"),
        help: "The last step that both share. (default: the newest one)")
    var step: Int?

    @Option(help: "Use this model for every agent: PROVIDER/NAME, or NAME at each one's provider.")
    var model: String?

    @Option(help: "What is said at that step; needed where the other run is over.")
    var input: String?

    func run() async throws {
        try await errand.perform { [step, input, model] record in
            .fork(record, step: step, input: input, model: model)
        }
    }
}
