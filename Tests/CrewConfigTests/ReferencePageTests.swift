import Foundation
import Testing

@testable import CrewConfig

@Suite("Configuration reference")
struct ReferencePageTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let mark = "<!-- From here on written by ReferencePageTests. -->\n"

    @Test("The page says what the key tables say; CREW_WRITE_DOCS=1 writes it anew")
    func page() throws {
        let file = Self.package.appendingPathComponent("docs/configuration.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let end = try #require(text.range(of: Self.mark)?.upperBound)
        let expected = text[..<end] + Self.tables
        if ProcessInfo.processInfo.environment["CREW_WRITE_DOCS"] == "1" {
            try expected.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(text == expected)
        }
    }

    @Test("No block has a word twice, and every key is explained")
    func words() {
        for table in Self.all {
            #expect(Set(table.words).count == table.words.count, "\(table.name)")
            #expect(table.keys.allSatisfy { $0.documentation.hasSuffix(".") }, "\(table.name)")
        }
    }

    /// Every table once, in the order in which a reader meets it.
    private static var all: [KeyTable] {
        var found: [KeyTable] = []
        func add(_ table: KeyTable) {
            guard !found.contains(where: { $0.name == table.name }) else { return }
            found.append(table)
            for key in table.keys { key.type.table.map(add) }
            table.others?.type.table.map(add)
        }
        for table in [KeyTable.crew, .agent, .script] { add(table) }
        return found
    }

    private static var tables: String {
        all.map { table in
            let base = base(of: table)
            let keys = table.keys.dropFirst(base?.keys.count ?? 0)
            let working = keys.filter { $0.effect == .works }
            let idle = keys.filter { $0.effect != .works }
            var text = "\n## \(table.name)\n\n\(table.summary)\n"
            if let base {
                text += "\nIt has every key of [\(base.name)](#\(base.name)) and these:\n"
            }
            if !working.isEmpty || table.others != nil {
                text += "\n| key | type | default | meaning |\n|---|---|---|---|\n"
                text += working.map(row).joined()
            }
            if let others = table.others {
                text += "| *\(others.keyName)* | \(others.type.words) | | |\n"
            }
            if !idle.isEmpty {
                let words = idle.map { "`\($0.name)`" }.joined(separator: ", ")
                text += "\nAccepted without an effect: \(words).\n"
            }
            return text
        }.joined()
    }

    /// The block whose keys, all of them, this one begins with: a reader has met them.
    private static func base(of table: KeyTable) -> KeyTable? {
        let rows = table.keys.map(row)
        return all.first {
            !$0.keys.isEmpty && $0.keys.count < rows.count && rows.starts(with: $0.keys.map(row))
        }
    }

    @Test("A block that has all keys of another refers to it and repeats none")
    func reference() throws {
        let section = try #require(
            Self.tables.split(separator: "\n## ").first { $0.hasPrefix("fallback\n") })
        #expect(section.contains("[model](#model)") && section.contains("| `on` |"))
        #expect(!section.contains("`base_url`"))
    }

    private static func row(_ key: KeyTable.Key) -> String {
        let names = ([key.name] + key.aliases).map { "`\($0)`" }.joined(separator: " or ")
        let absent =
            switch key.need {
            case .always: "required"
            case .strict where key.defaultText.isEmpty: "none; required in strict mode"
            case .strict: key.defaultText + "; required in strict mode"
            case .optional: key.defaultText
            }
        return "| \(names) | \(key.type.words) | \(absent) | \(key.documentation) |\n"
    }
}
