import CrewKit

extension ModelScene {
    /// How a call is ended from our side.
    static let endings = [
        ModelScene("cancelled before the answer") { try await $0.isCancelled(.hold, after: []) },
        ModelScene("cancelled in the stream") {
            try await $0.isCancelled(.hold, after: [.text("The "), .text("answer")])
        },
        ModelScene("cancelled before the call") { try await $0.isNotBegun() },
    ]
}

extension LanguageModelContract {
    /// The reply hangs; what came of it is passed on, and cancelling closes the connection.
    fileprivate func isCancelled(
        _ end: EndpointResponse.End, after parts: [EndpointAnswer.Part]
    ) async throws {
        var response = wire.response(to: .beginning(parts))
        response.end = end
        let (progress, continuation) = AsyncStream<ModelProgress>.makeStream()
        let wire = wire
        try await server.serve(response) { endpoint in
            let setting = ModelSetting(address: endpoint.address)
            let error = await withTaskGroup(of: (any Error)?.self) { group in
                group.addTask {
                    do {
                        try await wire.withModel(setting) { model in
                            _ = try await model.reply(to: Self.question) { continuation.yield($0) }
                        }
                        return nil
                    } catch { return error }
                }
                _ = await endpoint.received()
                await Self.wait(for: parts, in: progress)
                group.cancelAll()
                return await group.next() ?? nil
            }
            try require(
                error is CancellationError,
                "a cancelled call throws CancellationError, not: \(String(describing: error))")
            await endpoint.closed()
        }
    }

    /// Returns when everything that was sent has been passed on.
    private static func wait(
        for parts: [EndpointAnswer.Part], in progress: AsyncStream<ModelProgress>
    ) async {
        let expected = parts.reduce(into: "") { if case .text(let piece) = $1 { $0 += piece } }
        var text = ""
        guard text != expected else { return }
        for await case .text(let piece) in progress {
            text += piece
            if text == expected { return }
        }
    }

    fileprivate func isNotBegun() async throws {
        let response = wire.response(to: .plainText)
        let wire = wire
        try await server.serve(response) { endpoint in
            let setting = ModelSetting(address: endpoint.address)
            let log = ProgressLog()
            let error = await withTaskGroup(of: (any Error)?.self) { group in
                group.cancelAll()
                group.addTask {
                    do {
                        try await wire.withModel(setting) { model in
                            _ = try await model.reply(to: Self.question) { log.take($0) }
                        }
                        return nil
                    } catch { return error }
                }
                return await group.next() ?? nil
            }
            try require(error is CancellationError, "a call is not begun in a cancelled task")
            try require(log.all, is: [], "a call that is not begun passes nothing on")
        }
    }
}
