import CrewKit
import CrewTesting
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Spans of runs")
struct SpanTreeTests {
    /// Says back what it is told.
    private struct EchoTool: Tool {
        let definition = ToolDefinition(name: "echo", description: "Says it again.")
        func call(_ call: ToolInvocation) async throws -> String {
            guard call.arguments["fail"] == nil else {
                throw ToolFailure(.notFound, "secret words of a tool")
            }
            return "echoed secret"
        }
    }

    private static let trace = TraceContext(
        traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7", isSampled: true)

    private func calling(_ calls: (String, String, JSONValue)...) -> ScriptedModel.Reply {
        .reply(
            ModelReply(
                toolCalls: calls.map { id, name, arguments in
                    ToolCall(
                        id: ToolCallID(id), name: ToolName(name), arguments: arguments)
                }, finish: .toolCalls,
                usage: Usage(inputTokens: 10, outputTokens: 2), model: "gpt-9"))
    }

    private func fixture() throws -> ServerFixture {
        var agents = ["a", "b", "c", "d", "x"].map { AgentDefinition(id: AgentID($0)) }
        agents[0].tools = ["echo", "ask_x"]
        agents[4].tools = ["echo"]
        let routing = RoutingDefinition(
            signals: ["a": [SignalRoute("[ALL]", to: "g")]],
            groups: ["g": ParallelGroup(agents: ["b", "c"], nextAgent: "d")])
        var fixture = ServerFixture(
            agents: agents, routing: routing,
            [
                "a": [
                    calling(("1", "echo", [:]), ("2", "ask_x", ["input": "secret question"])),
                    .text("go on [ALL]"),
                ],
                "x": [calling(("1", "echo", ["fail": true])), .text("secret answer")],
                "b": [.text("from b")], "c": [.failure(CrewError(.modelUnavailable, "secret"))],
                "d": [.text("the end")],
            ])
        let asking = DeclaredTool(name: "ask_x", description: "Asks x.", work: .agent("x"))
        fixture.definition.tools = [asking]
        fixture.tools = Toolbox([EchoTool(), try AgentTool(asking, timeout: .seconds(60))])
        return fixture
    }

    /// Works an input and returns what was seen of it.
    private func observations(
        of fixture: ServerFixture, origin: RunOrigin? = RunOrigin(requestID: "r", trace: trace)
    ) async throws -> (seen: [RunObservation], model: ScriptedModel) {
        let runner = try fixture.makeRunner()
        let stream = fixture.options.activity.observations()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            defer { group.cancelAll() }
            var request = RunRequest("secret input", session: "s")
            request.origin = origin
            let run = try await runner.start(request)
            var seen: [RunObservation] = []
            for await observation in stream {
                seen.append(observation)
                if observation.run.run == run, case .event(let stored) = observation.item,
                    case .runEnded = stored.event
                {
                    break
                }
            }
            return (seen, fixture.model)
        }
    }

    private func spans(
        of seen: [RunObservation], by builder: SpanBuilder = SpanBuilder()
    ) -> [Span] {
        var builder = builder
        return seen.flatMap { builder.note($0) }
    }

    /// The spans as lines, each beneath its parent.
    private func tree(_ spans: [Span], under parent: String, indent: String = "") -> [String] {
        spans.filter { $0.parentID == parent }.sorted { $0.name < $1.name }.flatMap { span in
            let error = span.error.map { " !\($0)" } ?? ""
            return ["\(indent)\(span.name) (\(span.kind))\(error)"]
                + tree(spans, under: span.spanID, indent: indent + "  ")
        }
    }

    @Test("Two agents, tools, a group and a run that works for a call make one tree")
    func golden() async throws {
        let (seen, model) = try await observations(of: try fixture())
        let spans = spans(of: seen)
        #expect(
            tree(spans, under: Self.trace.spanID)
                == [
                    "invoke_workflow test (internal)",
                    "  invoke_agent a (internal)",
                    "    chat test model (client)",
                    "    chat test model (client)",
                    "    execute_tool ask_x (internal)",
                    "      invoke_workflow test (internal)",
                    "        invoke_agent x (internal)",
                    "          chat test model (client)",
                    "          chat test model (client)",
                    "          execute_tool echo (internal) !not_found",
                    "    execute_tool echo (internal)",
                    "  invoke_agent b (internal)",
                    "    chat test model (client)",
                    "  invoke_agent c (internal) !model_unavailable",
                    "    chat test model (client) !model_unavailable",
                    "  invoke_agent d (internal)",
                    "    chat test model (client)",
                ])
        #expect(Set(spans.map(\.spanID)).count == spans.count)
        #expect(spans.allSatisfy { $0.traceID == Self.trace.traceID && $0.end >= $0.start })
        // What endpoints were told is what was recorded.
        let told = model.requests.compactMap { $0.trace?.spanID }
        let calls = spans.filter { $0.name.hasPrefix("chat") }.map(\.spanID)
        #expect(Set(told) == Set(calls))
    }

    @Test("A span tells what the conventions ask for, and nothing that was said")
    func attributes() async throws {
        let spans = spans(of: try await observations(of: try fixture()).seen)
        let call = try #require(spans.first { $0.attributes[.responseModel] == .text("gpt-9") })
        #expect(call.attributes[.operation] == .text("chat"))
        #expect(call.attributes[.provider] == .text("scripted"))
        #expect(call.attributes[.requestModel] == .text("test model"))
        #expect(call.attributes[.inputTokens] == .integer(10))
        #expect(call.attributes[.finishReasons] == .texts(["tool_call"]))
        #expect(call.attributes[.conversation] == .text("s"))
        let run = try #require(spans.last)
        #expect(run.attributes[.workflow] == .text("test"))
        #expect(run.attributes[.run] == .text("run-1"))
        #expect(run.attributes[.outcome] == .text("completed"))
        #expect(run.events.map(\.name).contains("group_started"))
        let streamed = spans.filter { $0.attributes[.firstChunk] != nil }
        #expect(!streamed.isEmpty)
        #expect(spans.allSatisfy { $0.attributes.members.allSatisfy { !$0.name.isContent } })
        let bytes = OTLPTraces(resource: [], version: "1").body(spans)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
    }

    @Test("Where it is asked for, spans hold what was said, and not all of it")
    func content() async throws {
        let seen = try await observations(of: try fixture()).seen
        let spans = spans(of: seen, by: SpanBuilder(capturesContent: true))
        let text = String(
            decoding: OTLPTraces(resource: [], version: "1").body(spans), as: UTF8.self)
        for said in ["secret input", "secret question", "secret answer", "echoed secret"] {
            #expect(text.contains(said), "\(said)")
        }
        let long = CapturedContent(isWanted: true).text(String(repeating: "x", count: 100_000))
        guard case .text(let cut)? = long else {
            Issue.record("nothing was captured")
            return
        }
        #expect(cut.count == CapturedContent.longest)
    }

    @Test("Nothing is told of runs that nobody records, and endpoints are not told either")
    func unsampled() async throws {
        let quiet = TraceContext(
            traceID: Self.trace.traceID, spanID: Self.trace.spanID, isSampled: false)
        for origin in [RunOrigin(requestID: "r", trace: quiet), RunOrigin(requestID: "r"), nil] {
            let (seen, model) = try await observations(of: try fixture(), origin: origin)
            #expect(spans(of: seen).isEmpty)
            #expect(model.requests.allSatisfy { $0.trace?.isSampled != true })
        }
    }

    @Test("What is open when the process ends is ended, once")
    func unfinished() async throws {
        let seen = try await observations(of: try fixture()).seen
        var builder = SpanBuilder()
        let half = seen.prefix(seen.count / 2).flatMap { builder.note($0) }
        let rest = builder.endAll(at: .distantFuture)
        #expect(!rest.isEmpty)
        #expect(builder.runs.isEmpty)
        #expect(builder.endAll(at: .distantFuture).isEmpty)
        let ids = (half + rest).map(\.spanID)
        #expect(Set(ids).count == ids.count)
        let parents = Set(ids + [Self.trace.spanID])
        #expect((half + rest).allSatisfy { parents.contains($0.parentID ?? "") })
    }
}
