import CrewKit
import Hummingbird

/// The log of a run, as a list or as a stream.
extension V1Routes {
    func events(_ request: Request, _ context: Routes.Context) async throws -> Response {
        let asked = try parameters(of: request, "after", "limit", "on_disconnect")
        let record = try await record(context)
        let after = try asked.number("after", in: 0...Int.max) ?? 0
        let limit = try asked.number("limit", in: 1...1_000)
        let onDisconnect = try asked.choice("on_disconnect") ?? OnDisconnect.goOn
        let lastEventID = try request.headers.lastEventID() ?? 0
        // Leaving would end the run, which takes more than reading it.
        if onDisconnect == .cancel { try context.caller.check(.run) }
        guard request.headers.prefersEventStream else {
            return try await list(of: record, after: after, limit: limit ?? 1_000)
        }
        // A body that does not come is found out before the stream, not by it.
        var request = request
        _ = try await request.readBody(upTo: options.limits.maxBodyBytes)
        return try await opening.continuation(
            of: record, after: max(after, lastEventID),
            onDisconnect: onDisconnect, to: request, context
        ) { EventEncoder(after: $0, origin: record.origin) }
    }

    private func list(
        of record: RunRecord, after sequence: Int, limit: Int
    ) async throws -> Response {
        let events = try await runner.store.events(of: record.id, after: sequence, limit: limit)
        let last = events.last?.sequence ?? sequence
        let next = last < record.lastSequence && !events.isEmpty ? String(last) : "null"
        var body = ByteBuffer(string: #"{"events":"#)
        let marks = EventEncoder.marks(of: record.origin)
        let texts = try events.map { try EventEncoder.text(of: $0.shown, marks) }
        body.writeString("[\(texts.joined(separator: ","))]")
        body.writeString(#","next":\#(next)}"#)
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body))
    }
}
