import CrewKit

/// Reads the body of Ollama's answer: one JSON object to a line, however the lines are cut.
struct OllamaResponseReader: ReplyReader, Sendable {
    typealias Bytes = UnsafeBufferPointer<UInt8>
    typealias Progress = (ModelProgress) -> Void

    let endpoint: EndpointIdentity
    private(set) var assembler = OllamaReplyAssembler()
    private var partialLine: [UInt8] = []
    private var lineCount = 0

    init(endpoint: EndpointIdentity) { self.endpoint = endpoint }

    var isDone: Bool { assembler.isDone }
    var isComplete: Bool { assembler.isDone }

    mutating func read(_ bytes: Bytes, progress: Progress) throws(CrewError) {
        var start = 0
        while let end = bytes.position(of: 0x0A, from: start) {
            let rest = Bytes(rebasing: bytes[start..<end])
            start = end + 1
            if partialLine.isEmpty {
                try take(rest, mayBeCut: false, progress)
            } else {
                partialLine.append(contentsOf: rest)
                try takePartialLine(mayBeCut: false, progress)
            }
        }
        if start < bytes.count { partialLine.append(contentsOf: bytes[start...]) }
    }

    mutating func end(progress: Progress) throws(CrewError) {
        try takePartialLine(mayBeCut: true, progress)
        guard !isDone else { return }
        if lineCount == 0 { throw nonsense("") }
        throw CrewError(
            .modelStreamCut, "\(endpoint.host) ended the stream before the reply was complete")
    }

    private mutating func takePartialLine(
        mayBeCut: Bool, _ progress: Progress
    ) throws(CrewError) {
        let line = partialLine
        partialLine.removeAll(keepingCapacity: true)
        let result = line.withUnsafeBufferPointer { bytes in
            Result { () throws(CrewError) in try take(bytes, mayBeCut: mayBeCut, progress) }
        }
        try result.get()
    }

    private mutating func take(
        _ line: Bytes, mayBeCut: Bool, _ progress: Progress
    ) throws(CrewError) {
        guard !isDone, line.contains(where: { $0 > 0x20 }) else { return }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line)
        } catch {
            let text = String(decoding: line, as: UTF8.self)
            // Malformed UTF-8 has become U+FFFD in the text, and may be JSON now.
            guard let mended = try? JSONValue(parsing: text) else {  // else the text is no JSON
                if mayBeCut, text.trimmingBlanks.hasPrefix("{") {
                    lineCount += 1
                    return
                }
                throw nonsense(
                    EndpointFailure.isMarkup(text)
                        ? EndpointFailure(body: Array(line)).message : "a line is not JSON")
            }
            value = mended
        }
        lineCount += 1
        guard let members = value.object else { throw nonsense("a line is no object") }
        if members["error"]?.isNull == false {
            throw OllamaRefusal(EndpointFailure(reportedBy: value) ?? .unexplained)
                .crewError(status: nil, from: endpoint)
        }
        guard members["message"] != nil || members["done"] != nil else {
            throw nonsense(EndpointFailure(reportedBy: value)?.message ?? "")
        }
        assembler.add(members, progress: progress)
    }

    mutating func finish(
        idPrefix: String, remembers: Bool, progress: Progress
    ) -> ModelReply {
        assembler.finish(
            model: endpoint.model, idPrefix: idPrefix, remembers: remembers, progress: progress)
    }

    private func nonsense(_ text: String) -> CrewError {
        EndpointFailure(message: text, type: EndpointFailure.nonsense.type)
            .crewError(status: nil, from: endpoint)
    }
}
