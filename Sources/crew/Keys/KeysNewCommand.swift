import ArgumentParser
import CrewServer
import Foundation
import SystemPackage

/// Makes a key.
struct KeysNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Makes a key and shows it, this once.",
        discussion: """
            The first line of the output is the key, for whoever is to use it. Without --file the \
            second is the line for the file of keys. Nobody can find the key from that line.
            """)

    @Option(help: "What the key is called, in logs and lists.")
    var name: String

    @Option(
        name: .customLong("scope"),
        help: "What it may do: run, read, approve, metrics, admin, with commas between.")
    var scopes: String

    @Option(help: "Whose runs it opens: those of this tenant and no others.")
    var tenant: String?

    @Option(
        name: .customLong("until"), help: "The last day on which it counts, such as 2027-01-01.")
    var lastDay: String?

    @Option(help: "A file of keys to which the line is added.", completion: .file())
    var file: String?

    func run() throws {
        let bytes = (0..<AccessKey.secretBytes).map { _ in UInt8.random(in: .min ... .max) }
        let secret = AccessKey.secret(of: bytes)
        let line = AccessKey.line(
            name: name, secret: secret,
            scopes: scopes.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) },
            tenant: tenant, until: lastDay)
        guard let file else {
            _ = try KeyRing(file: (line, "the key"))
            StandardStreams.show("\(secret)\n\(line)\n")
            return
        }
        try add(line, to: file)
        StandardStreams.show("\(secret)\n")
        StandardStreams.complain("added to \(file): it is shown this once")
    }

    /// - Throws: when the file would not be one that a server reads.
    private func add(_ line: String, to file: String) throws {
        let exists = FileManager.default.fileExists(atPath: file)
        let before = exists ? try KeyRing.text(at: file) : ""
        let gap = before.isEmpty || before.hasSuffix("\n") ? "" : "\n"
        let added = gap + line + "\n"
        _ = try KeyRing(file: (before + added, file))
        let descriptor = try FileDescriptor.open(
            FilePath(file), .writeOnly, options: [.create, .append],
            permissions: .ownerReadWrite)
        try descriptor.closeAfter { _ = try descriptor.writeAll(added.utf8) }
    }
}
