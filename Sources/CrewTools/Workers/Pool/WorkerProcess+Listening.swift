import CrewKit
import Subprocess
import Synchronization

extension WorkerProcess {
    /// Reads answers until the worker closes its side, or says what no worker says.
    func readAnswers(_ output: SubprocessOutputSequence) async {
        var decoder = FrameDecoder()
        do {
            for try await buffer in output {
                buffer.withUnsafeBytes { decoder.append($0) }
                while let frame = try decoder.next() { try take(frame) }
            }
        } catch let garbage as WorkerGarbage {
            let isReady = state.withLock { $0.isReady }
            end(
                because: isReady
                    ? .wroteGarbage(garbage.problem)
                    : .failedToStart("its worker said something else than it should" + Self.advice))
        } catch {
            end(because: .closedItsPipes)
        }
    }

    private func take(_ frame: WorkerFrame) throws(WorkerGarbage) {
        switch frame {
        case .ready(let health): try becomeReady(health)
        case .returned(let call, let output, let health):
            try finish(call, .returned(output), health)
        case .failed(let call, let failure, let health):
            try finish(call, .failed(failure), health)
        case .progress(let call, let report):
            // One that was on its way when the call ended is nothing to anybody.
            guard let exchange = current, exchange.call.number == call else { return }
            progress.continuation.yield((exchange, report))
        case .saveArtifact(let request, let name, let mediaType, let bytes):
            guard let exchange = current else { return }
            try ask(
                .save(exchange, request: request, name: name, mediaType: mediaType, bytes: bytes))
        case .readArtifact(let request, let name):
            guard let exchange = current else { return }
            try ask(.find(exchange, request: request, name: name))
        case .call, .cancel, .artifactSaved, .artifactRead:
            throw WorkerGarbage(problem: "a worker does not say this to its pool")
        }
    }

    private var current: WorkerExchange? { state.withLock { $0.exchange } }

    private func becomeReady(_ health: WorkerHealth) throws(WorkerGarbage) {
        let isFirst = state.withLock { state in
            defer {
                state.isReady = true
                state.health = health
            }
            return !state.isReady
        }
        guard isFirst else { throw WorkerGarbage(problem: "a worker is ready only once") }
        tell(self, .ready)
    }

    private func finish(
        _ call: Int, _ end: WorkerExchange.End, _ health: WorkerHealth
    ) throws(WorkerGarbage) {
        let exchange = state.withLock { state -> WorkerExchange? in
            guard let exchange = state.exchange, exchange.call.number == call else { return nil }
            state.exchange = nil
            state.health = health
            return exchange
        }
        guard let exchange else {
            throw WorkerGarbage(problem: "an answer to a call that was not made")
        }
        // In this order: whoever reads the answer may want the same worker again.
        tell(self, .free(health))
        exchange.finish(end)
    }

    private func ask(_ ask: Ask) throws(WorkerGarbage) {
        guard case .enqueued = asks.continuation.yield(ask) else {
            throw WorkerGarbage(problem: "too many artifacts at the same time")
        }
    }

    /// Reads what tools print, and how the worker dies, until it closes that side too.
    func readWords(_ error: SubprocessOutputSequence) async {
        do {
            for try await buffer in error {
                let (shown, signal, isFlood) = buffer.withUnsafeBytes { bytes in
                    state.withLock { state in
                        let signal = state.words.signal
                        let shown = state.words.add(bytes)
                        let isNew = signal == nil && state.words.signal != nil
                        return (shown, isNew ? state.words.signal : nil, state.words.isFlood)
                    }
                }
                if let signal { crashed(signal) }
                if isFlood { end(because: .wroteTooMuch) }
                if !shown.isEmpty { show(shown) }
            }
        } catch {
            // It is read no further; the other side decides what becomes of the worker.
        }
    }

    /// The call fails at once, although the process takes a moment longer to say where it crashed.
    private func crashed(_ signal: Int32) {
        let words = state.withLock { $0.words }
        stops.continuation.yield(.lastWords)
        lose(.end(by: signal, words: words.complaint))
    }

    private func show(_ bytes: [UInt8]) {
        let (tool, process) = state.withLock { ($0.lastTool, $0.process) }
        note(
            ToolWorkerNote(
                kind: .wrote, process: process, tool: tool, message: "a tool wrote",
                details: String(decoding: bytes, as: UTF8.self)))
    }
}
