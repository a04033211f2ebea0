import CrewKit

@testable import CrewProviders

extension WireScene {
    /// OpenAI's chat completions, or its responses.
    static func openAI(
        _ wire: ModelWire = .chat, _ change: (inout ModelReference) -> Void = { _ in }
    ) -> WireScene {
        var reference = ModelReference(provider: "openai", model: "m", apiKey: Secret("key-1"))
        reference.wire = wire
        change(&reference)
        return WireScene(reference: reference, type: "text/event-stream")
    }

    /// The reply to a fixture, which is the same byte by byte.
    func reply(to fixture: String) async throws -> (whole: ModelReply, bytewise: ModelReply) {
        let body = try Fixture.text(fixture)
        return (
            try await call(body: body).reply, try await call(steps: bytewise(body)).reply
        )
    }

    /// What the next call sends when the reply's calls have given results.
    func nextBody(after reply: ModelReply, answeredBy fixture: String) async throws -> JSONValue {
        var request = WireScene.request
        request.messages.append(
            .assistant(text: reply.text, toolCalls: reply.toolCalls, memo: reply.memo))
        for call in reply.toolCalls {
            request.messages.append(.tool(call: call.id, name: call.name, output: "found"))
        }
        return try await call(request, body: Fixture.text(fixture)).body()
    }
}
