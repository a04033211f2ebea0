import Foundation
import Subprocess
import SystemPackage
import Testing

/// The server as the first process of a container.
@Suite("The first process", .timeLimit(.minutes(2)))
struct FirstProcessTests {
    /// A program that makes what follows the first process of a namespace.
    private static let unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork"]

    /// Not every system lets everybody do that.
    private static func isPossible() async throws -> Bool {
        let path = "/usr/bin/unshare"
        guard FileManager.default.isExecutableFile(atPath: path) else { return false }
        let tried = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(unshare.dropFirst() + ["true"]),
            output: .discarded, error: .discarded)
        return tried.terminationStatus.isSuccess
    }

    @Test("It passes signals on and exits as the server does", .enabled { try await isPossible() })
    func signals() async throws {
        let crew = try KeptCrew()
        let code = try await ServingProcess.serving(
            crew.folder, by: Self.unshare + [Product.binary]
        ) { server in
            #expect(try await server.ask("/ready").status == 200)
            let first = try Self.children(of: server.process)
            #expect(first.count == 1)
            let child = try Self.children(of: try #require(first.first))
            #expect(child.count == 1, "the server is a child of the first process")
            kill(try #require(first.first), SIGTERM)
        }
        #expect(code == 0)
    }

    private static func children(of process: Int32) throws -> [Int32] {
        let path = "/proc/\(process)/task/\(process)/children"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
            .compactMap { Int32($0) }
    }
}
