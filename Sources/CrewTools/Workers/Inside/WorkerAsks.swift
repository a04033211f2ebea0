import CrewKit
import Synchronization

/// What a tool in a worker asks of the pool's process while it works.
final class WorkerAsks: Sendable {
    /// Artifacts on their way at the same time; more are refused, as they wait in memory.
    private static let limit = 16

    private struct State {
        var next = 0
        var open: [Int: CheckedContinuation<[UInt8]?, any Error>] = [:]
    }

    private let pipe: WorkerPipe
    private let state = Mutex(State())

    init(pipe: WorkerPipe) {
        self.pipe = pipe
    }

    var artifacts: RunArtifacts {
        RunArtifacts(
            save: { bytes, name, mediaType in
                _ = try await self.ask {
                    .saveArtifact(request: $0, name: name, mediaType: mediaType, bytes: bytes)
                }
            },
            read: { name in try await self.ask { .readArtifact(request: $0, name: name) } })
    }

    func reports(of call: Int) -> ToolReports {
        ToolReports(progress: { progress in
            // What is no number cannot be said.
            guard progress.done.isFinite, progress.total?.isFinite != false else { return }
            self.say(.progress(call: call, progress))
        })
    }

    func answer(_ request: Int, _ bytes: [UInt8]?, failure: String?) {
        let continuation = state.withLock { $0.open.removeValue(forKey: request) }
        if let failure {
            continuation?.resume(throwing: ToolFailure(.system, failure))
        } else {
            continuation?.resume(returning: bytes)
        }
    }

    /// The call is over: whoever of it still waits is told so.
    func forget() {
        let open = state.withLock { state in
            defer { state.open = [:] }
            return state.open.values
        }
        for continuation in open { continuation.resume(throwing: CancellationError()) }
    }

    private func ask(_ frame: (Int) -> WorkerFrame) async throws -> [UInt8]? {
        let request = state.withLock { state in
            state.next += 1
            return state.next
        }
        let bytes: [UInt8]
        do throws(WorkerGarbage) {
            bytes = try frame(request).encoded()
        } catch {
            throw ToolFailure(.parameter, "The artifact has \(error.problem).")
        }
        return try await withCheckedThrowingContinuation { continuation in
            let isTaken = state.withLock { state in
                guard state.open.count < Self.limit else { return false }
                state.open[request] = continuation
                return true
            }
            guard isTaken else {
                continuation.resume(
                    throwing: ToolFailure(
                        .system, "More than \(Self.limit) artifacts are on their way.",
                        hint: "Wait for each before the next."))
                return
            }
            _ = pipe.send(bytes)  // without a pool there is no worker either
        }
    }

    private func say(_ frame: WorkerFrame) {
        // A message of many megabytes is not shown.
        guard let bytes = try? frame.encoded() else { return }
        _ = pipe.send(bytes)  // as above
    }
}
