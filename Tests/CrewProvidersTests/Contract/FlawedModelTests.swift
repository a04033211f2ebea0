import CrewKit
import CrewTesting
import Testing

/// A contract that every wire passes is worth nothing: these models are wrong in one thing each.
@Suite("LanguageModelContract", .timeLimit(.minutes(5)))
struct FlawedModelTests {
    @Test("Finds what is wrong with a model", arguments: FlawedModel.Flaw.allCases)
    func flaws(_ flaw: FlawedModel.Flaw) async throws {
        await #expect(throws: LanguageModelContract.Violation.self) {
            try await LanguageModelContract(FlawedWire(flaw: flaw), on: LoopbackServer()).check()
        }
    }

    @Test("A scene that does not exist cannot be left out")
    func unknownScene() async throws {
        var wire = FlawedWire(flaw: nil)
        wire.leavesOut = ["plain text in pieces", "no such scene"]
        await #expect(throws: LanguageModelContract.Violation.self) {
            try await LanguageModelContract(wire, on: LoopbackServer()).check(ModelScene.all[0])
        }
    }
}

/// The chat wire with one flaw.
struct FlawedWire: ContractedWire {
    var flaw: FlawedModel.Flaw?
    var leavesOut: Set<String> = []
    private let base = ChatContractWire()

    init(flaw: FlawedModel.Flaw?) { self.flaw = flaw }

    var wire: ModelWire { base.wire }
    func response(to answer: EndpointAnswer) -> EndpointResponse { base.response(to: answer) }
    func sent(_ request: ReceivedRequest) throws -> SentRequest { try base.sent(request) }

    func withModel(
        _ setting: ModelSetting, _ body: (any LanguageModel) async throws -> Void
    ) async throws {
        try await base.withModel(setting) { try await body(FlawedModel(base: $0, flaw: flaw)) }
    }
}

struct FlawedModel: LanguageModel {
    enum Flaw: CaseIterable {
        case keepsProgress, mixesReasoning, forgetsCalls, reversesCalls, repeatsIDs
        case inventsUsage, forgetsUsage, alwaysStops, inventsCosts, signsForeignMemos
        case forgetsTemperature, forgetsFormat, forgetsTools, forgetsChoice, forgetsInstructions
        case forgetsResults, confusesFailures, forgetsWaits, tellsPrompts, acceptsCuts
        case wrapsCancellation
    }

    let base: any LanguageModel
    let flaw: Flaw?

    var name: String { base.name }

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        do {
            let flaw = flaw
            let reply = try await base.reply(to: changed(request)) {
                if flaw != .keepsProgress { progress($0) }
            }
            return changed(reply)
        } catch let error as CrewError {
            if flaw == .acceptsCuts, error.code == .modelStreamCut { return ModelReply() }
            throw changed(error)
        } catch {
            throw flaw == .wrapsCancellation ? CrewError(.modelUnavailable, "cancelled") : error
        }
    }

    private func changed(_ request: ModelRequest) -> ModelRequest {
        var request = request
        switch flaw {
        case .forgetsTemperature: request.temperature = nil
        case .forgetsFormat: request.format = nil
        case .forgetsTools: request.tools = []
        case .forgetsChoice: request.toolChoice = .auto
        case .forgetsInstructions:
            request.messages.removeAll { if case .system = $0 { true } else { false } }
        case .forgetsResults:
            request.messages.removeAll { if case .tool = $0 { true } else { false } }
        default: break
        }
        return request
    }

    private func changed(_ reply: ModelReply) -> ModelReply {
        var reply = reply
        switch flaw {
        case .mixesReasoning: reply.text = reply.reasoning + reply.text
        case .forgetsCalls: reply.toolCalls = []
        case .reversesCalls: reply.toolCalls.reverse()
        case .repeatsIDs: for index in reply.toolCalls.indices { reply.toolCalls[index].id = "x" }
        case .inventsUsage:
            reply.usage = reply.usage ?? Usage(inputTokens: 0, outputTokens: 0)
        case .forgetsUsage: reply.usage = nil
        case .alwaysStops: reply.finish = .stop
        case .inventsCosts: reply.cost = 0
        case .signsForeignMemos:
            reply.memo = ModelMemo(wire: .anthropic, model: "x", content: [:])
        default: break
        }
        return reply
    }

    private func changed(_ error: CrewError) -> CrewError {
        switch flaw {
        case .confusesFailures: CrewError(.modelServerError, error.message)
        case .forgetsWaits: CrewError(error.code, error.message)
        case .tellsPrompts: CrewError(error.code, error.message + " What is it?")
        default: error
        }
    }
}
