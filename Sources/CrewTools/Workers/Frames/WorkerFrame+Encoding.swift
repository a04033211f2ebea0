import CrewKit
import FoundationEssentials

extension WorkerFrame {
    /// The largest frame; room for the largest artifact in base 64.
    static let maximumBytes = 32 << 20

    /// The frame as it goes through a pipe: four bytes of length, most significant first, then JSON.
    ///
    /// - Throws: `WorkerGarbage` when it is too large.
    func encoded(limit: Int = maximumBytes) throws(WorkerGarbage) -> [UInt8] {
        if case .returned(_, let output, _) = self { try Self.check(output.utf8.count, limit) }
        var writer = JSONWriter()
        writer.write(raw: "    ")  // the place of the length
        writer.write(json)
        var bytes = writer.bytes
        let count = bytes.count - 4
        try Self.check(count, limit)
        for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: count >> (24 - 8 * place)) }
        return bytes
    }

    private static func check(_ count: Int, _ limit: Int) throws(WorkerGarbage) {
        guard count <= limit else {
            throw WorkerGarbage(problem: "\(count) bytes, at most \(limit) are passed on")
        }
    }

    private var json: JSONObject {
        switch self {
        case .call(let call): call.json
        case .cancel(let call): ["cancel": .integer(call)]
        case .artifactSaved(let request, let failure):
            ["saved": .integer(request), "failure": JSONValue(failure)]
        case .artifactRead(let request, let bytes, let failure):
            [
                "read": .integer(request), "bytes": JSONValue(bytes.map(Self.base64)),
                "failure": JSONValue(failure),
            ]
        case .ready(let health): ["ready": health.json]
        case .returned(let call, let output, let health):
            ["returned": .integer(call), "output": .string(output), "health": health.json]
        case .failed(let call, let failure, let health):
            ["failed": .integer(call), "failure": failure.json, "health": health.json]
        case .progress(let call, let progress):
            [
                "progress": .integer(call), "done": .number(progress.done),
                "total": progress.total.map(JSONValue.number) ?? .null,
                "message": JSONValue(progress.message),
            ]
        case .saveArtifact(let request, let name, let mediaType, let bytes):
            [
                "save": .integer(request), "name": .string(name), "media_type": .string(mediaType),
                "bytes": .string(Self.base64(bytes)),
            ]
        case .readArtifact(let request, let name):
            ["find": .integer(request), "name": .string(name)]
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}

extension JSONValue {
    fileprivate init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
    fileprivate init(_ number: Int?) { self = number.map(JSONValue.integer) ?? .null }
}

extension WorkerCall {
    fileprivate var json: JSONObject {
        [
            "call": .integer(number), "tool": .string(tool.rawValue), "id": .string(call.rawValue),
            "arguments": .object(arguments), "key": .string(idempotencyKey),
            "run": .string(run.rawValue), "agent": .string(agent.rawValue),
            "conversation": conversation ?? .null, "memory": JSONValue(limits.memoryBytes),
            "cpu": JSONValue(limits.cpuSeconds), "files": JSONValue(limits.openFiles),
            "artifacts": .bool(hasArtifacts), "reports": .bool(hasReports),
        ]
    }
}

extension WorkerHealth {
    fileprivate var json: JSONValue {
        .array([.integer(residentBytes), .integer(dataBytes), .bool(isSpent)])
    }
}

extension ToolFailure {
    fileprivate var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "message": .string(message), "hint": JSONValue(hint),
            "action": .string(action.rawValue), "without_effect": .bool(isWithoutEffect),
        ]
    }
}
