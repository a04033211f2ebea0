import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Crews in the original's shape")
struct OriginalCrewTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Originals")

    /// Tools that the original's programs bring along in code.
    private static let tools = ExampleTools.all.union([
        "GetQuizStatus", "RecordAnswer", "GenerateEmbedding", "SearchCollection",
        "ListCollections", "GetCollectionInfo",
    ])

    @Test(
        "An example of the original has no finding above a note",
        arguments: [
            "hello-crew", "hello-crew-tools", "it-support", "quiz-exam", "team-master",
            "team-alpha", "team-beta", "vector-search",
        ])
    func original(_ name: String) throws {
        let crew = try CrewFolder.read(
            Self.folder.appending(path: name).path, environment: ["OPENAI_API_KEY": "k"])
        let odd = crew.problems(tools: Self.tools).filter { $0.severity > .note }
        #expect(odd.map(\.description) == [])
        #expect(try crew.validated(tools: Self.tools).allAgents.count > 0)
    }
}
