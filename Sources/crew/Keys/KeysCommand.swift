import ArgumentParser
import CrewKit
import CrewServer
import Foundation

/// The keys that open a server.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes and looks after the keys of a server.",
        discussion: """
            A file of keys has a line for each: its name, the SHA-256 of its secret, what it may do, \
            and perhaps a tenant and a last day:

              ci  sha256:HEX  run,read  tenant=acme  until=2027-01-01

            Scopes are run, read, approve, metrics and admin. 'crew serve --keys FILE' reads it, and \
            reads it again when it changes. To change a key put the new line beside the old one, and \
            take the old one out when nobody uses it any more.
            """,
        subcommands: [KeysNewCommand.self, KeysListCommand.self, KeysCheckCommand.self])
}

/// What stands in a file of keys, or in `CREW_KEYS`.
struct KeyFileOptions: ParsableArguments {
    @Option(
        help: "The file of keys. (default: what CREW_KEYS holds)", completion: .file())
    var file: String?

    func ring() throws -> KeyRing {
        let environment = ProcessInfo.processInfo.environment["CREW_KEYS"]
        guard let file else {
            guard let environment else {
                throw ValidationError("name a file with --file, or set CREW_KEYS")
            }
            return try KeyRing(environment: environment, mayBeEmpty: true)
        }
        return try KeyRing(at: file)
    }
}

/// Shows what the keys may do; not the keys, which nobody can tell from the file.
struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows the names of keys and what they may do.")

    @OptionGroup var keys: KeyFileOptions

    func run() throws {
        for key in try keys.ring().keys {
            let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: ",")
            var words = [key.name, key.mark, scopes]
            if let tenant = key.tenant { words.append("tenant=\(tenant)") }
            if let day = key.lastDay {
                let isOver = key.end.map { $0 <= Date() } ?? false
                words.append("until=\(day)" + (isOver ? " (over)" : ""))
            }
            StandardStreams.show(words.joined(separator: "  ") + "\n")
        }
    }
}

/// Looks for mistakes in a file of keys.
struct KeysCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks for mistakes in a file of keys; exit code 2 when there are any.")

    @OptionGroup var keys: KeyFileOptions

    func run() throws {
        let count: Int
        do {
            count = try keys.ring().keys.count
        } catch let error as CrewError {
            throw CommandFailure(error.message, code: ExitCodes.unreadable)
        }
        StandardStreams.show("\(count) \(count == 1 ? "key" : "keys"), no mistakes\n")
        guard let file = keys.file, KeyRing.isOpenToOthers(file) else { return }
        StandardStreams.show("others may read or change \(file): 'chmod o-rwx,g-w' ends that\n")
    }
}
