import CrewKit
import Testing

@testable import CrewTools

@Suite("Frames of workers")
struct WorkerFrameTests {
    private static let call = WorkerCall(
        number: 7, tool: "t", call: "c", arguments: ["text": "Xin chào\n\"\u{1}", "n": 1.5],
        idempotencyKey: "k", run: "r", agent: "a", conversation: [["kind": "user"]],
        limits: ResourceLimits(memoryBytes: nil, cpuSeconds: 3, openFiles: 0), hasArtifacts: true,
        hasReports: false)
    private static let health = WorkerHealth(residentBytes: 5, dataBytes: 0, isSpent: true)

    private static let frames: [WorkerFrame] = [
        .call(call), .cancel(call: 7), .artifactSaved(request: 1, failure: nil),
        .artifactSaved(request: 1, failure: "full"),
        .artifactRead(request: 2, bytes: [0, 255, 7], failure: nil),
        .artifactRead(request: 2, bytes: nil, failure: nil),
        .artifactRead(request: 2, bytes: nil, failure: "gone"), .ready(health),
        .returned(call: 7, output: "", health),
        .failed(
            call: 7, ToolFailure(.parse, "no", hint: nil, action: .tryLater, isWithoutEffect: true),
            health),
        .progress(call: 7, .init(done: 1, total: nil, message: nil)),
        .progress(call: 7, .init(done: 0.5, total: 2, message: "half")),
        .saveArtifact(request: 3, name: "n", mediaType: "m", bytes: []),
        .readArtifact(request: 4, name: "n"),
    ]

    private func read(_ bytes: [UInt8], into decoder: inout FrameDecoder) throws -> [WorkerFrame] {
        bytes.withUnsafeBytes { decoder.append($0) }
        var frames: [WorkerFrame] = []
        while let frame = try decoder.next() { frames.append(frame) }
        return frames
    }

    @Test(
        "Each frame is read as it was written, however it is cut", arguments: [1, 3, 64, 100_000])
    func roundTrip(size: Int) throws {
        let bytes = try Self.frames.flatMap { try $0.encoded() }
        var decoder = FrameDecoder()
        var frames: [WorkerFrame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            frames += try read(Array(bytes[start..<min(start + size, bytes.count)]), into: &decoder)
        }
        #expect(frames == Self.frames)
        #expect(decoder.isAtBoundary)
    }

    @Test("What is too large is not written")
    func tooLarge() {
        #expect(throws: WorkerGarbage(problem: "211 bytes, at most 200 are passed on")) {
            try WorkerFrame.call(Self.call).encoded(limit: 200)
        }
        #expect(throws: WorkerGarbage(problem: "201 bytes, at most 200 are passed on")) {
            let output = String(repeating: "x", count: 201)
            _ = try WorkerFrame.returned(call: 1, output: output, Self.health).encoded(limit: 200)
        }
    }

    @Test(
        "Anything else is refused at its first bytes",
        arguments: [
            "hello", "\u{0}\u{0}\u{0}\u{0}", "\u{0}\u{0}\u{0}\u{1}", "\u{7}\u{0}\u{0}\u{0}",
            "\u{0}\u{0}\u{0}\u{9}[",
        ])
    func garbage(text: String) {
        var decoder = FrameDecoder()
        #expect(throws: WorkerGarbage.self) { try read(Array(text.utf8), into: &decoder) }
    }

    @Test(
        "A frame with something missing, wrong or unknown is refused",
        arguments: [
            "{}", "{]", #"{"shout": 1}"#, #"{"cancel": "1"}"#, #"{"cancel": -1}"#,
            #"{"ready": [1, 2]}"#, #"{"ready": [1, -2, true]}"#, #"{"returned": 1}"#,
            #"{"returned": 1, "output": null, "health": [1, 2, true]}"#,
            #"{"failed": 1, "failure": {}, "health": [1, 2, true]}"#,
            #"{"progress": 1, "done": "x", "total": null, "message": null}"#,
            #"{"save": 1, "name": "n", "media_type": "m", "bytes": "%%%"}"#,
            #"{"call": 1, "tool": "t"}"#,
        ])
    func wrongFrames(json: String) {
        var decoder = FrameDecoder()
        let bytes = [0, 0, 0, UInt8(json.utf8.count)] + Array(json.utf8)
        #expect(throws: WorkerGarbage.self) { try read(bytes, into: &decoder) }
    }
}
