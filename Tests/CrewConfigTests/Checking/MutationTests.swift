import CrewConfig
import CrewKit
import Foundation
import Testing

/// Good crews, changed by chance: whatever comes of it is read to its end, and what changed the
/// meaning is told unless it is a meaning of its own.
@Suite("Random mutations", .timeLimit(.minutes(20)))
struct MutationTests {
    private static let isLong =
        ProcessInfo.processInfo.environment["CREW_LONG_TESTS"] == "1"
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test(
        "No mutation crashes or hangs the reader, and none changes the meaning in silence",
        arguments: ["it-support-en", "hello-tools", "everything"])
    func mutations(_ name: String) throws {
        let files = try Self.files(of: name)
        let original = try Self.reading(of: files)
        #expect(original.problems.filter { !$0.hasPrefix("note") } == [])
        var chance = SplitMix(seed: 6)
        var silent: [String] = []
        for number in 0..<(Self.isLong ? 20_000 : 150) {
            let mutation = YAMLMutation(of: files, by: &chance)
            var changed = files
            changed[mutation.file] = mutation.text
            guard let reading = try? Self.reading(of: changed) else { continue }  // refused aloud
            let isTold = !Set(reading.problems).subtracting(original.problems).isEmpty
            let before = Self.lines(files[mutation.file] ?? "")
            let after = Self.lines(mutation.text)
            guard !isTold, let difference = MeaningDifference(original.crew, reading.crew),
                !difference.isAllowed(for: mutation, from: before, to: after)
            else { continue }
            let edits = after.difference(from: before).map { change in
                switch change {
                case .insert(_, let line, _): "+\(line)"
                case .remove(_, let line, _): "-\(line)"
                }
            }
            silent.append(
                "\(number): \(mutation): \(difference) \(edits.prefix(4).joined(separator: " | "))")
        }
        #expect(silent == [], "\n\(silent.joined(separator: "\n"))")
    }

    private struct Reading {
        var crew: CrewDefinition
        /// Without their places, which every inserted line moves.
        var problems: [String]
    }

    private static func reading(of files: [String: String]) throws -> Reading {
        let folder = try CrewFiles(files)
        let crew = try CrewFolder.read(folder.path, environment: ["KEY": "k"])
        var definition = crew.definition
        definition.digest = nil
        definition.name = definition.name == folder.name ? "" : definition.name
        return Reading(
            crew: definition,
            problems: crew.problems(tools: ExampleTools.all).map {
                "\($0.severity) \($0.problem.code) \($0.problem.path) \($0.problem.message)"
                    .replacing(folder.path, with: "")
            })
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The files of an example, or of a crew that uses many keys.
    private static func files(of name: String) throws -> [String: String] {
        let folder =
            name == "everything"
            ? root.appending(path: "Tests/CrewConfigTests/Originals/everything")
            : root.appending(path: "Examples/\(name)")
        var files: [String: String] = [:]
        for path in FileManager.default.subpaths(atPath: folder.path) ?? []
        where path.hasSuffix(".yaml") && path != "script.yaml" {
            files[path] = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        }
        return files
    }
}

extension CrewFiles {
    fileprivate var name: String { URL(filePath: path).lastPathComponent }
}

/// The tools that are built in, as the examples use them.
enum ExampleTools {
    static let all: Set<ToolName> = [
        "GetCPUUsage", "GetMemoryUsage", "GetDiskSpace", "GetSystemInfo", "GetRunningProcesses",
        "PingHost", "CheckServiceStatus", "ResolveDNS", "CheckMemoryStatus", "CheckDiskStatus",
        "CheckNetworkStatus", "ExecuteCommand", "GetSystemDiagnostics", "GetMessageCount",
        "GetConversationSummary", "SearchMessages", "CountMessagesBy", "GetCurrentTime",
    ]
}

/// What two definitions say differently, their values aside.
///
/// Values that mean something whatever they are may change in silence: texts, numbers within their range,
/// one known word or name in place of another, JSON of the author's own.
struct MeaningDifference: CustomStringConvertible {
    /// Ways to values that are no longer there, and to such that are new.
    let lost: [String]
    let added: [String]

    init?(_ first: CrewDefinition, _ second: CrewDefinition) {
        var (a, b) = (Shape(), Shape())
        a.walk(first, at: "crew", depth: 0)
        b.walk(second, at: "crew", depth: 0)
        lost = a.ways.subtracting(b.ways).sorted()
        added = b.ways.subtracting(a.ways).sorted()
        guard !lost.isEmpty || !added.isEmpty else { return nil }
    }

    var description: String { "lost \(lost.prefix(3)), added \(added.prefix(3))" }

    /// The equivalences that no reader can tell from what was meant.
    func isAllowed(for mutation: YAMLMutation, from before: [String], to after: [String]) -> Bool {
        switch mutation.kind {
        // A file that ends earlier is a good file too.
        case .truncate: return true
        // So is one without an entry; what stood below a key must not become another one's.
        case .deleteLine:
            let rest = before[mutation.line...].first { $0.contains { $0 != " " } } ?? ""
            return Self.indent(of: rest) <= Self.indent(of: before[mutation.line - 1])
        // An entry that is allowed at both places may have been meant at either.
        case .swapLines: return before.sorted() == after.sorted()
        // A value that was emptied is one that was not given, as in the original.
        case .retypeValue, .swapValues, .insertNoise, .deleteCharacter:
            return zip(before, after).allSatisfy { $0 == $1 || Self.isEmptied($1) }
        case .duplicateLine, .renameKey, .indent: return false
        }
    }

    private static func indent(of line: String) -> Int { line.prefix { $0 == " " }.count }

    /// Whether nothing, or only a comment, is given behind a line's last colon.
    private static func isEmptied(_ line: String) -> Bool {
        line.contains(/(:|-) *(~|null|""|''|\[ *\]|#.*)? *(#.*)?$/)
    }

    /// The ways to every value that is there.
    private struct Shape {
        var ways: Set<String> = []

        mutating func walk(_ value: Any, at path: String, depth: Int) {
            guard depth < 24 else { return }
            let mirror = Mirror(reflecting: value)
            if value is JSONValue || value is JSONObject || value is [String: String] {
                ways.insert(path)
                return
            }
            switch mirror.displayStyle {
            case .optional:
                if let inner = mirror.children.first { walk(inner.value, at: path, depth: depth) }
            case .collection, .set:
                ways.insert("\(path) count \(mirror.children.count)")
                for (index, child) in mirror.children.enumerated() {
                    walk(child.value, at: "\(path)[\(index)]", depth: depth + 1)
                }
            case .dictionary:
                for child in mirror.children {
                    let pair = Mirror(reflecting: child.value).children.map(\.value)
                    walk(pair[1], at: "\(path){\(pair[0])}", depth: depth + 1)
                }
            default:
                if mirror.children.isEmpty || value is any RawRepresentable { ways.insert(path) }
                for child in mirror.children where !(value is any RawRepresentable) {
                    walk(child.value, at: "\(path).\(child.label ?? "")", depth: depth + 1)
                }
            }
        }
    }
}
