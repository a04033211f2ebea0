import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Subprocess
import SystemPackage
import Testing

@testable import crew_worker_fixture

#if os(Linux)
    @Suite("A crew of deadly tools")
    struct DeadlyCrewTests {
        @Test("Runs that call every deadly tool are answered, and leave nothing with the server")
        func served() async throws {
            let temporary = FileManager.default.temporaryDirectory
                .appending(path: "crew-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: temporary, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: temporary) }
            let isLong = ProcessInfo.processInfo.environment["CREW_LONG_TESTS"] == "1"
            let answers = try await serving(temporary) { address, process in
                // What the first runs open stays open.
                _ = try await ask(address, times: 3)
                let before = try Holdings(of: process, temporary)
                let answers = try await ask(address, times: isLong ? 500 : 6)
                var after = try Holdings(of: process, temporary)
                // A worker that has just died is still being waited for.
                while after > before {
                    await Task.yield()
                    after = try Holdings(of: process, temporary)
                }
                return answers
            }
            #expect(answers.count == (isLong ? 500 : 6))
            #expect(answers.allSatisfy { $0.contains("Survived \(Serving.deadly.count) tools.") })
            // It was killed, and all that it had goes with it.
            while try FileManager.default.contentsOfDirectory(atPath: temporary.path) != [] {
                await letOthersWork()
            }
            while ProcessFolder.anyIsIn(temporary.path) { await letOthersWork() }
        }

        private func serving(
            _ temporary: URL, _ body: (String, Int32) async throws -> [String]
        ) async throws -> [String] {
            let result = try await Subprocess.run(
                .path(FilePath(WorkerScene.binary)), arguments: ["serve"],
                environment: .inherit.updating(["TMPDIR": temporary.path]), input: .none,
                output: .sequence, error: .discarded
            ) { execution in
                var text = ""
                for try await chunk in execution.standardOutput {
                    text += chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                    if text.hasSuffix("\n") { break }
                }
                let address = text.trimmingCharacters(in: .newlines)
                let answers = try await body(address, execution.processIdentifier.value)
                try execution.send(signal: .kill)
                return answers
            }
            // It lived until it was told to end.
            #expect(result.terminationStatus == .signaled(SIGKILL))
            return result.closureResult
        }

        /// The streams of runs that go on at the same time, whole.
        private func ask(_ address: String, times: Int) async throws -> [String] {
            var configuration = HTTPClient.Configuration()
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
            let client = HTTPClient(configuration: configuration)
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<times {
                    group.addTask {
                        var request = HTTPClientRequest(url: "\(address)/api/crew/stream")
                        request.method = .POST
                        request.headers.add(name: "Content-Type", value: "application/json")
                        request.body = .bytes(ByteBuffer(string: #"{"query": "Hurt me."}"#))
                        let response = try await client.execute(request, timeout: .hours(1))
                        return String(buffer: try await response.body.collect(upTo: 1 << 24))
                    }
                }
                var answers: [String] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
            try await client.shutdown()
            return answers
        }
    }

    /// What a server has: descriptors, descendants, working folders.
    private struct Holdings {
        let descriptors: Int
        let descendants: Int
        /// Those of all workers, and the lock of the folder they are in.
        let folders: Int

        init(of process: Int32, _ temporary: URL) throws {
            let pools = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
            folders = try pools.reduce(0) { sum, pool in
                let path = temporary.appending(path: pool).path
                return try sum + FileManager.default.contentsOfDirectory(atPath: path).count
            }
            descriptors = try FileManager.default.contentsOfDirectory(
                atPath: "/proc/\(process)/fd"
            ).count
            descendants = ProcessFolder.descendants(of: process)
        }

        /// Idle workers may have become more, up to the most: each has three pipes and a number.
        /// Beside them there is their guard.
        static func > (left: Holdings, right: Holdings) -> Bool {
            left.descendants > 1 + 16 || left.folders > 1 + 16
                || left.descriptors > right.descriptors + 4 * 16
        }
    }

    extension ProcessFolder {
        fileprivate static func descendants(of process: Int32) -> Int {
            // Without /proc there is none.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            var children: [Int32: [Int32]] = [:]
            for child in names.compactMap({ Int32($0) }) {
                guard let parent = parent(of: child) else { continue }
                children[parent, default: []].append(child)
            }
            func count(_ process: Int32) -> Int {
                (children[process] ?? []).reduce(0) { $0 + 1 + count($1) }
            }
            return count(process)
        }

        private static func parent(of process: Int32) -> Int32? {
            let path = "/proc/\(process)/stat"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8),
                let end = text.lastIndex(of: ")")
            else { return nil }
            let fields = text[text.index(after: end)...].split(separator: " ")
            return fields.count > 1 ? Int32(fields[1]) : nil
        }
    }
#endif
