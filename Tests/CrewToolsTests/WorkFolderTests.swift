import CrewKit
import CrewTesting
import FoundationEssentials
import Testing

@testable import CrewTools

@Suite("Working folders")
struct WorkFolderTests {
    private func withParent(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("crew-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func entries(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
    }

    private func tool(_ script: String) throws -> CommandTool {
        try CommandTool(
            DeclaredTool(
                name: "T", description: "", work: .command(CommandTemplate(["sh", "-c", script]))),
            timeout: .seconds(600))
    }

    @Test("A command without a declared folder has an empty one of its own, gone afterwards")
    func ownFolder() async throws {
        let text = try await tool("pwd; echo $TMPDIR; ls -A; echo x > y; mkdir -p a/b; chmod 0 a")
            .call(.test())
        let lines = text.split(separator: "\n").map(String.init)
        try #require(lines.count == 2)
        #expect(lines[0] == lines[1])
        #expect(!FileManager.default.fileExists(atPath: lines[0]))
        let root = lines[0].dropLast("/work".count)
        #expect(!FileManager.default.fileExists(atPath: String(root)))
    }

    @Test("It is removed after a failure and after a cancelled call too")
    func ends() async throws {
        try await withParent { parent in
            await #expect(throws: CancellationError.self) {
                try await WorkFolder.with(in: parent) { folder in
                    let found = try entries(folder)
                    #expect(found.isEmpty)
                    throw CancellationError()
                }
            }
            let kept = try entries(parent)
            #expect(kept.isEmpty)
        }
    }

    @Test("Leftovers are removed, folders in use and strangers' folders are not")
    func leftovers() async throws {
        try await withParent { parent in
            let files = FileManager.default
            for name in ["crew-work-left/work/deep", "crew-work-empty", "crew-other"] {
                try files.createDirectory(
                    atPath: "\(parent)/\(name)", withIntermediateDirectories: true)
            }
            try Data().write(to: URL(fileURLWithPath: "\(parent)/crew-work-left/lock"))
            try files.createSymbolicLink(
                atPath: "\(parent)/crew-work-link", withDestinationPath: "\(parent)/crew-other")
            try await WorkFolder.with(in: parent) { folder in
                WorkFolder.removeLeftovers(in: parent)
                #expect(files.fileExists(atPath: folder))
                let kept = try entries(parent)
                #expect(kept.count == 3)
            }
            let kept = try Set(entries(parent))
            #expect(kept == ["crew-other", "crew-work-link"])
        }
    }

    @Test("Where no folder can be made, the failure says so")
    func nowhere() async throws {
        let failure = await #expect(throws: ToolFailure.self) {
            try await WorkFolder.with(in: "/no/such/folder") { _ in }
        }
        #expect(failure?.kind == .system)
        #expect(failure?.isWithoutEffect == true)
    }
}
