import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Keys of signals")
struct SignalKeyTests {
    private static func files(_ signals: String) throws -> CrewFiles {
        try CrewFiles(oneAgent(crew: "routing:\n  signals:\n    a:\n" + signals))
    }

    private static func routes(_ signals: String) throws -> [SignalRoute] {
        try files(signals).load().definition.routing.signals["a"] ?? []
    }

    @Test("Each type of route is read with what belongs to it")
    func types() throws {
        let routes = try Self.routes(
            """
                  - {signal: "[S]", type: sub_crew, target: billing, return_to: a, input_template: "Said: {{input}}"}
                  - {signal: "[E]", type: external, target: crm, return_to: a}
                  - {signal: "[P]", type: pause, return_to: a}
                  - {signal: "[T]", type: terminate}
                  - {signal: "[R]", target: a, input_template: "{{reply}}", description: d}
                  - {signal: "[B]", behavior: external, target: crm}
            """)
        #expect(routes.map(\.type) == [.subCrew, .external, .pause, .terminate, .route, .external])
        #expect(routes.map(\.target) == ["billing", "crm", nil, nil, "a", "crm"])
        #expect(routes.map(\.returnTo) == ["a", "a", "a", nil, nil, nil])
        #expect(
            routes.map(\.inputTemplate) == ["Said: {{input}}", nil, nil, nil, "{{reply}}", nil])
    }

    @Test("Triggers are read, nested ones too")
    func triggers() throws {
        let routes = try Self.routes(
            """
                  - {signal: "[K]", when: {keyword: refund}}
                  - {signal: "[X]", when: {pattern: '\\d+ €'}}
                  - {signal: "[F]", when: {prefix: "Bye"}}
                  - signal: "[N]"
                    when:
                      any:
                        - {keyword: money}
                        - all: [{prefix: "I"}, {pattern: "back$"}]
            """)
        #expect(
            routes.map(\.trigger) == [
                .keyword("refund"), .pattern("\\d+ €"), .prefix("Bye"),
                .any([.keyword("money"), .all([.prefix("I"), .pattern("back$")])]),
            ])
    }

    /// One line of signals, and what is told of it.
    static let mistakes = [
        ("{signal: \"[A]\", type: pauze}", "crew.yaml:5:31: error unknown_value"),
        ("{signal: \"[A]\", type: pause, target: a}", "crew.yaml:5:46: warning unused_target"),
        ("{signal: \"[A]\", type: terminate, target: a}", "crew.yaml:5:50: warning unused_target"),
        ("{signal: \"[A]\", type: pause, input_template: x}", "crew.yaml:5:54: warning no_effect"),
        ("{signal: \"[A]\", type: terminate, return_to: a}", "crew.yaml:5:53: warning no_effect"),
        ("{signal: \"[A]\", target: a, return_to: a}", "crew.yaml:5:47: warning no_effect"),
        ("{signal: \"[A]\", input_template: x}", "crew.yaml:5:41: warning no_effect"),
        (
            "{signal: \"[A]\", type: route, behavior: route, target: a}",
            "crew.yaml:5:38: warning conflicting_keys"
        ),
        ("{signal: \"[A]\", when: {}}", "crew.yaml:5:25: error missing_key"),
        (
            "{signal: \"[A]\", when: {keyword: x, prefix: y}}",
            "crew.yaml:5:52: error conflicting_keys"
        ),
        ("{signal: \"[A]\", when: {keyword: ' '}}", "crew.yaml:5:41: error empty_test"),
        ("{signal: \"[A]\", when: {any: []}}", "crew.yaml:5:32: error empty_test"),
        (
            "{signal: \"[A]\", when: {all: [{pattern: '('}]}}",
            "crew.yaml:5:48: error invalid_pattern"
        ),
        ("{signal: \"[A]\", when: {all: [{keywort: x}]}}", "crew.yaml:5:38: error missing_key"),
        ("{signal: \"[A]\", when: refund}", "crew.yaml:5:31: error wrong_type"),
    ]

    @Test("A mistake is told at its place", arguments: mistakes)
    func mistake(_ signal: String, _ expected: String) throws {
        let found = try Self.files("      - \(signal)\n").problems()
        #expect(found.first == expected, "\(found)")
    }

    @Test("What becomes of runs under another definition is a setting")
    func changedDefinition() throws {
        for (word, meaning) in [("continue", "continue"), ("pause", "pause"), ("fail", "fail")] {
            let folder = try CrewFiles(
                oneAgent(crew: "settings: {on_definition_change: \(word)}"))
            #expect(try folder.load().definition.settings.changedDefinition.rawValue == meaning)
        }
        let folder = try CrewFiles(oneAgent(crew: "settings: {on_definition_change: stop}"))
        #expect(try folder.problems() == ["crew.yaml:2:34: error unknown_value"])
    }
}

@Suite("Keys of sub-crews")
struct SubCrewKeyTests {
    /// The crew `main`, which has these sub-crews, and two smaller ones.
    private static func files(_ crews: String, billing: String = "") throws -> CrewFiles {
        let files = try CrewFiles()
        for name in ["main", "billing", "legal"] {
            try FileManager.default.createDirectory(
                atPath: "\(files.path)/\(name)/agents", withIntermediateDirectories: true)
            let more = name == "main" ? "sub_crews:\n" + crews : name == "billing" ? billing : ""
            try files.write("\(name)/crew.yaml", Data("agents: [a]\n\(more)".utf8))
            try files.write(
                "\(name)/agents/a.yaml",
                Data("id: a\nname: A\nprimary: {provider: scripted, model: m}".utf8))
        }
        return files
    }

    private static func load(_ files: CrewFiles) throws -> LoadedCrew {
        try CrewFolder.load("\(files.path)/main", environment: [:])
    }

    @Test("Each becomes a tool of its name that lets the crew work")
    func tools() throws {
        let files = try Self.files(
            """
              billing: {path: ../billing, description: Bills., timeout_seconds: 60}
              legal: {config_path: ../legal/crew.yaml, description: Knows the law., effect: read}
            """)
        let crew = try Self.load(files)
        #expect(crew.problems(tools: []).filter { $0.severity != .note } == [])
        let tools = crew.definition.tools
        #expect(tools.map(\.name) == ["billing", "legal"])
        #expect(
            tools.map(\.work)
                == ["billing", "legal"].map {
                    .crew(folder: "\(files.path)/main/../\($0)")
                })
        #expect(tools.map(\.timeout) == [.seconds(60), nil])
        #expect(tools.map(\.effect) == [.write, .read])
    }

    static let mistakes = [
        ("  billing: {description: d}", "main/crew.yaml:3:3: error missing_key"),
        (
            "  billing: {path: ../bill, description: d}",
            "main/crew.yaml:3:19: error missing_crew_folder"
        ),
        ("  billing: {path: ., description: d}", "main/crew.yaml:3:19: error crew_includes_itself"),
        ("  billing: {path: ../billing}", "main/crew.yaml:3:3: warning missing_description"),
        ("  a b: {path: ../billing, description: d}", "main/crew.yaml:3:3: error invalid_name"),
    ]

    @Test("A mistake is told at its place", arguments: mistakes)
    func mistake(_ crews: String, _ expected: String) throws {
        let files = try Self.files(crews)
        let found = try Self.load(files).problems(tools: []).withoutUnused.map { files.short($0) }
        #expect(found == [expected])
    }

    @Test("A circle over sub-crews of another crew is found")
    func circle() throws {
        let files = try Self.files(
            "  billing: {path: ../billing, description: d}",
            billing: "sub_crews: {main: {config_path: ../main/crew.yaml, description: d}}")
        let found = try Self.load(files).problems(tools: []).withoutUnused
        #expect(found.map(\.problem.code) == ["crew_includes_itself"])
        #expect(found.first?.problem.message.contains("main → billing → main") == true)
    }
}
