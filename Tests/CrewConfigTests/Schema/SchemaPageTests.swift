import CrewKit
import Foundation
import Testing

@testable import CrewConfig

@Suite("JSON Schema of a crew's files")
struct SchemaPageTests {
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test(
        "The published files are what the key tables say; CREW_WRITE_DOCS=1 writes them anew",
        arguments: KeyTable.File.allCases)
    func published(_ file: KeyTable.File) throws {
        let folder = Self.package.appendingPathComponent("docs/schema")
        let page = folder.appendingPathComponent("\(file.rawValue).schema.json")
        let text = KeySchema.text(of: file)
        if ProcessInfo.processInfo.environment["CREW_WRITE_DOCS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(try String(contentsOf: page, encoding: .utf8) == text)
        }
    }

    @Test(
        "They are JSON, and every reference in them leads somewhere",
        arguments: KeyTable.File.allCases)
    func references(_ file: KeyTable.File) throws {
        let schema = try JSONValue(parsing: KeySchema.text(of: file))
        #expect(schema == KeySchema.value(of: file))
        let names = schema["definitions"]?.object?.keys ?? []
        #expect(Set(names).count == names.count)
        for match in KeySchema.text(of: file).matches(of: /"#\/definitions\/([^"]+)"/) {
            #expect(names.contains(String(match.1)))
        }
    }

    /// Every YAML file of the examples, and its kind.
    static let examples: [(String, KeyTable.File)] = {
        let folder = package.appendingPathComponent("Examples").path
        let files =
            FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { file in
            if file.hasSuffix("/crew.yaml") { return (file, .crew) }
            if file.hasSuffix("/script.yaml") { return (file, .script) }
            return file.contains("/agents/") ? (file, .agent) : nil
        }
    }()

    @Test(
        "Every example file has its schema in its first line, and keeps to it", arguments: examples)
    func example(_ file: String, _ kind: KeyTable.File) throws {
        let path = Self.package.appendingPathComponent("Examples/\(file)")
        let text = try String(contentsOf: path, encoding: .utf8)
        let first = text.prefix { !$0.isNewline }
        let mark = "# yaml-language-server: $schema="
        #expect(first.hasPrefix(mark), "\(file)")
        let schema = path.deletingLastPathComponent()
            .appendingPathComponent(String(first.dropFirst(mark.count))).standardizedFileURL.path
        #expect(schema.hasSuffix("/docs/schema/\(kind.rawValue).schema.json"), "\(file): \(schema)")
        #expect(FileManager.default.fileExists(atPath: schema), "\(schema)")
        let value = try YAMLDocument.parse(text).root.json
        let problems = DraftSevenSchema(root: KeySchema.value(of: kind)).problems(of: value)
        #expect(problems == [], "\(file)")
    }

    /// Texts of a crew.yaml that the checker tells about, whether the schema does too.
    static let mistakes = [
        "name: x", "agents: a", "agents: [a]\ncolour: red",
        "agents: [a]\nsettings: {max_rounds: x}",
        "agents: [a]\nsettings: {max_rounds: -1}", "agents: [a]\nsettings: {signal_choice: lust}",
        "agents: [a]\nsettings: {timeout_seconds: -1}",
        "agents: [a]\nsettings: {config_mode: strict}",
        "agents: [a]\nrouting: {signals: {a: [{target: b}]}}",
        "agents: [a]\nrouting: {signals: {a: [{signal: '[A]', when: {any: [{keywort: x}]}}]}}",
        "agents: [a]\nrouting: {parallel_groups: {g: {agents: [a], join: last}}}",
        "agents: [a]\nrouting: {parallel_groups: {g: {agents: [a], join: {quorum: 0}}}}",
        "agents: [a]\nsub_crews: {b: {description: d}}",
        "agents: [a]\ntools: {T: {approval: {when: [{equals: 3}]}}}",
    ]

    @Test("What the checker refuses the schema refuses too", arguments: mistakes)
    func mistake(_ text: String) throws {
        let files = try CrewFiles(["crew.yaml": text])
        #expect(try files.load().problems(tools: []).contains { $0.severity > .note })
        let value = try YAMLDocument.parse(text).root.json
        #expect(!DraftSevenSchema(root: KeySchema.value(of: .crew)).problems(of: value).isEmpty)
    }

    static let good = [
        "agents: [a]\nversion: 1.0\nsettings:\nrouting:\n  signals: {a: [{signal: '[A]', target: }]}",
        "agents: [a]\nrouting: {parallel_groups: {g: {agents: [a], join: {best_effort: {deadline_seconds: 2}}}}}",
        "agents: [a]\nsub_crews: {b: {config_path: ../b, description: d}}",
        "agents: [a]\nrouting: {signals: {a: [{signal: '[A]', behavior: pause}]}}",
        "agents: [a]\nrouting: {defaults: {a: null}}",
        "agents: [a]\nsettings: {max_handoffs: 0, approval_timeout_seconds: 0, tool_approval: always}",
    ]

    @Test("What the checker takes the schema takes too", arguments: good)
    func taken(_ text: String) throws {
        let value = try YAMLDocument.parse(text).root.json
        #expect(DraftSevenSchema(root: KeySchema.value(of: .crew)).problems(of: value) == [])
    }
}

@Suite("Explaining keys")
struct KeyExplanationTests {
    @Test("A setting is told with type, default, strict mode and an example")
    func setting() throws {
        let text = try KeyExplanation.text(of: "settings.max_input_size_kb")
        for part in [
            "settings.max_input_size_kb  (crew.yaml)", "The largest input", "default:  40",
            "strict:", "zero:", "settings:\n      max_input_size_kb: 40",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test("A word alone finds every key of that name, an older word its newer one")
    func words() throws {
        let join = try KeyExplanation.text(of: "join")
        #expect(join.contains("routing.parallel_groups.<group name>.join"))
        #expect(join.contains("quorum"))
        #expect(try KeyExplanation.text(of: "behavior").contains("signals.<agent id>.type"))
        #expect(try KeyExplanation.text(of: "wait_for_all").contains("instead:  write join"))
        #expect(try KeyExplanation.text(of: "parallel_targets").contains("name a group"))
        let model = try KeyExplanation.text(of: "primary.model")
        #expect(model.contains("primary.model") && !model.contains("backup.model"))
    }

    @Test("Names of the author's own and indexes may stand in the way")
    func ownNames() throws {
        for query in [
            "routing.signals.clerk[0].type", "signals.type", "crew.routing.signals.x.type",
        ] {
            #expect(try KeyExplanation.text(of: query).contains("signals.<agent id>.type"))
        }
    }

    @Test("What is no key is told with the nearest ones")
    func unknown() throws {
        #expect {
            try KeyExplanation.text(of: "settings.max_round")
        } throws: {
            "\(($0 as? CrewError)?.message ?? "")".contains("max_rounds")
        }
        for query in ["", ".", "zzzzzzzzzzzz", "settings.zz"] {
            #expect(throws: CrewError.self) { try KeyExplanation.text(of: query) }
        }
    }

    @Test("Every key can be explained, and every table is listed")
    func all() throws {
        for place in KeyPlace.all {
            #expect(try KeyExplanation.text(of: place.path).contains(place.path))
        }
        for table in KeyTable.crew.withInner() where table.name != "crew.yaml" {
            #expect(KeyExplanation.tables.contains("  \(table.name)  "), "\(table.name)")
        }
    }

    @Test("Every example of a key is read without a problem of that key")
    func examples() throws {
        for place in KeyPlace.all {
            guard let example = place.key.example else { continue }
            let node = try YAMLDocument.parse(example).root
            #expect(node.map?.entries.map(\.key) == [place.key.name])
            var check = KeyCheck(isStrict: false, adding: ProblemList())
            let table = KeyTable("example", "", [place.key])
            check.check(
                node, as: table,
                at: Place(file: "x", path: DefinitionPath(.crew), position: .start))
            #expect(check.problems.problems.filter { $0.severity > .note } == [], "\(example)")
        }
    }
}
