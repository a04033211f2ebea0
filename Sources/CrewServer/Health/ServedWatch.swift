import ServiceLifecycle
import Synchronization

/// Hands the crews, once they are there, to what works for the server from its start.
final class ServedWatch: Service {
    private let present = Mutex<(ServedCrews, DependencyWatch)?>(nil)
    private let begun: AsyncStream<DependencyWatch>
    private let begin: AsyncStream<DependencyWatch>.Continuation

    init() { (begun, begin) = AsyncStream.makeStream() }

    var crews: ServedCrews? { present.withLock { $0?.0 } }
    var look: DependencyWatch? { present.withLock { $0?.1 } }

    func begin(_ crews: ServedCrews, _ watch: DependencyWatch) {
        present.withLock { $0 = (crews, watch) }
        begin.yield(watch)
        begin.finish()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [begun] in
            // None when the server ends before it has crews.
            for await watch in begun { await watch.run() }
        }
    }
}
