import CrewKit
import Foundation
import Subprocess
import Testing

@testable import crew

@Suite("Drawing a crew")
struct DrawingTests {
    /// Names that mean something to Mermaid, Graphviz, Markdown or HTML.
    private static let names = [
        "Ngân – hỗ trợ kỹ thuật", "a \"quoted\" name", "1. a list", "- a list", "`code`",
        "<b>bold</b> & \"more\"", "back\\slash\\n", "one\ntwo\r\nthree", "a]b[c}d{e)f(g|h",
        "end", "#quot; %% ;", "\u{1B}[31mred", "$x^2$ *star* ~~out~~",
    ]

    private static func crew() -> CrewDefinition {
        let agents = names.enumerated().map { AgentDefinition(id: AgentID("a\($0)"), name: $1) }
        var routing = RoutingDefinition()
        for (agent, next) in zip(agents, agents.dropFirst()) {
            routing.signals[agent.id] = [
                SignalRoute("[ĐI \"\(next.name.prefix(8))\"]", to: next.id.rawValue)
            ]
        }
        routing.groups["g|\"x\""] = ParallelGroup(agents: ["a1", "a2"], nextAgent: "a3")
        routing.signals["a0"]?.append(SignalRoute("[ALL]", to: "g|\"x\""))
        routing.signals["a1"]?.append(SignalRoute("[ASK]", to: "CRM \"2\"", type: .external))
        return CrewDefinition(name: "odd", agents: agents, routing: routing)
    }

    private static var picture: FlowPicture {
        let crew = crew()
        return FlowPicture(CrewFlow(crew), of: crew, showsBuiltIns: true)
    }

    private static let hasGraphviz = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/dot")
        }

    @Test("Graphviz draws every name as it is", .enabled(if: hasGraphviz))
    func graphviz() async throws {
        let svg = try await GraphvizDrawing.svg(of: DOTWriter.text(of: Self.picture))
        let texts = svg.matches(of: #/<text[^>]*>([^<]*)</text>/#).map { match in
            String(match.1).replacing("&#45;", with: "-").replacing("&lt;", with: "<")
                .replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
                .replacing("&#39;", with: "'").replacing("&#160;", with: " ")
                .replacing("&amp;", with: "&")
        }
        for name in Self.names {
            for line in name.drawnLines {
                #expect(texts.contains(line), "\(line) in \(texts)")
            }
        }
        #expect(texts.contains("CRM \"2\""))
    }

    @Test("What Graphviz cannot draw is told in its words", .enabled(if: hasGraphviz))
    func graphvizFails() async throws {
        let error = await #expect(throws: CommandFailure.self) {
            try await GraphvizDrawing.svg(of: "digraph {")
        }
        #expect(error?.message.contains("Graphviz could not draw it") == true)
    }

    @Test("Mermaid gets one statement a line, and no letter of a name that it could read")
    func mermaid() throws {
        let lines = MermaidWriter.text(of: Self.picture).split(separator: "\n")
        #expect(lines.first == "flowchart TD")
        let label = #""(?:[^"`<>*~\\|{}$%&.\-]|<br/>)*""#
        let node = try Regex(
            #"    n\d+(?:\(\#(label)\)|\[\[\#(label)\]\]|\(\[\#(label)\]\)|\[/\#(label)/\]|\(\(\(\#(label)\)\)\))"#
        )
        let link = try Regex(#"    n\d+ (?:-->|-\.->)(?:\|\#(label)\|)? n\d+"#)
        for line in lines.dropFirst(3) {
            let isKnown = try node.wholeMatch(in: line) != nil || link.wholeMatch(in: line) != nil
            #expect(isKnown, "\(line)")
        }
        let text = lines.joined(separator: "\n")
        #expect(text.contains("Ngân – hỗ trợ kỹ thuật"))
        #expect(text.contains("one<br/>two<br/>three"))
        #expect(text.contains("#34;quoted#34;"))
    }

    @Test("Each place and each way is drawn once, in the same order every time")
    func once() {
        let crew = Self.crew()
        let picture = Self.picture
        let agents = picture.nodes.filter { $0.shape == .agent }
        #expect(agents.count == crew.agents.count)
        #expect(Set(picture.nodes.map(\.id)).count == picture.nodes.count)
        let ways = picture.edges.map { "\($0.from) \($0.to) \($0.isDashed)" }
        #expect(Set(ways).count == ways.count)
        #expect(DOTWriter.text(of: picture) == DOTWriter.text(of: Self.picture))
    }

    @Test("What an agent could do that only works for a group is not drawn as a way of the run")
    func unheard() {
        let routing = RoutingDefinition(
            signals: ["a": [SignalRoute("[G]", to: "g")], "b": [SignalRoute("[A]", to: "a")]],
            groups: ["g": ParallelGroup(agents: ["b"], nextAgent: "a")])
        let crew = CrewDefinition(
            name: "t", agents: [AgentDefinition(id: "a"), AgentDefinition(id: "b")],
            routing: routing)
        let picture = FlowPicture(CrewFlow(crew), of: crew, showsBuiltIns: false)
        #expect(picture.edges.allSatisfy { !$0.labels.contains("[A]") })
        #expect(picture.edges.contains { $0.isDashed && $0.labels == ["member"] })
    }

    @Test("crew graph writes each format, by name or by the file's, and says what is missing")
    func formats() async throws {
        let folder = try Product.example("it-support-en").path
        let mermaid = try await Product.run("graph", folder)
        #expect(mermaid.output.hasPrefix("flowchart TD\n"))
        #expect(mermaid.output.contains("n0 -->|\"[ROUTE_EXECUTOR]<br/>default\"| n2"))
        let file = "\(folder)/flow.gv"
        #expect(try await Product.run("graph", folder, "--output", file).code == 0)
        let dot = try String(contentsOfFile: file, encoding: .utf8)
        #expect(dot.hasPrefix("digraph crew {"))
        let text = try await Product.run("graph", folder, "--format", "text")
        #expect(text.output.contains("ends by: clarifier –no signal→ a person"))
        let none = try await Product.run(
            list: ["graph", folder, "--format", "svg"], more: ["PATH": "/nowhere"])
        #expect(none.code == 1)
        #expect(none.errors.contains("apt install graphviz"))
        let lost = try await Product.run("graph", folder, "--run", "abcd")
        #expect(lost.code == 1)
        #expect(lost.errors.contains("there is no store"))
    }

    @Test("The way of a run is marked and numbered in its order")
    func run() async throws {
        let folder = try Product.example("it-support-en").path
        let store = "sqlite:\(folder)/runs.sqlite"
        let ended = try await Product.run(
            "run", folder, "Help me check the system", "--store", store, "--json")
        #expect(ended.code == 3)
        let list = try await Product.run("runs", "list", folder, "--store", store, "--json")
        let id = try #require(try JSONValue(parsing: list.output)["id"]?.string)
        let graph = try await Product.run(
            "graph", folder, "--run", id, "--store", store)
        #expect(graph.code == 0, "\(graph.errors)")
        #expect(graph.output.contains("|\"#35;1<br/>[ROUTE_CLARIFIER]\"|"))
        #expect(graph.output.contains("|\"#35;2<br/>no signal\"|"))
        #expect(graph.output.contains("class n0,n1,n4 visited"))
    }
}
