import CrewKit
import CrewTesting
import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("What tools leave behind in workers")
    struct LeftoverTests {
        private func waitUntilGone(_ processes: [Int32]) async {
            for process in processes {
                while ProcessFolder.isAlive(process) { await letOthersWork() }
            }
        }

        private func ids(_ text: String) -> [Int32] {
            text.split(separator: " ").compactMap { Int32($0) }
        }

        @Test("Pools that begin at the same moment do not take each other's folders for abandoned")
        func together() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let folder = try PoolFolder()
                        _ = try folder.folder(of: 1)
                        folder.remove()
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test("Processes that a tool leaves behind end with its call")
        func returned() async throws {
            try await WorkerScene.living { scene async throws in
                let left = ids(try await scene.call("leave_children"))
                #expect(left.count == 3)
                await waitUntilGone(left)
                #expect(try await scene.call("echo", ["text": "x"]) == "x")
            }
        }

        @Test("Processes of a tool that traps end with it")
        func trapped() async throws {
            try await WorkerScene.living { scene async throws in
                let kept = KeptArtifacts()
                let failure = try await scene.failure(
                    of: "leave_children_and_trap", artifacts: kept.artifacts)
                #expect(failure.message.contains("with children"))
                let left = await kept.processes()
                #expect(left.count == 3)
                await waitUntilGone(left)
            }
        }

        @Test("Processes of a tool that hangs end with its cancelled call")
        func cancelled() async throws {
            try await WorkerScene.living { scene async throws in
                let kept = KeptArtifacts()
                await #expect(throws: CancellationError.self) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            _ = try await scene.call(
                                "leave_children_and_block", artifacts: kept.artifacts)
                        }
                        let left = await kept.processes()
                        #expect(left.count == 3)
                        group.cancelAll()
                        await waitUntilGone(left)
                        try await group.next()
                    }
                }
            }
        }

        @Test("When the server is killed its workers end, stopped ones too, and all they started")
        func serverKilled() async throws {
            try await holding { _, _ in }
        }

        @Test("When the server is killed just after its workers, what these started ends too")
        func serverAndWorkersKilled() async throws {
            try await holding { server, workers in
                // From here on the server can end nothing.
                kill(server, SIGSTOP)
                while !ProcessFolder.isStopped(server) { await letOthersWork() }
                for worker in workers { kill(worker, SIGKILL) }
            }
        }

        /// A server with two tools under way is killed after the body, which gets it and its workers.
        private func holding(_ body: (Int32, [Int32]) async throws -> Void) async throws {
            let temporary = FileManager.default.temporaryDirectory
                .appending(path: "crew-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: temporary, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: temporary) }
            let result = try await Subprocess.run(
                .path(FilePath(WorkerScene.binary)), arguments: ["hold"],
                environment: .inherit.updating(["TMPDIR": temporary.path]), input: .none,
                output: .sequence, error: .discarded
            ) { execution in
                var text = ""
                for try await chunk in execution.standardOutput {
                    text += chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                    if text.split(separator: "\n", omittingEmptySubsequences: false).count > 2 {
                        break
                    }
                }
                let workers = text.split(separator: "\n").compactMap { ids(String($0)).first }
                try await body(execution.processIdentifier.value, workers)
                try execution.send(signal: .kill)
                return text
            }
            let processes = ids(result.closureResult.replacing("\n", with: " "))
            #expect(processes.count == 6, "\(result.closureResult)")
            await waitUntilGone(processes)
            await waitUntilEmpty(temporary.path)
        }

        /// The last to go removes the folder of its server too.
        private func waitUntilEmpty(_ folder: String) async {
            while (try? FileManager.default.contentsOfDirectory(atPath: folder)) != [] {
                await letOthersWork()
            }
        }

        @Test("Each call begins in an empty folder of its own")
        func folder() async throws {
            try await WorkerScene.living { scene async throws in
                let first = try await scene.call("folder")
                let second = try await scene.call("folder")
                #expect(first.hasPrefix("0 /"))
                #expect(first == second)
                let process = try await scene.call("process")
                #expect(try await scene.call("process") == process)
            }
        }

        @Test(
            "A worker in which something is left is replaced",
            arguments: ["remove_folder", "leak_file"] as [ToolName])
        func replaced(tool: ToolName) async throws {
            try await WorkerScene.living { scene async throws in
                let first = try await scene.call(tool)
                #expect(try await scene.call("process") != first)
            }
        }

        @Test("A worker gets harmless variables, and those that are named")
        func environment() async throws {
            setenv("CREW_TEST_SECRET", "s", 1)
            setenv("CREW_TEST_NAMED", "n", 1)
            let launch = WorkerLaunch(
                executable: WorkerScene.binary, variables: ["CREW_TEST_NAMED"])
            try await WorkerScene.living(launch: launch) { scene async throws in
                let names = try await scene.call("environment").split(separator: " ")
                #expect(names.contains("PATH"))
                #expect(names.contains("CREW_TEST_NAMED"))
                #expect(!names.contains("CREW_TEST_SECRET"))
            }
        }

        @Test("A tool has only so many files")
        func files() async throws {
            try await WorkerScene.living { scene async throws in
                let failure = try await scene.failure(of: "open_files")
                #expect(failure.message.hasSuffix("true"), "\(failure.message)")
                #expect(try await scene.call("echo", ["text": "x"]) == "x")
            }
        }

        @Test("Folders of a server that was killed are removed by the next one")
        func abandonedFolders() throws {
            let abandoned = FileManager.default.temporaryDirectory
                .appending(path: "crew-tools-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: abandoned.appending(path: "7/deep"), withIntermediateDirectories: true)
            try Data().write(to: abandoned.appending(path: "lock"))
            let (folder, other) = (try PoolFolder(), try PoolFolder())
            #expect(!FileManager.default.fileExists(atPath: abandoned.path))
            #expect(FileManager.default.fileExists(atPath: folder.path))
            for folder in [folder, other] {
                folder.remove()
                #expect(!FileManager.default.fileExists(atPath: folder.path))
            }
        }
    }
#endif
