import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("/metrics")
struct MetricsRouteTests {
    private static let reply = ModelReply(
        text: "ok", usage: Usage(inputTokens: 10, outputTokens: 2))

    @Test("Prometheus reads it: content type, every family once, a line end last")
    func prometheus() async throws {
        try await ServerFixture([]).serve { client, _ in
            let response = try await client.executeRequest(
                uri: "/metrics", method: .get, headers: [:], body: nil)
            #expect(response.status == .ok)
            #expect(
                response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(response.headers[.cacheControl] == "no-store")
            let text = String(buffer: response.body)
            #expect(text.hasSuffix("\n") && !text.contains("\n\n") && !text.contains("# EOF"))
            let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            #expect(Set(types).count == types.count && types.count > 20)
            #expect(text.contains("\ncrew_requests_total{status=\"error\"} 0\n"))
            #expect(text.contains("\nprocess_start_time_seconds "))
            #expect(text.contains("\ncrew_build{version=\"0\"} 1\n"))
        }
    }

    @Test("Who asks for OpenMetrics gets it; a HEAD gets no body")
    func dialects() async throws {
        try await ServerFixture([]).serve { client, _ in
            let open = try await client.executeRequest(
                uri: "/metrics?format=prometheus", method: .get,
                headers: [.accept: "application/openmetrics-text; version=1.0.0"], body: nil)
            #expect(open.headers[.contentType]?.hasPrefix("application/openmetrics-text") == true)
            #expect(String(buffer: open.body).hasSuffix("# EOF\n"))
            let head = try await client.executeRequest(
                uri: "/metrics", method: .head, headers: [:], body: nil)
            #expect(head.status == .ok && head.body.readableBytes == 0)
        }
    }

    @Test("Another format, or a misspelt parameter, is refused with a problem document")
    func refused() async throws {
        try await ServerFixture([]).serve { client, _ in
            for path in ["/metrics?format=xml", "/metrics?formats=json"] {
                let problem = try await client.problem(.get, path)
                #expect(problem.status == 400)
                #expect(problem.document["code"] == "invalid_input")
            }
            #expect(try await client.problem(.post, "/metrics").status == 405)
        }
    }

    @Test("Runs are counted as they end, and no counter ever goes down")
    func counted() async throws {
        let fixture = ServerFixture([.reply(Self.reply), .reply(Self.reply)])
        try await fixture.serve { client, serving in
            var last: [String: Double] = [:]
            for ended in 1...2 {
                _ = try await client.rest()
                let samples = try await client.samples {
                    $0[#"crew_requests_total{status="success"}"#] == Double(ended)
                        && $0[#"crew_runs_ended_total{crew="test",kind="run",outcome="completed"}"#]
                            == Double(ended)
                }
                for (name, value) in samples where Self.isCounter(name) {
                    #expect(value >= last[name] ?? 0, "\(name)")
                }
                last = samples
            }
            #expect(last[#"crew_agent_executions{agent="a"}"#] == 2)
            #expect(
                last[
                    #"crew_tokens_total{crew="test",agent="a",model="scripted test model",type="input"}"#
                ] == 20)
            #expect(last[#"crew_turn_duration_seconds_count{crew="test",agent="a"}"#] == 2)
            #expect(last[#"crew_runs{state="running"}"#] == 0)
            #expect(last["crew_store_events_total"].map { $0 > 4 } == true)
        }
    }

    private static func isCounter(_ name: String) -> Bool {
        ["_total", "_bucket", "_count", "_sum"].contains {
            (name.split(separator: "{").first ?? "").hasSuffix($0)
        }
    }

    @Test("Requests are counted by route, not by path, and refusals by their code")
    func requests() async throws {
        try await ServerFixture([]).serve { client, _ in
            for path in ["/v1/runs/one", "/v1/runs/two", "/nothing", "/v1/runs?limit=0"] {
                _ = try await client.problem(.get, path)
            }
            let samples = try await client.samples { _ in true }
            #expect(
                samples[
                    #"crew_http_requests_total{method="GET",route="/v1/runs/{run}",status="404"}"#]
                    == 2)
            #expect(
                samples[#"crew_http_requests_total{method="GET",route="unmatched",status="404"}"#]
                    == 1)
            #expect(
                samples[#"crew_http_request_duration_seconds_count{method="GET",route="/v1/runs"}"#]
                    == 1)
            #expect(samples[#"crew_http_refusals_total{code="unknown_run"}"#] == 2)
            #expect(samples[#"crew_http_refusals_total{code="invalid_input"}"#] == 1)
            // The one that asks.
            #expect(samples["crew_http_requests_under_way"] == 1)
        }
    }

    @Test("As JSON it has the original's names, with agents and their tools, times in nanoseconds")
    func json() async throws {
        let call = ToolCall(id: "1", name: "Look")
        let fixture = ServerFixture.asking(
            Ledger("Look"),
            [ModelReply(text: "", toolCalls: [call], finish: .toolCalls), Self.reply])
        try await fixture.serve { client, _ in
            _ = try await client.rest()
            _ = try await client.samples {
                $0[#"crew_requests_total{status="success"}"#] == 1
            }
            let response = try await client.executeRequest(
                uri: "/metrics?format=json", method: .get, headers: [:], body: nil)
            #expect(response.headers[.contentType] == "application/json")
            let text = String(buffer: response.body)
            #expect(text.hasPrefix("{\n  \"system_metrics\": {\n    \"StartTime\": \"20"))
            let system = try #require(try JSONValue(parsing: text)["system_metrics"]?.object)
            #expect(
                system.keys == [
                    "StartTime", "LastUpdated", "TotalRequests", "SuccessfulRequests",
                    "FailedRequests", "TotalExecutionTime", "AverageRequestTime", "MemoryUsage",
                    "MaxMemoryUsage", "CacheHits", "CacheMisses", "CacheHitRate", "AgentMetrics",
                ])
            #expect(system["TotalRequests"] == 1 && system["FailedRequests"] == 0)
            #expect(system["TotalExecutionTime"]?.integer.map { $0 > 0 } == true)
            #expect(system["MemoryUsage"]?.integer.map { $0 > 1_000_000 } == true)
            let agent = try #require(system["AgentMetrics"]?["a"]?.object)
            #expect(
                agent.keys == [
                    "AgentID", "AgentName", "ExecutionCount", "SuccessCount", "ErrorCount",
                    "TimeoutCount", "TotalDuration", "AverageDuration", "MinDuration",
                    "MaxDuration", "ToolMetrics",
                ])
            #expect(agent["AgentName"] == "An" && agent["ExecutionCount"] == 1)
            let tool = try #require(agent["ToolMetrics"]?["Look"]?.object)
            #expect(
                tool.keys == [
                    "ToolName", "ExecutionCount", "SuccessCount", "ErrorCount", "TotalDuration",
                    "AverageDuration", "MinDuration", "MaxDuration",
                ])
            #expect(tool["SuccessCount"] == 1 && tool["ExecutionCount"] == 1)
        }
    }
}

extension TestClientProtocol {
    /// The samples of `/metrics`, once they are as wished; the test's time limit is the bound.
    func samples(until isWished: ([String: Double]) -> Bool) async throws -> [String: Double] {
        while true {
            let response = try await executeRequest(
                uri: "/metrics", method: .get, headers: [:], body: nil)
            let lines = String(buffer: response.body).split(separator: "\n")
            let samples = lines.filter { !$0.hasPrefix("#") }.compactMap { line in
                line.lastIndex(of: " ").flatMap { end in
                    Double(line[end...].dropFirst()).map { (String(line[..<end]), $0) }
                }
            }
            let named = Dictionary(uniqueKeysWithValues: samples)
            if isWished(named) { return named }
            await Task.yield()
        }
    }
}
