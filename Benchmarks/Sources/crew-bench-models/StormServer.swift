import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A chat endpoint on the loopback that answers 30 % of the calls with 429 and `Retry-After`, 5 % with
/// 500, cuts 5 % of the streams, and remembers when it was called.
final class StormServer: Sendable {
    static let answer = "The storm is over."

    private struct State {
        var random: UInt64
        var arrivals: [ContinuousClock.Instant] = []
        var underWay = 0
        var most = 0
        var answers: [Answer: Int] = [:]
    }

    enum Answer: String { case reply, limited, broken, cut }

    let port: Int
    private let channel: any Channel
    private let state: Mutex<State>

    private init(channel: any Channel, state: consuming Mutex<State>) {
        self.channel = channel
        self.state = state
        port = channel.localAddress?.port ?? 0
    }

    static func started(seed: UInt64) async throws -> StormServer {
        let box = Box()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(StormConnection(box: box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = StormServer(channel: channel, state: Mutex(State(random: seed)))
        box.server.withLock { $0 = server }
        return server
    }

    func stop() async throws { try await channel.close() }

    /// A call has come: what becomes of it.
    func arrive() -> Answer {
        state.withLock { state in
            state.arrivals.append(.now)
            state.underWay += 1
            state.most = max(state.most, state.underWay)
            state.random =
                state.random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let answer: Answer =
                switch (state.random >> 33) % 100 {
                case 0..<30: .limited
                case 30..<35: .broken
                case 35..<40: .cut
                default: .reply
                }
            state.answers[answer, default: 0] += 1
            return answer
        }
    }

    func leave() { state.withLock { $0.underWay -= 1 } }

    /// What the server saw.
    func report() {
        let (arrivals, most, answers) = state.withLock { ($0.arrivals, $0.most, $0.answers) }
        guard let first = arrivals.first else { return }
        let times = arrivals.map { first.duration(to: $0) / .milliseconds(1) }
        let told = answers.map { "\($0.key.rawValue) \($0.value)" }.sorted()
        print("calls: \(times.count) (\(told.joined(separator: ", ")))")
        print("most at once: \(most)")
        print("most in any 60 s: \(Self.most(times, within: 60_000))")
        print("most in any 1 s: \(Self.most(times, within: 1_000))")
        print("most in any 100 ms: \(Self.most(times, within: 100))")
        var slots = [Int](repeating: 0, count: Int((times.last ?? 0) / 100) + 1)
        for time in times { slots[Int(time / 100)] += 1 }
        print("slots of 100 ms by their number of calls:")
        for (calls, slots) in Dictionary(grouping: slots, by: \.self).sorted(by: { $0.key < $1.key }
        ) {
            print("  \(calls) calls: \(slots.count)")
        }
        print("calls in each 100 ms: " + slots.map(String.init).joined(separator: " "))
    }

    private static func most(_ times: [Double], within length: Double) -> Int {
        var (most, start) = (0, 0)
        for (index, time) in times.enumerated() {
            while times[start] <= time - length { start += 1 }
            most = max(most, index - start + 1)
        }
        return most
    }

    /// The server, once there is one.
    final class Box: Sendable {
        let server = Mutex<StormServer?>(nil)
    }
}

/// Answers the requests of one connection.
private final class StormConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let box: StormServer.Box
    init(box: StormServer.Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data), let server = box.server.withLock(\.self) else {
            return
        }
        let answer = server.arrive()
        // A model thinks for a while.
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(answer == .limited ? 5 : 80)) {
            server.leave()
            connection.value.send(answer, bound.value)
        }
    }

    private func send(_ answer: StormServer.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .limited:
            send(
                .tooManyRequests, ["retry-after": "1"], #"{"error":{"message":"slow down"}}"#,
                context)
        case .broken:
            send(.internalServerError, [:], #"{"error":{"message":"broken"}}"#, context)
        case .cut:
            send(
                .ok, ["content-type": "text/event-stream"], Self.piece("The storm"), context,
                ends: false)
            context.close(promise: nil)
        case .reply:
            let text =
                Self.piece(StormServer.answer)
                + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
                + "data: [DONE]\n\n"
            send(.ok, ["content-type": "text/event-stream"], text, context)
        }
    }

    private static func piece(_ text: String) -> String {
        #"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n"
    }

    private func send(
        _ status: HTTPResponseStatus, _ headers: [String: String], _ body: String,
        _ context: ChannelHandlerContext, ends: Bool = true
    ) {
        var all = HTTPHeaders([("transfer-encoding", "chunked")])
        for (name, value) in headers { all.replaceOrAdd(name: name, value: value) }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: all)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(
            wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        if ends { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
    }
}
