import CrewKit
import CrewProcess
import Subprocess
import Synchronization

extension WorkerProcess {
    private enum Part { case answers, words, other }

    /// Starts the process and stays with it until it has ended and was waited for.
    ///
    /// Whatever happens, nothing of it runs afterwards, and the pool was told that it is lost.
    func live(in folder: String, _ guardian: ProcessGuard?) async {
        var ending = WorkerEnding.dismissed
        do {
            let result = try await Subprocess.run(
                launch.configuration(folder: folder), input: .inputWriter, output: .sequence,
                error: .sequence
            ) { execution in
                let process = execution.processIdentifier.value
                opened(process, execution.standardInputWriter)
                // Before it is ready, and nothing can have been started by a tool. A guard that was
                // killed does not keep workers from their work.
                try? await guardian?.protect(process)
                await converse(process, execution.standardOutput, execution.standardError)
                closed(process)
                try? await guardian?.release(process)  // as above
            }
            ending = self.ending(result.terminationStatus)
        } catch let failure as SubprocessError {
            let isCancelled = Task.isCancelled
            ending = isCancelled ? .dismissed : .failedToStart(Self.sentence(failure, launch))
        } catch {
            ending = .failedToStart("\(error)")
        }
        report(ending)
        lose(ending)
    }

    private func opened(_ process: Int32, _ writer: StandardInputWriter) {
        state.withLock { state in
            state.process = process
            state.lastProcess = process
            state.writer = writer
        }
    }

    /// Listens until the worker has closed its answers, and lets it say why.
    private func converse(
        _ process: Int32, _ output: SubprocessOutputSequence, _ error: SubprocessOutputSequence
    ) async {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await self.readAnswers(output)
                return .answers
            }
            group.addTask {
                await self.readWords(error)
                return .words
            }
            for job in [stopCalls, answerAsks, showProgress, watchStart] {
                group.addTask {
                    await job()
                    return .other
                }
            }
            var open: Set<Part> = [.answers, .words]
            while !open.isEmpty, let part = await group.next() {
                open.remove(part)
                guard part == .answers else { continue }
                await settle(process)
                // With its leader gone nothing else of it may keep a pipe open.
                kill()
            }
            group.cancelAll()
        }
    }

    /// Nothing more will be answered: the process has ended, or else it is ended now.
    private func settle(_ process: Int32) async {
        for _ in 0..<20 {
            if crew_has_ended(process) != 0 || Task.isCancelled { return }
            // Too short to be worth anybody's clock; cancelled, it does not wait.
            try? await Task.sleep(for: .milliseconds(1))
        }
        end(because: .closedItsPipes)
    }

    /// Ends what is left of it, before it is waited for and its id given to another.
    private func closed(_ process: Int32) {
        kill()
        let mayHaveLeft = state.withLock { state in
            state.writer = nil
            state.process = nil
            return state.exchange != nil || state.reason != nil || state.health.isSpent
                || state.words.signal != nil
        }
        if mayHaveLeft { ProcessSession.endOthers(of: process) }
    }

    private func ending(_ status: TerminationStatus) -> WorkerEnding {
        let (reason, isReady, words) = state.withLock { ($0.reason, $0.isReady, $0.words) }
        if let reason { return reason }
        if Task.isCancelled { return .dismissed }
        if let signal = words.signal {
            return .end(by: signal, words: words.complaint)
        }
        let ending: WorkerEnding =
            switch status {
            case .exited(WorkerServing.exitCodeWithoutPipe): .closedItsPipes
            case .exited(let code): .exited(code)
            case .signaled(let signal): .end(by: signal, words: words.lastComplaint)
            }
        guard !isReady else { return ending }
        let said = words.lastWords
        return .failedToStart(
            "its worker ended before it was ready (\(status))"
                + (said.isEmpty ? "" : " and wrote: \(said)") + Self.advice)
    }

    static let advice =
        "; `ToolWorker.serveIfAsked` has to be the first call in the program's `main`"

    private static func sentence(_ failure: SubprocessError, _ launch: WorkerLaunch) -> String {
        failure.code == .executableNotFound
            ? "its worker '\(launch.executable)' is not there"
            : "its worker could not be started: \(failure)"
    }

    /// Tells people; a worker that was only dismissed is not worth it.
    private func report(_ ending: WorkerEnding) {
        let (words, tool, process) = state.withLock { ($0.words, $0.lastTool, $0.lastProcess) }
        let kind: ToolWorkerNote.Kind
        switch ending {
        case .dismissed, .retired: return
        case .failedToStart: kind = .failedToStart
        case .crashed, .exited, .usedTooMuchMemory: kind = .crashed
        default: kind = .stopped
        }
        note(
            ToolWorkerNote(
                kind: kind, process: process, tool: tool, message: ending.sentence,
                details: String(decoding: words.backtrace, as: UTF8.self)))
    }
}
