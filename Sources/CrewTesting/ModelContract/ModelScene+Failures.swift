import CrewKit

extension ModelScene {
    /// How an endpoint fails.
    static let failures = [
        ModelScene("rejected key") { try await $0.fails(by: .rejectedKey) },
        ModelScene("unknown model") { try await $0.fails(by: .unknownModel) },
        ModelScene("rate limit") { try await $0.fails(by: .rateLimited) },
        ModelScene("rate limit with a wait") { try await $0.keepsRetryAfter() },
        ModelScene("quota exhausted") { try await $0.fails(by: .quotaExhausted) },
        ModelScene("server error") { try await $0.fails(by: .serverError) },
        ModelScene("overloaded") { try await $0.fails(by: .overloaded) },
        ModelScene("context overflow") { try await $0.fails(by: .contextOverflow) },
        ModelScene("rejected request") { try await $0.fails(by: .rejectedRequest) },
        ModelScene("content filter before a reply") { try await $0.fails(by: .contentFiltered) },
        ModelScene("error in the stream") { try await $0.failsInTheStream() },
        ModelScene("cut stream") { try await $0.tellsCutStreams() },
        ModelScene("page of a proxy") { try await $0.refusesPages() },
        ModelScene("oversized reply") { try await $0.boundsReplies() },
    ]
}

extension LanguageModelContract {
    fileprivate func hold(_ played: Played, _ code: CrewError.Code, _ clause: String) throws {
        guard let error = played.error as? CrewError else {
            throw Violation(description: "\(clause): \(played.result)")
        }
        try require(error.code, is: code, clause)
        try require(
            !error.message.contains(ModelSetting(address: "").key.revealed)
                && !error.message.contains("What is it?"),
            "an error tells neither key nor prompt")
    }

    fileprivate func fails(by trouble: EndpointAnswer.Trouble) async throws {
        let played = try await play(answer: .trouble(trouble))
        try hold(played, trouble.code, "a failure has its code")
        try require(played.progress, is: [], "a call that fails at once passes nothing on")
        try require(
            (played.error as? CrewError)?.retryAfter, is: nil, "nobody waits who was not asked to")
    }

    fileprivate func keepsRetryAfter() async throws {
        for trouble in [EndpointAnswer.Trouble.rateLimited, .overloaded] {
            for (name, value, wait) in [
                ("retry-after", "7", Duration.seconds(7)),
                ("retry-after-ms", "1500", .milliseconds(1500)),
            ] {
                var response = wire.response(to: .trouble(trouble))
                response.headers[name] = value
                let played = try await play(response: response)
                try hold(played, trouble.code, "a failure has its code")
                try require(
                    (played.error as? CrewError)?.retryAfter, is: wait,
                    "the error keeps the wait that was asked for")
            }
        }
    }

    fileprivate func failsInTheStream() async throws {
        let played = try await play(
            answer: .broken([.text("The "), .text("answer")], .serverError))
        try hold(played, .modelServerError, "an error in the stream ends the call")
        try require(played.text, is: "The answer", "what came before an error was passed on")
        let early = try await play(answer: .broken([], .serverError))
        try hold(early, .modelServerError, "an error in place of a reply ends the call")
    }

    fileprivate func tellsCutStreams() async throws {
        let call: [EndpointAnswer.Part] = [
            .call(0, id: "call_1", name: "look_up"), .arguments(0, #"{"word":"#),
        ]
        for parts in [[.text("The "), .text("answer")], call] {
            for end in [EndpointResponse.End.complete, .cut] {
                var response = wire.response(to: .beginning(parts))
                response.end = end
                let played = try await play(response: response)
                try hold(played, .modelStreamCut, "half a reply is no reply")
            }
        }
        let whole = wire.response(to: .plainText)
        for length in Self.places(in: whole.body) {
            var response = whole
            response.pieces = [Array(whole.body[..<length])]
            response.end = .cut
            let played = try await play(response: response)
            if case .success(let reply) = played.result {
                try require(
                    reply.text, is: #"The answer is\#n\#n"42" \ {}."#, "half a reply is no reply")
            } else {
                try hold(played, .modelStreamCut, "a stream that is cut anywhere is a cut stream")
            }
        }
    }

    /// A few places all over a body, none of them its end.
    private static func places(in body: [UInt8]) -> [Int] {
        stride(from: 1, to: body.count, by: max(1, body.count / 16)).map { $0 }
    }

    fileprivate func refusesPages() async throws {
        let page = "<!doctype html><html><head><title>Sign in</title></head></html>"
        let played = try await play(response: EndpointResponse(type: "text/html", [page]))
        try hold(played, .modelAnsweredNonsense, "a page is no reply")
        let failed = try await play(
            response: EndpointResponse(status: 502, type: "text/html", [page]))
        try hold(failed, .modelServerError, "a page with an error's status is that error")
        let text = try await play(response: EndpointResponse(type: "text/plain", ["It works!"]))
        try hold(text, .modelAnsweredNonsense, "any other text is no reply")
    }

    fileprivate func boundsReplies() async throws {
        var response = wire.response(to: .beginning([.text("x"), .text("more ")]))
        guard let last = response.pieces.popLast() else {
            throw Violation(description: "a beginning is sent in pieces")
        }
        response.end = .endless(last)
        let played = try await play(response: response, replyBytes: 100_000)
        try hold(played, .modelAnsweredNonsense, "a reply without an end stops at its limit")
    }
}
