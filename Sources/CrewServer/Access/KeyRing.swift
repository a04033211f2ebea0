package import CrewKit
import Foundation

/// The keys that open a server, as they were read at one time.
public struct KeyRing: Sendable {
    /// Keys of one server.
    public static let mostKeys = 10_000
    /// Bytes of a file of keys.
    public static let mostBytes = 1 << 20
    /// Mistakes that are told of at once.
    private static let mostProblems = 20

    package let keys: [AccessKey]
    /// Where those stand whose digests begin so.
    private let places: [ArraySlice<UInt8>: [Int]]

    /// - Parameters:
    ///   - file: what stands in a file of keys, and what the file is called.
    ///   - environment: what stands in `CREW_KEYS`: lines that may end with semicolons too.
    /// - Throws: `invalidInput` with all that is wrong, line by line.
    package init(
        file: (text: String, name: String)? = nil, environment: String? = nil,
        mayBeEmpty: Bool = false
    ) throws(CrewError) {
        let newlines: Set<Character> = ["\n", "\r\n", "\r"]
        let lines = [
            file.map { KeyLines($0.text, in: $0.name, separators: newlines) },
            environment.map {
                KeyLines($0, in: "CREW_KEYS", separators: newlines.union([";"]))
            },
        ].compactMap { $0 }
        keys = lines.flatMap(\.keys)
        var problems = lines.flatMap(\.problems)
        if keys.count > Self.mostKeys {
            problems.append("\(keys.count) keys are more than the \(Self.mostKeys) of one server")
        }
        if keys.isEmpty, problems.isEmpty, !mayBeEmpty {
            problems.append(
                "no key stands in \(file?.name ?? "CREW_KEYS"): 'crew keys new --name me "
                    + "--scope admin' makes one")
        }
        guard problems.isEmpty else {
            let more = problems.count - Self.mostProblems
            throw CrewError(
                .invalidInput,
                problems.prefix(Self.mostProblems).joined(separator: "\n")
                    + (more > 0 ? "\nand \(more) further mistakes" : ""))
        }
        places = Dictionary(grouping: keys.indices) { [keys] in keys[$0].digest.prefix(8) }
    }

    /// The key with this secret that counts at a time.
    ///
    /// Where to look tells only of digests, from which nobody comes to a secret; the digests that
    /// are looked at are compared in the same time whatever they are.
    func key(of secret: some StringProtocol, at time: Date) -> AccessKey? {
        key(withDigest: AccessKey.digest(of: secret), at: time)
    }

    func key(withDigest digest: [UInt8], at time: Date) -> AccessKey? {
        var found: AccessKey?
        for place in places[digest.prefix(8)] ?? [] where keys[place].has(digest) {
            found = keys[place]
        }
        guard let found, found.end.map({ time < $0 }) ?? true else { return nil }
        return found
    }
}

extension KeyRing {
    /// The keys in a file.
    ///
    /// - Throws: `invalidInput` with all that is wrong, line by line.
    package init(at path: String) throws(CrewError) {
        try self.init(file: (try Self.text(at: path), path))
    }

    /// What stands in a file of keys.
    package static func text(at path: String) throws(CrewError) -> String {
        try BoundedFile.text(at: path, atMost: mostBytes)
    }

    /// Whether others than its owner may read or change a file.
    package static func isOpenToOthers(_ path: String) -> Bool { FileMark(path).isOpenToOthers }
}
