import ArgumentParser
import CrewKit
import Foundation

/// Shows what models cost, and takes in newer prices.
struct PricesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices",
        abstract: "Shows what models cost, and takes in newer prices.",
        discussion: """
            Prices are US dollars for a million tokens. Over the bundled table lies your own, which \
            'import' writes, or the file that --prices or CREW_PRICES names; over both the file that \
            a crew names with settings.prices, and over all what a crew says of a model itself.
            """,
        subcommands: [PricesListCommand.self, PricesShowCommand.self, PricesImportCommand.self])
}

/// Which table a command reads.
struct PriceOptions: ParsableArguments {
    @Option(
        help: "A file of prices that lies over the bundled table, in place of your own.",
        completion: .file())
    var prices: String?

    func table() throws -> PriceTable {
        try PriceFiles.table(ProcessInfo.processInfo.environment, named: prices)
    }
}

/// Lists known prices.
struct PricesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists known prices.")

    @OptionGroup var options: PriceOptions

    @Option(help: "Only models in whose name this text is.")
    var filter: String?

    @Flag(help: "Print the table as JSON, as --prices takes it.")
    var json = false

    func run() async throws {
        let entries = try options.table().entries.filter {
            filter.map($0.name.lowercased().contains) ?? true
        }
        if json { return StandardStreams.show(PriceTable(entries).jsonText) }
        guard !entries.isEmpty else { throw CommandFailure("no model of that name is known") }
        let heads = ["MODEL", "INPUT", "CACHED", "WRITTEN", "OUTPUT", "AS OF"]
        let rows = entries.map { entry in
            [
                TerminalStyle.harmless(entry.name), Self.text(entry.price.inputPerMillion),
                Self.text(entry.price.cachedInputPerMillion),
                Self.text(entry.price.cacheWritePerMillion),
                Self.text(entry.price.outputPerMillion), entry.asOf ?? "-",
            ]
        }
        StandardStreams.show(PlainTable([heads] + rows).text)
    }

    static func text(_ price: Double?) -> String {
        price.map { JSONValue.number($0).text } ?? "-"
    }

    func validate() throws {
        if filter == "" { throw ValidationError("--filter must not be empty") }
    }
}

/// Shows what is known of one model.
struct PricesShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what is known of one model.")

    @OptionGroup var options: PriceOptions

    @Argument(help: "The model's name, as a crew has it.")
    var model: String

    @Option(help: "The provider at which it is asked.")
    var provider = "openai"

    func run() async throws {
        guard let entry = try options.table().entry(for: model, provider: provider.lowercased())
        else {
            throw CommandFailure(
                "error: the price of '\(model)' is not known: a limit on cost that blocks lets no "
                    + "call of it be made, one that warns counts its calls as nothing "
                    + "('crew prices import' takes in a newer table)")
        }
        StandardStreams.show("{\(JSONValue.string(entry.name).text): \(entry.json.text)}\n")
    }
}

/// Takes in a table of prices.
struct PricesImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes in a table of prices, of LiteLLM's or this program's form.",
        discussion: """
            LiteLLM's is the file model_prices_and_context_window.json of its repository. It replaces \
            what was imported before.
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Option(
        help:
            "Where to keep it. (default: $XDG_CONFIG_HOME/swift-crew/prices.json, or in ~/.config)",
        completion: .file())
    var to: String?

    func run() async throws {
        let reading = try PriceFiles.read(file)
        guard let path = to ?? PriceFiles.usualPath(ProcessInfo.processInfo.environment) else {
            throw CommandFailure("error: there is no home folder: name a file with --to")
        }
        guard reading.table.count > 0 else {
            throw CommandFailure("error: '\(file)' has no price that can be used")
        }
        try PriceFiles.write(reading.table, to: path)
        StandardStreams.show("\(reading.table.count) prices are in \(path)\n")
        for reason in LiteLLMPrices.Reason.allCases {
            guard let names = reading.skipped[reason] else { continue }
            let some = names.prefix(3).map(TerminalStyle.harmless).joined(separator: ", ")
            StandardStreams.show(
                "\(names.count) left out that \(reason.rawValue): \(some)"
                    + (names.count > 3 ? ", …" : "") + "\n")
        }
    }
}

/// Rows of text in columns.
struct PlainTable {
    let rows: [[String]]

    init(_ rows: [[String]]) { self.rows = rows }

    var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
