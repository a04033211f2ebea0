import CrewKit
import CrewProcess
import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A worker's life: one call at a time, until its pool ends.
struct WorkerServing: Sendable {
    /// What it exits with when it cannot say anything any more.
    static let exitCodeWithoutPipe: Int32 = 113

    private let tools: [ToolName: any Tool]
    private let pipe: WorkerPipe
    private let folder: CallFolder
    private let resources: OwnResources
    private let asks: WorkerAsks
    private let calls = CallQueue()

    init(_ tools: [any Tool]) {
        self.tools = Dictionary(tools.map { ($0.definition.name, $0) }, uniquingKeysWith: { $1 })
        pipe = WorkerPipe()
        folder = CallFolder()
        resources = OwnResources()
        asks = WorkerAsks(pipe: pipe)
    }

    /// Ends the process instead of returning.
    func serve() async {
        crew_adopt_orphans()
        crew_wake_when_parent_dies()
        // A thread of its own: a tool may block all others.
        DispatchQueue(label: "crew.worker.control").async { control() }
        say(.ready(health(afterCall: false)))
        await calls.serve(answer)
    }

    /// Reads what the pool says. When it says nothing more it is gone, and so is this worker then,
    /// whatever its tool does.
    private func control() {
        var decoder = FrameDecoder()
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            while true {
                guard let bytes = pipe.read(into: buffer) else { endWithoutPipe() }
                guard !bytes.isEmpty else { return }
                decoder.append(bytes)
                do {
                    while let frame = try decoder.next() {
                        switch frame {
                        case .call(let call): calls.add(call)
                        case .cancel(let call): calls.cancel(call)
                        case .artifactSaved(let request, let failure):
                            asks.answer(request, nil, failure: failure)
                        case .artifactRead(let request, let bytes, let failure):
                            asks.answer(request, bytes, failure: failure)
                        default: return
                        }
                    }
                } catch {
                    return
                }
            }
        }
        end()
    }

    /// Ends this process and all that it has started.
    private func end() -> Never {
        folder.removeIfEmpty()
        ProcessSession.endOthers(of: getpid())
        if getpgrp() == getpid() { kill(0, SIGKILL) }
        _exit(0)
    }

    /// Ends this process when a tool has closed its pipes; the pool ends what it has started.
    private func endWithoutPipe() -> Never {
        ProcessSession.endOthers(of: getpid())
        _exit(Self.exitCodeWithoutPipe)
    }

    /// Makes a call and says what came of it.
    private func answer(_ call: WorkerCall) async {
        resources.allow(call.limits, data: resources.memoryInUse().data)
        let end: Result<String, any Error>
        do {
            guard let tool = tools[call.tool] else { throw unknown(call.tool) }
            end = .success(try await tool.call(try invocation(call)))
        } catch {
            end = .failure(error)
        }
        resources.lift(call.limits)
        asks.forget()
        let health = health(afterCall: true)
        switch end {
        case .success(let output):
            say(.returned(call: call.number, output: output, health), of: call, health)
        case .failure(let error):
            say(.failed(call: call.number, ToolFailure(error), health), of: call, health)
        }
    }

    private func invocation(_ call: WorkerCall) throws -> ToolInvocation {
        let conversation = try call.conversation.map {
            try RunJSON.value([ConversationEntry].self, from: $0.text)
        }
        return ToolInvocation(
            call: call.call, arguments: call.arguments, idempotencyKey: call.idempotencyKey,
            run: call.run, agent: call.agent, conversation: conversation ?? [],
            artifacts: call.hasArtifacts ? asks.artifacts : nil,
            reports: call.hasReports ? asks.reports(of: call.number) : nil)
    }

    private func unknown(_ tool: ToolName) -> ToolFailure {
        ToolFailure(
            .notFound, "The worker has no tool '\(tool)'.",
            hint: "Give `ToolWorker.serveIfAsked` the same tools as the pool.",
            isWithoutEffect: true)
    }

    /// What this process says of itself; after a call it is put in order for the next one.
    private func health(afterCall: Bool) -> WorkerHealth {
        let isSpent =
            afterCall && (!folder.restore() || crew_has_children() != 0 || resources.hasLeftOpen)
        let memory = resources.memoryInUse()
        return WorkerHealth(
            residentBytes: memory.resident, dataBytes: memory.data, isSpent: isSpent)
    }

    private func say(_ frame: WorkerFrame, of call: WorkerCall, _ health: WorkerHealth) {
        do throws(WorkerGarbage) {
            // The server is gone, or the tool has closed the pipe and has come back.
            if !pipe.send(try frame.encoded()) { endWithoutPipe() }
        } catch {
            let failure = ToolFailure(
                .system, "The tool's answer has \(error.problem).",
                hint: "Save what is large as an artifact.", action: .useAnotherTool)
            say(.failed(call: call.number, failure, health))
        }
    }

    private func say(_ frame: WorkerFrame) {
        // What is said here is always small enough.
        guard let bytes = try? frame.encoded(), pipe.send(bytes) else { end() }
    }
}
