import CrewKit
import Foundation
import Testing

@testable import CrewServer

/// What others are given that names series has to name those that there are.
@Suite("Documents that name series")
struct PublishedMetricsTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Every name that samples of the server have, with the labels that they carry.
    private static let samples: [String: Set<String>] = Figure.allCases.reduce(into: [:]) {
        samples, figure in
        let family = figure.family
        let labels = Set(family.labels.map(\.rawValue))
        guard family.kind == .histogram else {
            samples[family.name] = labels
            return
        }
        samples["\(family.name)_bucket"] = labels.union(["le"])
        for end in ["_sum", "_count"] { samples[family.name + end] = labels }
    }

    private static func names(in expression: String) -> Set<String> {
        let words = expression.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return Set(
            words.map(String.init).filter { $0.hasPrefix("crew_") || $0.hasPrefix("process_") })
    }

    @Test("Each panel of the dashboard asks for series that there are, and no two are one")
    func dashboard() throws {
        let dashboard = try JSONValue(parsing: Self.text("deploy/grafana/swift-crew.json"))
        let panels = try #require(dashboard["panels"]?.array)
        let ids = panels.compactMap { $0["id"]?.integer }
        #expect(Set(ids).count == panels.count)
        var used: Set<String> = []
        for panel in panels where panel["type"] != "row" {
            let targets = try #require(panel["targets"]?.array)
            #expect(!targets.isEmpty)
            for target in targets {
                let expression = try #require(target["expr"]?.string)
                let names = Self.names(in: expression)
                #expect(!names.isEmpty, "\(expression)")
                #expect(names.isSubset(of: Self.samples.keys), "\(expression)")
                used.formUnion(names)
                try Self.checkLabels(in: target["legendFormat"]?.string ?? "", of: names)
            }
        }
        #expect(used.count > 50)
        for variable in try #require(dashboard["templating"]?["list"]?.array) {
            let names = Self.names(in: variable["definition"]?.string ?? "")
            #expect(names.isSubset(of: Self.samples.keys))
        }
    }

    /// `{{label}}` in a legend shows nothing where no series has the label.
    private static func checkLabels(in legend: String, of names: Set<String>) throws {
        let labels = legend.matches(of: /\{\{(\w+)\}\}/).map { String($0.output.1) }
        let known = names.reduce(into: Set(["instance", "job"])) { known, name in
            known.formUnion(samples[name] ?? [])
        }
        #expect(Set(labels).isSubset(of: known), "\(legend)")
    }

    @Test("Each alert rule asks for series that there are, and says how bad it is and what to do")
    func alerts() throws {
        let text = try Self.text("deploy/prometheus/alerts.yaml")
        let rules = text.components(separatedBy: "- alert: ").dropFirst()
        #expect(rules.count > 10)
        for rule in rules {
            let name = rule.prefix { $0.isLetter }
            let expression = try #require(rule.firstMatch(of: /expr: ([\s\S]*?)\n +for:/)?.1)
            #expect(Self.names(in: String(expression)).isSubset(of: Self.samples.keys), "\(name)")
            #expect(rule.contains(/for: \d+[sm]\n/), "\(name)")
            #expect(rule.contains(/severity: (page|ticket)\n/), "\(name)")
            #expect(rule.contains("runbook: ") && rule.contains("summary: "), "\(name)")
            for label in rule.matches(of: /\$labels\.(\w+)/).map({ String($0.output.1) }) {
                let known = Self.names(in: String(expression)).reduce(
                    into: Set(["instance", "job"])
                ) {
                    known, name in known.formUnion(Self.samples[name] ?? [])
                }
                #expect(known.contains(label), "\(name): \(label)")
            }
        }
        let described = Self.names(in: text).subtracting(Figure.allCases.map(\.family.name))
        #expect(described.isSubset(of: Self.samples.keys))
    }

    @Test("The page of all series is the table that the server has")
    func page() throws {
        let rows = Figure.allCases.map { figure in
            let family = figure.family
            let labels = family.labels.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            return "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |"
        }
        let table = (["| name | kind | labels | what it tells |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n")
        #expect(try Self.text("docs/metrics.md").contains(table), "docs/metrics.md:\n\(table)")
    }
}
