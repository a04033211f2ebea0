import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Subprocess
import SystemPackage

/// `crew serve` as a process that may end before the test does.
struct ServingProcess: Sendable {
    let address: String
    /// Of the process that was started, which may be another program that started the server.
    let process: Int32

    /// - Parameters:
    ///   - program: what is started, with the words before the server's own.
    ///   - body: has to end the process.
    /// - Returns: what the process exited with.
    static func serving(
        _ folder: String, _ options: [String] = [], environment more: [String: String] = [:],
        by program: [String] = [Product.binary],
        _ body: @Sendable (ServingProcess) async throws -> Void
    ) async throws -> Int {
        let arguments =
            program.dropFirst() + ["serve", folder, "--port", "0", "--scripted"] + options
        let path = program[0].contains("/") ? program[0] : "/usr/bin/\(program[0])"
        let ended = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(Array(arguments)),
            environment: Product.environment(more: more), input: .none, output: .sequence,
            error: .currentStandardError
        ) { execution in
            var text = ""
            for try await chunk in execution.standardOutput {
                text += chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                guard let match = text.firstMatch(of: #/(http:\/\/\S+)\n/#) else { continue }
                try await body(
                    ServingProcess(
                        address: String(match.1), process: execution.processIdentifier.value))
                return
            }
            throw ServedCrew.NotServing(output: text)
        }
        return switch ended.terminationStatus {
        case .exited(let code): Int(code)
        case .signaled(let number): 128 + Int(number)
        }
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// The answer's status and body; 0 when nobody answers.
    func ask(_ path: String, _ body: String? = nil) async throws -> (status: Int, text: String) {
        var request = HTTPClientRequest(url: address + path)
        if let body {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response: HTTPClientResponse
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        } catch  where !(error is CancellationError) {
            return (0, "")
        }
        let text = String(buffer: try await response.body.collect(upTo: 1 << 24))
        return (Int(response.status.code), text)
    }

    /// Asks until the answer has this status; the test's time limit is the bound.
    func wait(for path: String, _ status: Int) async throws {
        while try await ask(path).status != status { await Task.yield() }
    }

    /// A member of the document at a path.
    func member(_ name: String, of path: String) async throws -> String? {
        let data = Data(try await ask(path).text.utf8)
        let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return document?[name] as? String
    }
}
