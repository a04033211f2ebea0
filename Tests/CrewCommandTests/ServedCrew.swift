import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Subprocess
import SystemPackage

/// `crew serve` as a process of its own, for as long as a test takes.
struct ServedCrew: Sendable {
    let address: String
    let process: Int32
    /// Where it writes its log.
    let logFile: FilePath

    static func serving<Result: Sendable>(
        _ folder: URL, _ more: String..., ping: URL? = nil,
        _ body: @Sendable (ServedCrew) async throws -> Result
    ) async throws -> Result {
        let arguments = ["serve", folder.path, "--port", "0", "--scripted"] + more
        let log = FilePath(try Product.temporaryFolder().path).appending("log")
        let descriptor = try FileDescriptor.open(
            log, .writeOnly, options: .create, permissions: .ownerReadWrite)
        let ended = try await Subprocess.run(
            .path(FilePath(Product.binary)), arguments: Arguments(arguments),
            environment: Product.environment(ping: ping), input: .none, output: .sequence,
            error: .fileDescriptor(descriptor, closeAfterSpawningProcess: true)
        ) { execution in
            var text = ""
            for try await chunk in execution.standardOutput {
                text += chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                guard let match = text.firstMatch(of: #/(https?:\/\/\S+)\n/#) else { continue }
                let served = ServedCrew(
                    address: String(match.1), process: execution.processIdentifier.value,
                    logFile: log)
                let result = try await body(served)
                try execution.send(signal: .terminate)
                return result
            }
            throw NotServing(output: text)
        }
        return ended.closureResult
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    struct NotServing: Error {
        let output: String
    }

    /// The frames of one input's stream.
    func frames(_ query: String, session: String? = nil) async throws -> [Frame] {
        var request = HTTPClientRequest(url: "\(address)/api/crew/stream")
        request.method = .POST
        var body = ["query": query]
        body["session_id"] = session
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 24))
        return try text.split(separator: "\n").filter { $0.hasPrefix("data: ") }
            .map { try Self.decoder.decode(Frame.self, from: Data($0.dropFirst(6).utf8)) }
    }

    func health() async throws -> Health {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "\(address)/health"), timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 1 << 16)
        return try Self.decoder.decode(Health.self, from: Data(buffer: body))
    }

    struct Health: Decodable {
        let activeRuns: Int
        let openStreams: Int
    }

    struct Frame: Decodable {
        let type: String
        let agent: String
        let content: String
        let metadata: Metadata?

        struct Metadata: Decodable {
            let agentId: String?
            let sessionId: String?
            let outcome: String?
        }
    }

    /// Asks it to end as Ctrl-C does, and returns when it has begun to.
    func askToEnd() async throws {
        kill(process, SIGTERM)
        while try !String(contentsOfFile: logFile.string, encoding: .utf8).contains("asked to end")
        {
            await Task.yield()
        }
    }

    /// Files and sockets that the process has open.
    var openDescriptors: Int {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
        }
    }
}
