import CrewKit
import CrewTesting
import Logging
import Synchronization
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Span exporter")
struct SpanExporterTests {
    private struct Refusal: Error {}

    /// Answers from a list, then takes everything.
    private final class Collector: TraceTransport {
        private struct State {
            var answers: [TraceAnswer?]
            var bodies: [JSONValue] = []
        }

        private let state: Mutex<State>

        /// - Parameter answers: `nil` is none.
        init(_ answers: [TraceAnswer?] = []) { state = Mutex(State(answers: answers)) }

        var bodies: [JSONValue] { state.withLock(\.bodies) }

        func post(
            _ body: [UInt8], fields: [(name: String, value: String)], to address: String,
            within limit: Duration
        ) async throws -> TraceAnswer {
            #expect(fields.contains { $0 == ("content-type", "application/json") })
            let value = try JSONValue(parsing: String(decoding: body, as: UTF8.self))
            let answer = state.withLock { state -> TraceAnswer? in
                state.bodies.append(value)
                return state.answers.isEmpty
                    ? TraceAnswer(status: 200) : state.answers.removeFirst()
            }
            guard let answer else { throw Refusal() }
            return answer
        }
    }

    private func span(_ number: Int) -> Span {
        Span(
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7", parentID: nil,
            state: nil, name: "span \(number)", start: Date(timeIntervalSince1970: 1))
    }

    private func exporter(
        _ collector: any TraceTransport, clock: any Clock<Duration> = InstantClock(),
        _ change: (inout TracingSettings) -> Void = { _ in }
    ) -> SpanExporter {
        var settings = TracingSettings(endpoint: "http://127.0.0.1:4318/v1/traces")
        change(&settings)
        return SpanExporter(
            settings, version: "1", transport: collector, clock: clock, chance: { 0.5 },
            logger: ServerFixture.logger)
    }

    private func names(_ body: JSONValue) -> [String] {
        let scopes = body["resourceSpans"]?.array?.first?["scopeSpans"]?.array?.first
        return scopes?["spans"]?.array?.compactMap { $0["name"]?.string } ?? []
    }

    @Test("Sends all that waits, in batches")
    func batches() async {
        let collector = Collector()
        let exporter = exporter(collector) { $0.batchSize = 4 }
        exporter.add((1...10).map(span))
        await exporter.flush(within: .seconds(1_000_000))
        #expect(collector.bodies.map { names($0).count } == [4, 4, 2])
        #expect(exporter.counts == SpanExporter.Counts(sent: 10))
    }

    @Test("Holds so many spans, and counts what finds no room")
    func bounded() {
        let exporter = exporter(Collector())
        for _ in 0..<100 { exporter.add((1...100).map(span)) }
        #expect(exporter.waiting == 2_048)
        #expect(exporter.counts.dropped == 10_000 - 2_048)
    }

    @Test(
        "Sends again what the collector could not take for the moment",
        arguments: [429, 502, 503, 504, nil] as [Int?])
    func again(status: Int?) async {
        let clock = InstantClock()
        let answer = status.map { TraceAnswer(status: $0) }
        let collector = Collector([answer, answer])
        let exporter = exporter(collector, clock: clock)
        exporter.add([span(1)])
        await exporter.sendAll()
        #expect(collector.bodies.count == 3)
        #expect(exporter.counts.sent == 1)
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("Waits as long as the collector asks, within a bound, and gives up at some time")
    func patience() async {
        let clock = InstantClock()
        let busy = TraceAnswer(status: 503, retryAfter: .seconds(20))
        let forever = TraceAnswer(status: 503, retryAfter: .seconds(99_999))
        let collector = Collector([busy, forever, busy, busy, busy])
        let exporter = exporter(collector, clock: clock)
        exporter.add([span(1)])
        await exporter.sendAll()
        #expect(collector.bodies.count == SpanExporter.attempts)
        #expect(clock.sleeps == [.seconds(20), .seconds(30), .seconds(20), .seconds(20)])
        #expect(exporter.counts.refused == 1)
        #expect(exporter.waiting == 0)
    }

    @Test("Does not send again what the collector refuses", arguments: [400, 401, 404, 413, 500])
    func refused(status: Int) async {
        let collector = Collector([TraceAnswer(status: status)])
        let exporter = exporter(collector)
        exporter.add([span(1)])
        await exporter.sendAll()
        #expect(collector.bodies.count == 1)
        #expect(exporter.counts.refused == 1)
    }

    @Test("Counts what the collector left out of a batch that it took")
    func partly() async {
        let text = #"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"x"}}"#
        let collector = Collector([TraceAnswer(status: 200, body: Array(text.utf8))])
        let exporter = exporter(collector)
        exporter.add([span(1), span(2)])
        await exporter.sendAll()
        #expect(exporter.counts == SpanExporter.Counts(sent: 1, refused: 1))
    }

    /// Answers the first request never, and takes the others.
    private final class Stuck: TraceTransport {
        let posts = Counter()
        private let begun = AsyncStream<Void>.makeStream()

        func post(
            _ body: [UInt8], fields: [(name: String, value: String)], to address: String,
            within limit: Duration
        ) async throws -> TraceAnswer {
            guard posts.next() == 1 else { return TraceAnswer(status: 200) }
            begun.continuation.finish()
            try await ManualClock().elapse(.seconds(1))
            return TraceAnswer(status: 200)
        }

        func untilAsked() async { for await _ in begun.stream {} }
    }

    @Test("What is being sent when the end comes is sent by the end, once")
    func cutOff() async {
        let stuck = Stuck()
        let exporter = exporter(stuck) { $0.batchSize = 2 }
        exporter.add((1...3).map(span))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await exporter.run() }
            await stuck.untilAsked()
            group.cancelAll()
        }
        #expect(exporter.waiting == 3)
        #expect(exporter.counts == SpanExporter.Counts())
        await exporter.flush(within: .seconds(1_000_000))
        #expect(exporter.counts == SpanExporter.Counts(sent: 3))
        #expect(stuck.posts.next() == 4)
    }

    @Test("A wait to send again ends with the process, and the batch is sent by the end")
    func cutOffWait() async {
        let clock = ManualClock()
        let collector = Collector([TraceAnswer(status: 503)])
        let exporter = exporter(collector, clock: clock) { $0.batchSize = 1 }
        exporter.add([span(1)])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await exporter.run() }
            await clock.waitForSleepers(of: .seconds(1), count: 1)
            group.cancelAll()
        }
        await exporter.flush(within: .seconds(5))
        #expect(exporter.counts == SpanExporter.Counts(sent: 1))
        #expect(collector.bodies.count == 2)
    }

    @Test("A collector that answers nothing holds up the end for so long and no longer")
    func flush() async {
        struct Silent: TraceTransport {
            func post(
                _ body: [UInt8], fields: [(name: String, value: String)], to address: String,
                within limit: Duration
            ) async throws -> TraceAnswer {
                try await ManualClock().elapse(.seconds(1))
                return TraceAnswer(status: 200)
            }
        }
        let exporter = exporter(Silent())
        exporter.add([span(1)])
        await exporter.flush(within: .seconds(5))
        #expect(exporter.waiting == 0)
    }
}
