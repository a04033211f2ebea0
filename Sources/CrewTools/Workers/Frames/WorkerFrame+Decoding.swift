import CrewKit
import FoundationEssentials

extension WorkerFrame {
    /// Reads the JSON of one frame; strict: what is missing or of another type is garbage.
    init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(WorkerGarbage) {
        let members: FrameMembers
        do {
            guard case .object(let object) = try JSONValue(parsing: bytes) else {
                throw WorkerGarbage(problem: "a frame is no JSON object")
            }
            members = FrameMembers(object: object)
        } catch let error as JSONError {
            throw WorkerGarbage(problem: "a frame is \(error)")
        } catch {
            throw WorkerGarbage(problem: "a frame is no JSON object")
        }
        guard let kind = members.object.keys.first else {
            throw WorkerGarbage(problem: "a frame is empty")
        }
        self = try Self.frame(kind, members)
    }

    private static func frame(
        _ kind: String, _ members: FrameMembers
    ) throws(WorkerGarbage) -> WorkerFrame {
        switch kind {
        case "call": .call(try WorkerCall(members))
        case "cancel": .cancel(call: try members.integer(kind))
        case "saved":
            .artifactSaved(
                request: try members.integer(kind), failure: try members.text(orNull: "failure"))
        case "read":
            .artifactRead(
                request: try members.integer(kind), bytes: try members.bytes(orNull: "bytes"),
                failure: try members.text(orNull: "failure"))
        case "ready": .ready(try members.health(kind))
        case "returned":
            .returned(
                call: try members.integer(kind), output: try members.text("output"),
                try members.health("health"))
        case "failed":
            .failed(
                call: try members.integer(kind), try members.failure("failure"),
                try members.health("health"))
        case "progress":
            .progress(
                call: try members.integer(kind),
                ToolReports.Progress(
                    done: try members.number("done"), total: try members.number(orNull: "total"),
                    message: try members.text(orNull: "message")))
        case "save":
            .saveArtifact(
                request: try members.integer(kind), name: try members.text("name"),
                mediaType: try members.text("media_type"),
                bytes: try members.bytes(orNull: "bytes") ?? [])
        case "find":
            .readArtifact(request: try members.integer(kind), name: try members.text("name"))
        default: throw WorkerGarbage(problem: "there is no frame '\(kind.prefix(40))'")
        }
    }
}

extension WorkerCall {
    fileprivate init(_ members: FrameMembers) throws(WorkerGarbage) {
        number = try members.integer("call")
        tool = ToolName(try members.text("tool"))
        call = ToolCallID(try members.text("id"))
        arguments = try members.object("arguments")
        idempotencyKey = try members.text("key")
        run = RunID(try members.text("run"))
        agent = AgentID(try members.text("agent"))
        let entries = try members.value("conversation")
        conversation = entries.isNull ? Optional.none : entries
        limits = ResourceLimits(
            memoryBytes: try members.integer(orNull: "memory"),
            cpuSeconds: try members.integer(orNull: "cpu"),
            openFiles: try members.integer(orNull: "files"))
        hasArtifacts = try members.flag("artifacts")
        hasReports = try members.flag("reports")
    }
}

/// The members of a frame, each of the type that it has to have.
private struct FrameMembers {
    let object: JSONObject

    func value(_ name: String) throws(WorkerGarbage) -> JSONValue {
        guard let value = object[name] else { throw wrong(name) }
        return value
    }

    func integer(_ name: String) throws(WorkerGarbage) -> Int {
        guard let number = try integer(orNull: name) else { throw wrong(name) }
        return number
    }

    func integer(orNull name: String) throws(WorkerGarbage) -> Int? {
        switch try value(name) {
        case .null: return nil
        case .integer(let number) where number >= 0: return number
        default: throw wrong(name)
        }
    }

    func number(_ name: String) throws(WorkerGarbage) -> Double {
        guard let number = try number(orNull: name) else { throw wrong(name) }
        return number
    }

    func number(orNull name: String) throws(WorkerGarbage) -> Double? {
        let value = try value(name)
        if value.isNull { return nil }
        guard let number = value.double else { throw wrong(name) }
        return number
    }

    func text(_ name: String) throws(WorkerGarbage) -> String {
        guard let text = try value(name).string else { throw wrong(name) }
        return text
    }

    func text(orNull name: String) throws(WorkerGarbage) -> String? {
        try value(name).isNull ? nil : try text(name)
    }

    func flag(_ name: String) throws(WorkerGarbage) -> Bool {
        guard let flag = try value(name).bool else { throw wrong(name) }
        return flag
    }

    func object(_ name: String) throws(WorkerGarbage) -> JSONObject {
        guard let object = try value(name).object else { throw wrong(name) }
        return object
    }

    func bytes(orNull name: String) throws(WorkerGarbage) -> [UInt8]? {
        guard let text = try text(orNull: name) else { return nil }
        guard let data = Data(base64Encoded: text) else { throw wrong(name) }
        return [UInt8](data)
    }

    func health(_ name: String) throws(WorkerGarbage) -> WorkerHealth {
        guard let parts = try value(name).array, parts.count == 3,
            let resident = parts[0].integer, let data = parts[1].integer,
            let isSpent = parts[2].bool, resident >= 0, data >= 0
        else { throw wrong(name) }
        return WorkerHealth(residentBytes: resident, dataBytes: data, isSpent: isSpent)
    }

    func failure(_ name: String) throws(WorkerGarbage) -> ToolFailure {
        let members = FrameMembers(object: try object(name))
        return ToolFailure(
            ToolFailure.Kind(try members.text("kind")), try members.text("message"),
            hint: try members.text(orNull: "hint"),
            action: ToolFailure.Action(try members.text("action")),
            isWithoutEffect: try members.flag("without_effect"))
    }

    private func wrong(_ name: String) -> WorkerGarbage {
        WorkerGarbage(problem: "a frame has no '\(name)' of the right type")
    }
}
