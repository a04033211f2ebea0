import CrewKit
import CrewStore
import Foundation

/// The store that a command opened.
struct CommandStore: Sendable {
    let runs: any RunStore
    /// The same, where it is a file.
    let file: SQLiteRunStore?

    var outlivesProcess: Bool { file != nil }

    /// Opens what was chosen, for as long as `body` takes.
    ///
    /// - Throws: `CommandFailure` with what to do when it cannot be opened.
    static func withOpen<Result>(
        _ choice: StoreChoice, of folder: String, keeping retention: RetentionOptions? = nil,
        _ body: (CommandStore) async throws -> Result
    ) async throws -> Result {
        let store: CommandStore
        do {
            store = try open(choice, of: folder, keeping: retention)
        } catch let error as CrewError {
            throw failure(error, of: choice)
        }
        do {
            let result = try await body(store)
            try await store.file?.close()
            return result
        } catch {
            await store.closeQuietly()  // what went wrong before matters more
            throw error
        }
    }

    /// Opens what was chosen; whoever does this closes it.
    ///
    /// - Throws: `storeInUse`, or `CommandFailure` with what to do when it cannot be opened.
    static func open(
        _ choice: StoreChoice, of folder: String, keeping retention: RetentionOptions? = nil
    ) throws -> CommandStore {
        guard let path = choice.path(in: folder) else {
            return CommandStore(
                runs: try retention?.memoryStore() ?? InMemoryRunStore(), file: nil)
        }
        let options = SQLiteStoreOptions(retention: try retention?.policy() ?? .standard)
        let file: SQLiteRunStore
        do {
            file = try SQLiteRunStore(path: path, options: options)
        } catch let error as CrewError where error.code != .storeInUse {
            throw failure(error, of: choice)
        }
        if choice == .file(nil) { keepOutOfRepositories(path) }
        return CommandStore(runs: file, file: file)
    }

    func close() async throws { try await file?.close() }

    /// Closes a store of which nothing more is wanted.
    func closeQuietly() async {
        try? await file?.close()  // there is nobody to tell
    }

    /// Whether another process owns that file now.
    static func isOwned(_ path: String) throws -> Bool {
        try SQLiteRunStore.isOwned(path: path)
    }

    /// Whether there is a file to be read.
    static func exists(_ choice: StoreChoice, of folder: String) -> Bool {
        choice.path(in: folder).map { FileManager.default.fileExists(atPath: $0) } ?? false
    }

    /// Opens a file beside whoever owns it, for reading, as long as `body` takes.
    ///
    /// - Throws: `CommandFailure` with what to do when it cannot be opened.
    static func withReader<Result>(
        _ choice: StoreChoice, of folder: String,
        _ body: (SQLiteRunStore) async throws -> Result
    ) async throws -> Result {
        guard let path = choice.path(in: folder) else {
            throw CommandFailure(
                "error: runs in memory end with their process: name a file, as in "
                    + "--store sqlite:PATH")
        }
        guard FileManager.default.fileExists(atPath: path) else {
            guard FileManager.default.fileExists(atPath: folder) else {
                throw CommandFailure("error: there is no folder '\(folder)': name a crew's")
            }
            throw CommandFailure(
                "error: there is no store '\(path)': crew serve \(folder) makes it, "
                    + "--store sqlite:PATH names another")
        }
        let file: SQLiteRunStore
        do {
            file = try SQLiteRunStore(path: path, access: .reader)
        } catch let error as CrewError {
            throw failure(error, of: choice)
        }
        do {
            let result = try await body(file)
            try await file.close()
            return result
        } catch {
            try? await file.close()  // what went wrong before matters more
            throw error
        }
    }

    private static func failure(_ error: CrewError, of choice: StoreChoice) -> CommandFailure {
        let advice =
            choice == .file(nil) && error.code == .storeUnreadable
            ? " (--store sqlite:PATH names another; --store memory keeps none)" : ""
        return CommandFailure("error: \(error.message)\(advice)")
    }

    /// Runs hold what people said: a folder of the crew's own is not to be committed with it.
    private static func keepOutOfRepositories(_ path: String) {
        let mark = URL(filePath: path).deletingLastPathComponent().appending(path: ".gitignore")
        guard !FileManager.default.fileExists(atPath: mark.path) else { return }
        // Only a service to those who use git: that it cannot be written changes nothing.
        try? Data("*\n".utf8).write(to: mark)
    }
}
