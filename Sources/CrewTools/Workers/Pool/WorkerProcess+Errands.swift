import CrewKit
import Subprocess
import Synchronization

extension WorkerProcess {
    /// Tells calls to stop, and ends the worker when they do not.
    @Sendable func stopCalls() async {
        await withDiscardingTaskGroup { group in
            for await stop in stops.stream {
                guard case .call(let exchange) = stop else {
                    group.addTask { await self.endLastWords() }
                    continue
                }
                // The wait does not depend on the worker's hearing it.
                group.addTask { await self.send(.cancel(call: exchange.call.number)) }
                group.addTask { [clock] in
                    // Cancelled, the worker is being ended anyway.
                    try? await clock.sleep(for: Self.grace)
                    if self.isMaking(exchange) { self.end(because: exchange.stop ?? .cancelled) }
                }
            }
            group.cancelAll()
        }
    }

    private func endLastWords() async {
        // Cancelled, the worker has ended.
        guard (try? await clock.sleep(for: launch.lastWordsTime)) != nil else { return }
        kill()
    }

    /// Keeps and finds artifacts for tools.
    @Sendable func answerAsks() async {
        await withDiscardingTaskGroup { group in
            for await ask in asks.stream { group.addTask { await self.answer(ask) } }
            group.cancelAll()
        }
    }

    private func answer(_ ask: Ask) async {
        switch ask {
        case .save(let exchange, let request, let name, let mediaType, let bytes):
            do {
                try await exchange.artifacts?.save(bytes, as: name, mediaType: mediaType)
                await send(.artifactSaved(request: request, failure: nil))
            } catch {
                await send(.artifactSaved(request: request, failure: ToolFailure(error).message))
            }
        case .find(let exchange, let request, let name):
            do {
                let bytes = try await exchange.artifacts?.read(name)
                await send(.artifactRead(request: request, bytes: bytes, failure: nil))
            } catch {
                await send(
                    .artifactRead(
                        request: request, bytes: nil, failure: ToolFailure(error).message))
            }
        }
    }

    /// Shows how far calls are, in the order in which they said it.
    @Sendable func showProgress() async {
        for await (exchange, report) in progress.stream { await exchange.reports?.report(report) }
    }

    /// Ends a worker that does not become ready, which its `main` may prevent.
    @Sendable func watchStart() async {
        // Cancelled, the worker has ended.
        guard (try? await clock.sleep(for: Self.startTime)) != nil else { return }
        guard !state.withLock({ $0.isReady }) else { return }
        end(
            because: .failedToStart(
                "its worker was not ready after \(Self.startTime)" + Self.advice))
    }

    private func send(_ frame: WorkerFrame) async {
        // An artifact that is too large was not kept in the first place.
        guard let bytes = try? frame.encoded() else { return }
        // Where it cannot be sent there is no worker, which its reading notices.
        _ = try? await state.withLock { $0.writer }?.write(bytes)
    }
}
