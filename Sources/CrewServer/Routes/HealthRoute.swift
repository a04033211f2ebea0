import CrewKit
import Hummingbird
import NIOCore

import struct Foundation.Date

/// `/health`: that the server lives, and what it is.
struct HealthRoute: Sendable {
    let runner: CrewRunner
    let options: ServerOptions
    let streams: OpenStreams
    let startedAt: Date

    func respond() -> Response {
        let uptime = options.now().timeIntervalSince(startedAt)
        let document: JSONValue = [
            "status": "ok",
            // The original's name: probes that compare the whole value go on working.
            "service": "go-crewai-streaming",
            "version": .string(options.version),
            "crew": .string(runner.crew.name),
            "model": .string(options.modelDescription),
            "scripted": .bool(options.isScripted),
            "uptime_seconds": .integer(max(0, Int(uptime))),
            "active_runs": .integer(runner.activeRuns),
            "open_streams": .integer(streams.count),
        ]
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: document.text)))
    }
}
