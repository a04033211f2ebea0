public import CrewKit
import Foundation

/// What it takes to write a crew's files in today's words.
///
/// Everything but the older forms stays as it is: comments, order, quotes, anchors, line ends. What
/// the files mean stays the same.
public struct CrewRewriting: Sendable {
    /// Something that changes, or that stays for a reason.
    public struct Item: Sendable, Hashable {
        public var file: String
        public var line: Int
        public var text: String
        /// Why it stays; absent for what changes.
        public var reason: String?
    }

    public private(set) var changes: [Item] = []
    /// What cannot be rewritten safely.
    public private(set) var refusals: [Item] = []
    private var files: [(path: String, old: [UInt8], new: [UInt8])] = []
    private let folder: String

    /// Looks through the files of a folder; changes nothing yet.
    ///
    /// - Throws: `unreadableDefinition` when there is no `crew.yaml` that can be read.
    public init(_ path: String) throws(CrewError) {
        let folder = CrewFolder.folder(path)
        self.folder = folder
        guard FileManager.default.fileExists(atPath: "\(folder)/crew.yaml") else {
            throw CrewError(.unreadableDefinition, "\(folder)/crew.yaml: there is no such file")
        }
        add("\(folder)/crew.yaml", .crew)
        // A folder that cannot be read has no files to rewrite; loading tells of it.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/agents")) ?? []
        for name in names.sorted() where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
            add("\(folder)/agents/\(name)", .agent)
        }
        if FileManager.default.fileExists(atPath: "\(folder)/script.yaml") {
            add("\(folder)/script.yaml", .script)
        }
        keepMeaning(of: folder)
    }

    private mutating func add(_ path: String, _ table: KeyTable) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        do throws(SourceFile.Failure) {
            let old = try SourceFile.bytes(at: path)
            let text = try SourceFile.text(at: path)
            let found: FileRewriting
            do throws(YAMLSyntaxError) {
                found = try FileRewriting(text, table)
            } catch {
                refusals.append(
                    Item(
                        file: path, line: error.position.line, text: "not read",
                        reason: error.problem))
                return
            }
            guard SourceFile.isFile(path, in: folder) else {
                let reason = "it is a link to a file outside of the crew's folder"
                refusals += found.changes.map {
                    Item(file: path, line: $0.line, text: $0.text, reason: reason)
                }
                return
            }
            changes += found.changes.map { Item(file: path, line: $0.line, text: $0.text) }
            refusals += found.refusals.map {
                Item(file: path, line: $0.line, text: $0.text, reason: $0.reason)
            }
            let new = (old.starts(with: mark) ? mark : []) + Array(found.text.utf8)
            guard new != old else { return }
            guard SourceFile.mayBeWritten(path) else {
                return refuseChanges(of: path, "the file is read-only: give it write permission")
            }
            files.append((path, old, new))
        } catch {
            guard !error.isNoFile else { return }
            refusals.append(
                Item(file: path, line: error.position.line, text: "not read", reason: error.problem)
            )
        }
    }

    /// Leaves out files whose new text would make another crew of this one.
    private mutating func keepMeaning(of folder: String) {
        guard !files.isEmpty else { return }
        let environment = Self.environment(files.map(\.old))
        func meaning(_ texts: [String: [UInt8]]) -> CrewDefinition? {
            SourceFile.$drafts.withValue(texts) {
                // What cannot be loaded has no meaning that could be lost.
                var crew = try? CrewFolder.load(folder, environment: environment).definition
                crew?.digest = nil
                return crew
            }
        }
        func drafts(_ files: [(path: String, old: [UInt8], new: [UInt8])]) -> [String: [UInt8]] {
            Dictionary(files.map { ($0.path, $0.new) }, uniquingKeysWith: { $1 })
        }
        let before = meaning([:])
        guard meaning(drafts(files)) != before else { return }
        let others = files.filter { meaning([$0.path: $0.new]) != before }.map(\.path)
        for path in others.isEmpty ? files.map(\.path) : others {
            refuseChanges(of: path, "the crew would work otherwise then: do it by hand")
            files.removeAll { $0.path == path }
        }
    }

    /// A value for every variable that the files speak of, so that none counts as not given.
    private static func environment(_ texts: [[UInt8]]) -> [String: String] {
        var variables: [String: String] = [:]
        for text in texts {
            for match in String(decoding: text, as: UTF8.self).matches(of: /\$\{([A-Za-z0-9_]+)/) {
                variables[String(match.1)] = "value of \(match.1)"
            }
        }
        return variables
    }

    private mutating func refuseChanges(of path: String, _ reason: String) {
        refusals += changes.filter { $0.file == path }.map {
            Item(file: path, line: $0.line, text: $0.text, reason: reason)
        }
        changes.removeAll { $0.file == path }
    }

    /// Writes the files that change, each at once or not at all.
    ///
    /// - Throws: `conflict` when a file is another one than before, `unreadableDefinition` when one
    ///   cannot be written. Files before it are written then.
    public func write() throws(CrewError) {
        for file in files {
            var isSame = true
            do throws(SourceFile.Failure) {
                isSame = try SourceFile.bytes(at: file.path) == file.old
                isSame = isSame && SourceFile.isFile(file.path, in: folder)
                if isSame { try SourceFile.replace(file.path, with: file.new) }
            } catch {
                throw CrewError(.unreadableDefinition, "\(file.path): \(error.problem)")
            }
            guard isSame else {
                throw CrewError(.conflict, "\(file.path) was changed meanwhile; try again")
            }
        }
    }
}
