public import CrewKit
import Foundation
public import Logging
import Synchronization

/// The keys of a server, read again when their file changes.
public final class AccessKeys: Sendable {
    private struct State {
        var ring: KeyRing
        var mark: FileMark?
    }

    private let file: String?
    private let environment: String?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: the path of a file with a key a line.
    ///   - environment: the value of `CREW_KEYS`: such lines too, perhaps parted by semicolons.
    /// - Throws: `invalidInput` with all that is wrong, line by line.
    public init(file: String?, environment: String? = nil) throws(CrewError) {
        self.file = file
        self.environment = environment
        let mark = file.map(FileMark.init)
        state = Mutex(State(ring: try Self.read(file, environment), mark: mark))
    }

    /// Whether somebody else may read or change the file of the keys.
    public var isFileOpenToOthers: Bool {
        state.withLock { $0.mark?.isOpenToOthers ?? false }
    }

    /// Reads the keys again; what is wrong goes to the log, and the keys stay as they were.
    public func reread(logger: Logger) {
        guard let file else { return }
        reread(file, FileMark(file), logger)
    }

    func rereadIfChanged(logger: Logger) {
        guard let file else { return }
        let mark = FileMark(file)
        guard state.withLock({ $0.mark != mark }) else { return }
        reread(file, mark, logger)
    }

    /// - Parameter mark: the file's before it is read: a change meanwhile is found the next time.
    private func reread(_ file: String, _ mark: FileMark, _ logger: Logger) {
        do {
            let ring = try Self.read(file, environment)
            state.withLock { $0 = State(ring: ring, mark: mark) }
            logger.notice("the keys were read again", metadata: ["keys": "\(ring.keys.count)"])
        } catch {
            state.withLock { $0.mark = mark }
            logger.error(
                "the new keys are not taken, the old ones go on", metadata: ["error": "\(error)"])
        }
    }

    /// Who sends a request with this field.
    ///
    /// - Throws: `unauthorized`.
    func caller(_ authorization: String?, at time: Date) throws(CrewError) -> Caller {
        guard let authorization else {
            throw CrewError(
                .unauthorized, "this takes a key: send it as 'Authorization: Bearer KEY'")
        }
        let words = authorization.split(separator: " ", maxSplits: 1)
        let secret = words.count == 2 && words[0].lowercased() == "bearer" ? words[1] : ""
        let ring = state.withLock { $0.ring }
        guard let key = ring.key(of: secret, at: time) else {
            throw CrewError(.unauthorized, "the key is not known here, or does not count any more")
        }
        return key.caller
    }

    /// Whether a caller who was let in would be again, to do as much.
    func stillCounts(_ caller: Caller, at time: Date) -> Bool {
        guard let digest = caller.digest else { return true }
        let ring = state.withLock { $0.ring }
        guard let key = ring.key(withDigest: digest, at: time) else { return false }
        return key.tenant == caller.tenant && caller.scopes.isSubset(of: key.scopes)
    }

    private static func read(
        _ file: String?, _ environment: String?
    ) throws(CrewError) -> KeyRing {
        let text = try file.map { path throws(CrewError) in
            (try KeyRing.text(at: path), path)
        }
        return try KeyRing(file: text, environment: environment)
    }
}
