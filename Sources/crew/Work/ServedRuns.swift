import AsyncHTTPClient
import CrewKit
import CrewStore
import Foundation
import NIOCore
import NIOHTTP1

/// Runs that a server works which owns the store, asked for over HTTP.
struct ServedRuns: RunWorker {
    /// As the server has noted it, such as `http://127.0.0.1:8080`.
    let address: String
    let client: HTTPClient
    /// Opens a server that asks for keys; from the environment, so that no list of processes shows it.
    private let key = ProcessInfo.processInfo.environment["CREW_KEY"]
    let store: SQLiteRunStore

    private static let patience: TimeAmount = .seconds(60)
    private static let largestAnswer = 16 << 20

    /// Talks to the server that owns the store, for as long as `body` takes.
    ///
    /// - Returns: `nil` when no server owns it.
    static func withServer<Result>(
        of store: SQLiteRunStore, _ body: (ServedRuns) async throws -> Result
    ) async throws -> Result? {
        guard store.isOwned, let address = try await store.serverAddress() else { return nil }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // A server that lives writes at least a keep-alive comment in this time.
        configuration.timeout.read = .seconds(120)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        do {
            let result = try await body(
                ServedRuns(address: address, client: client, store: store))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()  // what went wrong before matters more
            throw error
        }
    }

    func perform(_ action: RunAction) async throws -> FollowedRun {
        switch action {
        case .resume(let record, let input):
            try await post("resume", of: record, ["input": input.map { .string($0) }])
            return try await follow(record.id, after: record.lastSequence)
        case .decide(let record, let approval, let verdict):
            try await post(
                "approvals/\(approval)", of: record,
                [
                    "decision": .string(verdict.decision.rawValue),
                    "reason": verdict.reason.map { .string($0) }, "arguments": verdict.arguments,
                ])
            return try await follow(record.id, after: record.lastSequence)
        case .cancel(let record, let depth):
            try await post("cancel", of: record, ["depth": .string(depth.rawValue)])
            return try await follow(record.id, after: record.lastSequence)
        case .fork(let record, let step, let input, let model):
            let answer = try await post(
                "fork", of: record,
                [
                    "step": step.map { .integer($0) }, "input": input.map { .string($0) },
                    "model": model.map { .string($0) },
                ])
            guard let id = answer["id"]?.string else { throw Self.strange(address) }
            return try await follow(RunID(id), after: step ?? record.lastSequence)
        }
    }

    func delete(_ run: RunID) async throws {
        var request = HTTPClientRequest(url: url(of: run))
        request.method = .DELETE
        _ = try await answer(to: request)
    }

    func follow(_ run: RunID, after sequence: Int) async throws -> FollowedRun {
        FollowedRun(run: run, items: ServedItems(run: run, sequence: sequence, server: self))
    }

    func record(of run: RunID) async throws -> RunRecord {
        guard let record = try await store.record(of: run) else { throw CrewError.unknownRun(run) }
        return record
    }

    /// The run is the server's and goes on without this command.
    func interruption(of run: RunID) -> (@Sendable () -> Void)? { nil }
}

extension ServedRuns {
    /// Opens the stream of a run's events; `nil` when there is nothing more to come.
    func stream(
        of run: RunID, after sequence: Int
    ) async throws -> HTTPClientResponse.Body? {
        var request = HTTPClientRequest(url: "\(url(of: run))/events?after=\(sequence)")
        request.headers.add(name: "Accept", value: "text/event-stream")
        addKey(to: &request)
        let response = try await reaching {
            try await client.execute(request, deadline: .distantFuture)
        }
        guard response.status == .ok else {
            try await check(response)
            return nil
        }
        return response.body
    }

    @discardableResult
    private func post(
        _ path: String, of record: RunRecord, _ members: KeyValuePairs<String, JSONValue?>
    ) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "\(url(of: record.id))/\(path)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        let given = members.compactMap { member in member.value.map { (member.key, $0) } }
        request.body = .bytes(ByteBuffer(string: JSONValue.object(JSONObject(given)).text))
        return try await answer(to: request)
    }

    private func answer(to request: HTTPClientRequest) async throws -> JSONValue {
        var request = request
        addKey(to: &request)
        let response = try await reaching {
            try await client.execute(request, timeout: Self.patience)
        }
        return try await check(response)
    }

    private func addKey(to request: inout HTTPClientRequest) {
        guard let key, !key.isEmpty else { return }
        request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(key)")
    }

    /// The document of a good answer.
    ///
    /// - Throws: the error that a problem document tells of.
    @discardableResult
    private func check(_ response: HTTPClientResponse) async throws -> JSONValue {
        let body = try await reaching {
            String(buffer: try await response.body.collect(upTo: Self.largestAnswer))
        }
        let isGood = (200..<300).contains(response.status.code)
        if isGood, body.isEmpty { return .null }
        guard let document = try? JSONValue(parsing: body)  // not JSON: no answer of this server
        else { throw Self.strange(address) }
        guard !isGood else { return document }
        if response.status == .unauthorized {
            throw CommandFailure(
                "error: the server at \(address), which owns the store, takes a key: set CREW_KEY")
        }
        throw CrewError(
            CrewError.Code(document["code"]?.string ?? "unknown"),
            document["detail"]?.string ?? document["title"]?.string
                ?? "the server at \(address) answered \(response.status.code)")
    }

    private func reaching<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let error where !(error is CancellationError) {
            throw CommandFailure(
                "error: the server at \(address), which owns the store, does not answer")
        }
    }

    private static func strange(_ address: String) -> CommandFailure {
        CommandFailure("error: what answers at \(address) is no server of this version of crew")
    }

    private func url(of run: RunID) -> String {
        let id = run.rawValue.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return "\(address)/v1/runs/\(id.joined())"
    }
}
