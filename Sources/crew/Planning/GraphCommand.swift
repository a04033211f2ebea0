import ArgumentParser
import CrewConfig
import CrewKit
import CrewStore
import Foundation

/// Draws the ways between a crew's agents, or the one that a run took.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draws the ways between a crew's agents, or the one that a run took.",
        discussion: """
            Formats: mermaid for Markdown pages, dot for Graphviz, svg drawn by Graphviz (its program \
            'dot' has to be installed), text for who is followed by whom and how each agent comes to \
            an end.

            Dashed lines lead to who works for a group or a tool call and answers. Signals that end or \
            pause without being configured, such as [END], are left out unless --built-in-signals asks \
            for them.

            With --run the places and steps of that run are marked, the steps numbered in order.
            """)

    @OptionGroup var crew: CrewOptions

    @Option(help: "mermaid, dot, svg or text. (default: what FILE is named like, else mermaid)")
    var format: GraphFormat?

    @Option(help: "Write to this file instead of standard output.", completion: .file())
    var output: String?

    @Option(help: "Mark the way of this run: its id, or its first characters.")
    var run: String?

    @Option(
        help:
            "The file that keeps the run: sqlite:PATH. (default: sqlite:DIR/.crew/runs.sqlite)",
        transform: StoreChoice.init)
    var store: StoreChoice = .file(nil)

    @Flag(help: "Draw signals too that act without being configured.")
    var builtInSignals = false

    func run() async throws {
        let definition = try loaded().definition
        let flow = CrewFlow(definition)
        guard flow.entry != nil else {
            throw CommandFailure(
                "error: the crew has no agent to begin with; see crew check \(crew.folder)",
                code: ExitCodes.unreadable)
        }
        let trace = try await trace(in: flow)
        let chosen = format ?? GraphFormat(named: output) ?? .mermaid
        let picture = FlowPicture(
            flow, of: definition, trace: trace, showsBuiltIns: builtInSignals)
        let text =
            switch chosen {
            case .mermaid: MermaidWriter.text(of: picture)
            case .dot: DOTWriter.text(of: picture)
            case .svg: try await GraphvizDrawing.svg(of: DOTWriter.text(of: picture))
            case .text: FlowTable.text(of: flow, showsBuiltIns: builtInSignals)
            }
        try write(text)
    }

    /// Also a crew with errors can be drawn, as far as it goes.
    private func loaded() throws -> LoadedCrew {
        do {
            return try CrewSetup(crew, models: .none, showsProblems: false).loaded
        } catch let error as UnreadableCrew {
            throw CommandFailure(error.problem.quotedDescription, code: ExitCodes.unreadable)
        }
    }

    private func trace(in flow: CrewFlow) async throws -> FlowTrace? {
        guard let run else { return nil }
        return try await CommandStore.withReader(store, of: crew.folder) { store in
            let record = try await RunLookup.record(run, in: store)
            var events: [StoredEvent] = []
            while events.count < record.lastSequence {
                let page = try await store.events(of: record.id, after: events.count, limit: 1_000)
                guard !page.isEmpty else { break }
                events += page
            }
            return FlowTrace(events, in: flow)
        }
    }

    private func write(_ text: String) throws {
        guard let output else { return StandardStreams.show(text) }
        do {
            try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
        } catch {
            throw CommandFailure(
                "error: \(output) cannot be written: \(error.localizedDescription)")
        }
    }
}

/// How a graph is written.
enum GraphFormat: String, ExpressibleByArgument, CaseIterable {
    case mermaid, dot, svg, text

    /// What a file of that name holds.
    init?(named file: String?) {
        switch file?.split(separator: ".").last?.lowercased() {
        case "svg": self = .svg
        case "dot", "gv": self = .dot
        case "mmd", "mermaid": self = .mermaid
        case "txt": self = .text
        default: return nil
        }
    }
}
