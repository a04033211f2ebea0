import CrewKit
import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewProviders

@Suite("Cassettes", .timeLimit(.minutes(2)))
struct CassetteTests {
    private static func request(
        _ text: String = "hi", agent: AgentID = "a", run: RunID? = nil
    ) -> ModelRequest {
        var request = ModelRequest(agent: agent, messages: [.system("s"), .user(text)])
        request.run = run
        return request
    }

    /// Everything that a reply can hold.
    private static let full: ModelReply = {
        var reply = ModelReply(
            text: "Xin “chào”\n", reasoning: "hm",
            toolCalls: [ToolCall(id: "c1", name: "f", arguments: ["a": [1, nil, "ё"]])],
            finish: .toolCalls,
            usage: Usage(inputTokens: 3, outputTokens: 4, cachedInputTokens: 1, isComplete: false),
            model: "m-1",
            memo: ModelMemo(wire: .anthropic, model: "m", content: [["signature": "EqQ+/=="]]))
        reply.cost = 0.0125
        return reply
    }()

    private static func player(
        _ folder: borrowing CassetteFolder, keepsPauses: Bool = false,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws -> CassettePlayer {
        try CassettePlayer(reading: folder.file, keepsPauses: keepsPauses, clock: clock)
    }

    @Test("A replay gives the same pieces, replies and failures as the calls that were recorded")
    func roundTrip() async throws {
        let folder = try CassetteFolder()
        let failure = CrewError(.modelRateLimited, "slow down", retryAfter: .seconds(7))
        let breaker = BreakerChange(endpoint: "e", state: .open, pauseSeconds: 30)
        let progress: [ModelProgress] = [
            .retrying(attempt: 1, after: .milliseconds(20), reason: .modelStreamCut),
            .fellBack(from: "x", to: "y", reason: .modelTimeout), .hedged(after: .seconds(1)),
            .waited(.milliseconds(5), endpoint: "e"), .breaker(breaker),
            .lost(Usage(inputTokens: 1), cost: nil), .text("Xin "),
        ]
        let base = TalkingModel(
            progress: progress, results: [.success(Self.full), .failure(failure)])
        let requests = [Self.request(), Self.request("again")]
        var recorded: [CassetteCall] = []
        let recorder = try CassetteRecorder(creating: folder.file)
        for request in requests {
            recorded.append(await .of(recorder.recording(base, as: "auto/m"), request))
        }
        #expect(recorder.count == 2)
        let player = try Self.player(folder)
        let model = player.replaying(as: "auto/m", for: "a")
        #expect(model.name == base.name)
        for (request, recorded) in zip(requests, recorded) {
            let replayed = await CassetteCall.of(model, request)
            #expect(replayed.reply == recorded.reply)
            #expect(replayed.pieces == progress)
            #expect(replayed.error?.code == recorded.error?.code)
            #expect(replayed.error?.message == recorded.error?.message)
            #expect(replayed.error?.retryAfter == recorded.error?.retryAfter)
        }
        #expect(player.unusedAnswers == [])
        #expect(player.warnings == [])
    }

    @Test("Answers to the same call come in their order, each once")
    func order() async throws {
        let folder = try CassetteFolder()
        let base = ScriptedModel(["a": [.text("one"), .text("two"), .text("three")]])
        let recorder = try CassetteRecorder(creating: folder.file)
        let recording = recorder.recording(base, as: "m")
        for _ in 0..<3 { _ = await CassetteCall.of(recording, Self.request()) }
        let player = try Self.player(folder)
        let model = player.replaying(as: "m", for: "a")
        #expect(await CassetteCall.of(model, Self.request()).reply?.text == "one")
        #expect(await CassetteCall.of(model, Self.request()).reply?.text == "two")
        #expect(player.unusedAnswers == ["line 4 (agent 'a')"])
        _ = await CassetteCall.of(model, Self.request())
        let error = await CassetteCall.of(model, Self.request()).error
        #expect(error?.code == .cassetteMismatch)
        #expect(error?.message.contains("on line 4, was replayed already") == true)
        #expect(error?.message.contains("All its answers were replayed") == true)
    }

    @Test("A call that was not recorded fails, and tells the nearest one and where it differs")
    func mismatch() async throws {
        let folder = try CassetteFolder()
        let base = ScriptedModel([
            "a": [.text("1"), .text("2")], "b": [.text("3")],
        ])
        let recorder = try CassetteRecorder(creating: folder.file)
        let long = String(repeating: "so it was, ", count: 30)
        for request in [
            Self.request("something else"), Self.request(long + "the disk is full" + long),
            Self.request(long + "the disk is fine" + long, agent: "b"),
        ] {
            _ = await CassetteCall.of(recorder.recording(base, as: "m"), request)
        }
        let model = try Self.player(folder).replaying(as: "m", for: "a")
        let asked = Self.request(long + "the disk is fine" + long)
        let message = try #require(await CassetteCall.of(model, asked).error?.message)
        #expect(message.contains("agent 'a'"))
        #expect(message.contains("on line 3"))
        #expect(message.contains("messages[1].text: recorded …\""))
        #expect(message.contains("the disk is full") && message.contains("the disk is fine"))
        #expect(message.utf8.count < 600)
        let other = await CassetteCall.of(
            try Self.player(folder).replaying(as: "other", for: "a"), Self.request("something else")
        )
        #expect(
            other.error?.message.contains(#"model: recorded "m", asked "other""#) == true)
    }

    @Test("Ids, memos and sampling make no other call; tools, shape and choice do")
    func canonical() throws {
        func canonical(
            call: ToolCallID, run: RunID, change: (inout ModelRequest) -> Void = { _ in }
        ) -> CanonicalRequest {
            var request = ModelRequest(
                agent: "a",
                messages: [
                    .user("in run \(run)"),
                    .assistant(
                        text: "", toolCalls: [ToolCall(id: call, name: "f")],
                        memo: ModelMemo(wire: .chat, model: "m", content: .string(call.rawValue))),
                    .tool(call: call, name: "f", output: "done"),
                ], tools: [ToolDefinition(name: "f", description: "F")])
            request.run = run
            change(&request)
            return CanonicalRequest(request, model: "m", redaction: SecretRedaction())
        }
        let one = canonical(call: "c1", run: "run-1")
        #expect(one == canonical(call: "call_zz", run: "run-2"))
        #expect(
            one
                == canonical(call: "c1", run: "run-1") {
                    $0.temperature = 1
                    $0.maxOutputTokens = 5
                })
        #expect(one != canonical(call: "c1", run: "run-1") { $0.toolChoice = .required })
        #expect(one != canonical(call: "c1", run: "run-1") { $0.tools = [] })
        #expect(
            one
                != canonical(call: "c1", run: "run-1") {
                    $0.format = ResponseFormat(name: "r", schema: [:])
                })
    }

    @Test("Keys do not get into the file, and a replay finds the call all the same")
    func secrets() async throws {
        let folder = try CassetteFolder()
        let secrets = ["my-own-password", "sk-proj-abcdefghijklmnop", "ghp_0123456789abcdefABCD"]
        let text =
            "use \(secrets[1]), \"\(secrets[2])\", \(secrets[0]) and Bearer abcdefgh.12345678-xyz"
        let base = ScriptedModel([
            "a": [
                .reply(
                    ModelReply(
                        text: text,
                        toolCalls: [
                            ToolCall(id: "c", name: "f", arguments: ["key": .string(secrets[1])])
                        ])), .failure(CrewError(.modelRejectedKey, "key \(secrets[1])")),
            ]
        ])
        let redaction = SecretRedaction([Secret(secrets[0]), Secret("abc")])
        let recorder = try CassetteRecorder(creating: folder.file, redaction: redaction)
        for _ in 0..<2 {
            _ = await CassetteCall.of(recorder.recording(base, as: "m"), Self.request(text))
        }
        let written = try folder.lines().joined(separator: "\n")
        for secret in secrets + ["abcdefgh.12345678"] { #expect(!written.contains(secret)) }
        let player = try CassettePlayer(reading: folder.file, redaction: redaction)
        let reply = await CassetteCall.of(
            player.replaying(as: "m", for: "a"), Self.request(text)
        ).reply
        #expect(
            reply?.text
                == "use <redacted>, \"<redacted>\", <redacted> and Bearer <redacted>")
        let plain = "a risk-averse sk-ip, the task_sk-eleton eyJ and task force: bearer of news"
        #expect(SecretRedaction().redacted(plain) == plain)
        let key = "x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y"
        #expect(SecretRedaction().redacted(key) == "x <redacted> y")
    }

    @Test("A file that is there is kept, unless it may be written over; only its owner reads it")
    func existing() throws {
        let folder = try CassetteFolder()
        try Data("mine".utf8).write(to: URL(filePath: folder.file))
        let path = folder.file
        let error = #expect(throws: CrewError.self) { try CassetteRecorder(creating: path) }
        #expect(error?.code == .conflict)
        #expect(try folder.lines() == ["mine"])
        _ = try CassetteRecorder(creating: path, replaces: true)
        #expect(try folder.lines() == [#"{"cassette":1,"by":"swift-crew"}"#])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let nowhere = #expect(throws: CrewError.self) {
            try CassetteRecorder(creating: "/nowhere/at/all/x")
        }
        #expect(nowhere?.code == .storeFailed)
    }

    @Test("A last line that was cut is passed over; every other broken line is an error")
    func brokenLines() async throws {
        let folder = try CassetteFolder()
        let recorder = try CassetteRecorder(creating: folder.file)
        let base = ScriptedModel(["a": [.text("1"), .text("2")]])
        for text in ["one", "two"] {
            _ = await CassetteCall.of(recorder.recording(base, as: "m"), Self.request(text))
        }
        let url = URL(filePath: folder.file)
        let whole = try Data(contentsOf: url)
        try whole.dropLast(9).write(to: url)
        let player = try Self.player(folder)
        #expect(player.unusedAnswers.count == 1)
        #expect(player.warnings.count == 1)
        #expect(player.warnings.first?.contains(":3: the last line was cut") == true)
        try (whole.dropLast(9) + Data("\n".utf8)).write(to: url)
        let path = folder.file
        for (text, words) in [
            (nil, ":3: this line is not"), ("{}\n", "is not a cassette"), ("", "is not a cassette"),
            ("{\"cassette\":2}\n", "version 2"),
        ] as [(String?, String)] {
            if let text { try Data(text.utf8).write(to: url) }
            let error = #expect(throws: CrewError.self) { try CassettePlayer(reading: path) }
            #expect(error?.code == .invalidInput)
            #expect(error?.message.contains(words) == true)
        }
        #expect(throws: CrewError.self) { try CassettePlayer(reading: "/nowhere/at/all") }
    }

    @Test("Calls side by side are whole lines, and are replayed side by side")
    func together() async throws {
        let folder = try CassetteFolder()
        let recorder = try CassetteRecorder(creating: folder.file)
        let agents = (0..<40).map { AgentID("agent-\($0)") }
        let base = ScriptedModel(
            Dictionary(
                uniqueKeysWithValues: agents.map {
                    ($0, [.text(String(repeating: "\($0) ", count: 200))])
                }))
        func texts(_ model: @Sendable @escaping (AgentID) -> any LanguageModel) async -> Set<String>
        {
            await withTaskGroup(of: String?.self) { group in
                for agent in agents {
                    group.addTask {
                        await CassetteCall.of(model(agent), Self.request(agent: agent)).reply?.text
                    }
                }
                return await group.reduce(into: []) { if let text = $1 { $0.insert(text) } }
            }
        }
        let recorded = await texts { _ in recorder.recording(base, as: "m") }
        #expect(recorded.count == 40)
        let player = try Self.player(folder)
        #expect(await texts { player.replaying(as: "m", for: $0) } == recorded)
        #expect(player.unusedAnswers == [])
    }

    @Test("Answers come at once, or with the pauses that they were recorded with")
    func timing() async throws {
        let folder = try CassetteFolder()
        let clock = ManualClock()
        let base = PausingModel(clock: clock)
        let recorder = try CassetteRecorder(creating: folder.file, clock: clock)
        _ = await CassetteCall.of(recorder.recording(base, as: "m"), Self.request())
        for (keepsPauses, pauses) in [
            (false, [Duration]()), (true, [.milliseconds(300), .seconds(2)]),
        ] {
            let replayClock = InstantClock()
            let player = try Self.player(folder, keepsPauses: keepsPauses, clock: replayClock)
            let call = await CassetteCall.of(
                player.replaying(as: "m", for: "a"), Self.request())
            #expect(call.reply?.text == "done")
            #expect(replayClock.sleeps == pauses)
        }
    }

    @Test("A call that nobody waited for is recorded, and waits to be cancelled again")
    func cancelled() async throws {
        let folder = try CassetteFolder()
        let recorder = try CassetteRecorder(creating: folder.file)
        let base = ScriptedModel(["a": [.hang(after: "half")]])
        func isCancelled(_ model: any LanguageModel) async -> Bool {
            let (pieces, continuation) = AsyncStream<ModelProgress>.makeStream()
            return await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        _ = try await model.reply(to: Self.request()) { continuation.yield($0) }
                        return false
                    } catch { return error is CancellationError }
                }
                for await piece in pieces where piece == .text("half") { break }
                group.cancelAll()
                return await group.next() ?? false
            }
        }
        #expect(await isCancelled(recorder.recording(base, as: "m")))
        #expect(recorder.count == 1)
        #expect(await isCancelled(try Self.player(folder).replaying(as: "m", for: "a")))
    }
}

/// Passes the same progress on in each call, then ends as it is told.
private final class TalkingModel: LanguageModel {
    let name = "talking model"
    private let progress: [ModelProgress]
    private let results: Mutex<[Result<ModelReply, CrewError>]>

    init(progress: [ModelProgress], results: [Result<ModelReply, CrewError>]) {
        self.progress = progress
        self.results = Mutex(results)
    }

    func reply(
        to request: ModelRequest, progress report: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        for piece in progress { report(piece) }
        return try results.withLock { $0.removeFirst() }.get()
    }
}

/// Takes its time on a clock.
private struct PausingModel: LanguageModel {
    let name = "pausing model"
    let clock: ManualClock

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        clock.advance(by: .milliseconds(300))
        progress(.text("done"))
        clock.advance(by: .seconds(2))
        return ModelReply(text: "done")
    }
}
