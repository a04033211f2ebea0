import CrewKit
import CrewTesting
import Foundation
import Testing

/// Spending that a process had put aside and could not settle.
@Suite("Budgets after a crash")
struct BudgetCrashTests {
    @Test("A process that is killed between putting aside and settling loses no spending")
    func killed() async throws {
        let crew = try KeptCrew()
        let text = try String(contentsOfFile: crew.folder + "/crew.yaml", encoding: .utf8)
        try crew.write(
            "crew.yaml",
            text.replacingOccurrences(
                of: "settings: {",
                with: "settings: {budgets: [{within: day, calls: 5, tokens: 20000}], "))
        try crew.script(wordsPerSecond: 1)
        let store = URL(filePath: crew.folder + "/runs.sqlite")
        let folder = URL(filePath: crew.folder)
        try await MortalServer.living(folder, store: store) { server in
            let run = try await server.post("/v1/runs", ["input": "hello"])
            // The call is under way once something of its reply is shown.
            try await server.events(of: run.id, after: 0) { $0.id != nil }
        }
        let spent = try await Product.run(
            "budgets", crew.folder, "--store", "sqlite:\(store.path)", "--json")
        #expect(try Self.spent("calls", in: spent.output) == 1)
        try await MortalServer.living(folder, store: store, options: ["--on-restart", "pause"]) {
            _ in
        }
        let after = try await Product.run(
            "budgets", crew.folder, "--store", "sqlite:\(store.path)", "--json")
        #expect(try Self.spent("calls", in: after.output) == 1)
        #expect(try Self.spent("tokens", in: after.output) > 0)
    }

    private static func spent(_ measure: String, in document: String) throws -> Int {
        let budgets = try JSONValue(parsing: document)["budgets"]?.array ?? []
        let row = try #require(budgets.first { $0["measure"]?.string == measure })
        return try #require(row["spent"]?.integer)
    }
}
