import CrewKit
import Foundation
import Synchronization
import Testing

@testable import CrewTools
@testable import crew_worker_fixture

/// A pool of workers of the fixture program, and what it says.
struct WorkerScene: Sendable {
    let pool: ToolWorkerPool
    let notes: Notes
    private let tools: [ToolName: any Tool]

    /// What the pool told people.
    final class Notes: Sendable {
        private let notes = Mutex<[ToolWorkerNote]>([])
        private let stream = AsyncStream.makeStream(of: ToolWorkerNote.self)

        func add(_ note: ToolWorkerNote) {
            notes.withLock { $0.append(note) }
            stream.continuation.yield(note)
        }

        var all: [ToolWorkerNote] { notes.withLock { $0 } }

        /// Waits for the next note of a kind; one test asks, one after another.
        func next(_ kind: ToolWorkerNote.Kind) async -> ToolWorkerNote? {
            for await note in stream.stream where note.kind == kind { return note }
            return nil
        }
    }

    /// The fixture beside the test runner.
    static let binary: String = {
        let folder =
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            ?? URL(filePath: CommandLine.arguments[0])
        return folder.deletingLastPathComponent().appending(path: "crew-worker-fixture").path
    }()

    static func living<Value: Sendable>(
        settings: ToolWorkerSettings = ToolWorkerSettings(), toolTimeout: Duration = .seconds(600),
        launch: WorkerLaunch = WorkerLaunch(executable: binary, lastWordsTime: .seconds(300)),
        clock: any Clock<Duration> = ContinuousClock(),
        _ body: (WorkerScene) async throws -> Value
    ) async throws -> Value {
        let notes = Notes()
        let pool = ToolWorkerPool(
            settings: settings, toolTimeout: toolTimeout, launch: launch, clock: clock,
            note: { notes.add($0) })
        let tools = pool.isolated(FixtureTools.all)
        let scene = WorkerScene(
            pool: pool, notes: notes,
            tools: Dictionary(uniqueKeysWithValues: tools.map { ($0.definition.name, $0) }))
        return try await pool.running { try await body(scene) }
    }

    subscript(name: ToolName) -> any Tool {
        get throws { try #require(tools[name]) }
    }

    @discardableResult
    func call(
        _ name: ToolName, _ arguments: JSONObject = [:], artifacts: RunArtifacts? = nil,
        reports: ToolReports? = nil, conversation: [ConversationEntry] = []
    ) async throws -> String {
        try await self[name].call(
            ToolInvocation(
                call: "c1", arguments: arguments, idempotencyKey: "k1", run: "r1", agent: "a1",
                conversation: conversation, artifacts: artifacts, reports: reports))
    }

    /// The failure of a call that has to fail.
    func failure(
        of name: ToolName, _ arguments: JSONObject = [:], artifacts: RunArtifacts? = nil
    ) async throws -> ToolFailure {
        let error = await #expect(throws: (any Error).self) {
            try await call(name, arguments, artifacts: artifacts)
        }
        return try #require(error as? ToolFailure, "\(name) threw \(String(describing: error))")
    }
}

/// Artifacts in memory, which also tell when one is kept.
final class KeptArtifacts: Sendable {
    private let kept = Mutex<[String: [UInt8]]>([:])
    private let stream = AsyncStream.makeStream(of: [UInt8].self)

    var artifacts: RunArtifacts {
        RunArtifacts(
            save: { bytes, name, _ in
                self.kept.withLock { $0[name] = bytes }
                self.stream.continuation.yield(bytes)
            },
            read: { name in self.kept.withLock { $0[name] } })
    }

    /// Process ids that a tool has kept.
    func processes() async -> [Int32] {
        for await bytes in stream.stream {
            return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap {
                Int32($0)
            }
        }
        return []
    }
}
