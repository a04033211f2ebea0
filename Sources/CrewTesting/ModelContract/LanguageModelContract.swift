import CrewKit

/// What every `LanguageModel` that speaks with an endpoint has to keep to; a new wire gets its tests
/// for two translations.
///
/// ```swift
/// @Test("Keeps the LanguageModel contract", arguments: ModelScene.all)
/// func contract(_ scene: ModelScene) async throws {
///     try await LanguageModelContract(MyWire(), on: MyServer()).check(scene)
/// }
/// ```
public struct LanguageModelContract: Sendable {
    /// A clause of the contract that a wire broke.
    public struct Violation: Error, CustomStringConvertible {
        public let description: String
    }

    let wire: any ContractedWire
    let server: any ContractServer

    public init(_ wire: any ContractedWire, on server: any ContractServer) {
        self.wire = wire
        self.server = server
    }

    /// Checks every scene that the wire does not leave out.
    ///
    /// - Throws: `Violation` for the first clause that is broken.
    public func check() async throws {
        for scene in ModelScene.all { try await check(scene) }
    }

    /// Checks one scene, unless the wire leaves it out.
    ///
    /// - Throws: `Violation` for the first clause that is broken.
    public func check(_ scene: ModelScene) async throws {
        let unknown = wire.leavesOut.subtracting(ModelScene.all.map(\.name))
        try require(unknown.isEmpty, "what a wire leaves out are scenes: \(unknown.sorted())")
        guard !wire.leavesOut.contains(scene.name) else { return }
        try await scene.play(self)
    }
}

/// One scene of the contract: what is asked, what the endpoint answers, what has to come of it.
public struct ModelScene: Sendable, CustomStringConvertible {
    public let name: String
    let play: @Sendable (LanguageModelContract) async throws -> Void

    public var description: String { name }

    init(_ name: String, _ play: @escaping @Sendable (LanguageModelContract) async throws -> Void) {
        self.name = name
        self.play = play
    }

    /// Every scene.
    public static let all = replies + requests + failures + endings
}

// MARK: What scenes are played with

extension LanguageModelContract {
    /// What came of a call.
    struct Played: Sendable {
        var result: Result<ModelReply, any Error>
        var progress: [ModelProgress]
        var received: ReceivedRequest
    }

    static let question = ModelRequest(
        agent: "a", messages: [.system("Be brief."), .user("What is it?")])

    /// Stands in memos for the endpoint of a scene: each call has a server with a port of its own.
    static let home = "home"

    /// Makes one call and answers it.
    func play(
        _ request: ModelRequest = question, response: EndpointResponse,
        replyBytes: Int = 1 << 20
    ) async throws -> Played {
        let log = ProgressLog()
        var result: Result<ModelReply, any Error> = .failure(CancellationError())
        var received: ReceivedRequest?
        try await server.serve(response) { endpoint in
            let setting = ModelSetting(address: endpoint.address, replyBytes: replyBytes)
            let server = String(endpoint.address.split(separator: "/")[1])
            let request = request.renamingEndpoint(Self.home, to: server)
            try await wire.withModel(setting) { model in
                do {
                    var reply = try await model.reply(to: request) { log.take($0) }
                    if reply.memo?.endpoint == server { reply.memo?.endpoint = Self.home }
                    result = .success(reply)
                } catch {
                    result = .failure(error)
                }
            }
            received = await endpoint.received()
        }
        guard let received else { throw Violation(description: "the endpoint is asked") }
        return Played(result: result, progress: log.all, received: received)
    }

    func play(
        _ request: ModelRequest = question, answer: EndpointAnswer
    ) async throws -> Played {
        try await play(request, response: wire.response(to: answer))
    }

    func require(_ condition: Bool, _ clause: String) throws {
        if !condition { throw Violation(description: clause) }
    }

    /// Both have to be the same; a difference is told.
    func require<Value: Equatable>(_ value: Value, is expected: Value, _ clause: String) throws {
        try require(value == expected, "\(clause): \(value) is not \(expected)")
    }
}

extension ModelRequest {
    /// The request with memos of one endpoint made those of another.
    fileprivate func renamingEndpoint(_ old: String, to new: String) -> ModelRequest {
        var request = self
        request.messages = messages.map { message in
            guard case .assistant(let text, let calls, var memo?) = message, memo.endpoint == old
            else { return message }
            memo.endpoint = new
            return .assistant(text: text, toolCalls: calls, memo: memo)
        }
        return request
    }
}

extension LanguageModelContract.Played {
    var reply: ModelReply {
        get throws {
            do {
                return try result.get()
            } catch {
                throw LanguageModelContract.Violation(
                    description: "the call gives a reply, not: \(error)")
            }
        }
    }

    var error: (any Error)? {
        if case .failure(let error) = result { return error }
        return nil
    }

    var text: String {
        progress.reduce(into: "") { if case .text(let piece) = $1 { $0 += piece } }
    }

    var reasoning: String {
        progress.reduce(into: "") { if case .reasoning(let piece) = $1 { $0 += piece } }
    }
}
