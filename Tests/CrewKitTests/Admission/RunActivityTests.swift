import CrewTesting
import Testing

@testable import CrewKit

@Suite("What watchers of a process are told")
struct RunActivityTests {
    private static func names(_ items: [RunObservation.Item]) -> [String] {
        items.compactMap {
            switch $0 {
            case .event(let stored): stored.event.name
            case .firstToken: "first token"
            case .admitted: "admitted"
            case .appended: nil
            }
        }
    }

    @Test("Every stored event, when a message begins, when a run is let in, with whose run it is")
    func everything() async throws {
        var fixture = CrewFixture(AgentDefinition(id: "a", name: "An"))
        let activity = RunActivity()
        fixture.activity = activity
        fixture.admission = RunAdmission()
        let seen = activity.observations()
        var request = RunRequest("hi")
        request.tenant = "acme"
        request.origin = RunOrigin(requestID: "req-1")
        let told = try await fixture.run(request, ScriptedModel(["a": [.text("one two three")]]))
        var items: [RunObservation] = []
        for await observation in seen {
            items.append(observation)
            if case .event(let stored) = observation.item, stored.event.name == "run_ended" {
                break
            }
        }
        let names = Self.names(items.map(\.item))
        #expect(names.filter { !["first token", "admitted"].contains($0) } == told.names)
        #expect(names.filter { $0 == "first token" }.count == 1)
        #expect(names.filter { $0 == "admitted" }.count == 1)
        #expect(items.allSatisfy { $0.run.tenant == "acme" && $0.run.crew == "test" })
        #expect(items.allSatisfy { $0.run.origin?.requestID == "req-1" })
        #expect(zip(items, items.dropFirst()).allSatisfy { $0.instant <= $1.instant })
    }

    @Test("A reader that does not read loses the newest, and that is counted; nobody waits for it")
    func slowReader() async throws {
        let activity = RunActivity()
        var fixture = CrewFixture(AgentDefinition(id: "a", name: "An"))
        fixture.activity = activity
        let seen = activity.observations(buffering: 2)
        let told = try await fixture.run("hi", ["a": [.text("hello")]])
        #expect(told.result.outcome == .completed)
        #expect(activity.lost > 0)
        var count = 0
        for await _ in seen.prefix(2) { count += 1 }
        #expect(count == 2)
    }

    @Test("Model calls and tools are told of the span of their call, and child runs work within it")
    func spans() async throws {
        var fixture = CrewFixture(AgentDefinition(id: "a", name: "An"))
        let seen = Seen()
        fixture.tools = Toolbox([
            ClosureTool("look") { call in
                await seen.note(call.trace)
                return "seen"
            }
        ])
        fixture.definition.agents[0].tools = ["look"]
        let trace = try #require(
            TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        var request = RunRequest("hi")
        request.origin = RunOrigin(requestID: "r", trace: trace)
        let model = ScriptedModel(["a": [.calls(("look", [:])), .text("done")]])
        let told = try await fixture.run(request, model)
        let call = try #require(
            told.events.compactMap {
                if case .toolStarted(let started) = $0.event { return started.call.id }
                return nil
            }.first)
        let tool = await seen.traces.first
        #expect(tool??.traceID == trace.traceID)
        #expect(
            tool??.spanID == TraceContext.spanID(of: told.result.run, .toolCall(call, nil)))
        let rounds = told.events.filter { $0.event.name == "round_started" }.map(\.sequence)
        #expect(
            model.requests.map { $0.trace?.spanID }
                == rounds.map { TraceContext.spanID(of: told.result.run, .modelCall($0)) })
    }

    private actor Seen {
        var traces: [TraceContext?] = []
        func note(_ trace: TraceContext?) { traces.append(trace) }
    }
}
