import CrewKit
import CrewTools

/// A program that is its own worker, with tools that hurt.
@main
struct Fixture {
    static func main() async throws {
        await ToolWorker.serveIfAsked(FixtureTools.all)
        switch CommandLine.arguments.dropFirst().first {
        case "hold": try await Holding.run()
        case "serve": try await Serving.run()
        default: print("usage: crew-worker-fixture hold | serve")
        }
    }
}
