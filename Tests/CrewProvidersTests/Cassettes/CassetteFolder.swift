import CrewKit
import CrewTesting
import Foundation
import Synchronization

@testable import CrewProviders

/// A folder of cassettes that is gone with the test.
struct CassetteFolder: ~Copyable {
    let path: String

    init() throws {
        path = URL(filePath: NSTemporaryDirectory()).appending(path: "cassettes-\(UUID())").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var file: String { path + "/run.cassette" }

    func lines() throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}

/// A call and all that came of it.
struct CassetteCall: Sendable {
    var reply: ModelReply?
    var error: CrewError?
    var pieces: [ModelProgress] = []

    static func of(
        _ model: any LanguageModel, _ request: ModelRequest
    ) async -> CassetteCall {
        let pieces = Mutex<[ModelProgress]>([])
        var call = CassetteCall()
        do {
            call.reply = try await model.reply(to: request) { piece in
                pieces.withLock { $0.append(piece) }
            }
        } catch { call.error = error as? CrewError }
        call.pieces = pieces.withLock(\.self)
        return call
    }
}
