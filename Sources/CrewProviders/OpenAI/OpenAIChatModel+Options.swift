import CrewKit
import NIOCore

extension OpenAIChatModel {
    /// How long a model call may take, and how much it may bring.
    public struct Options: Sendable, Hashable {
        /// Until a connection stands.
        public var connect: Duration
        /// From the start of the call until the first bytes of the reply. Local servers load a model
        /// into memory meanwhile.
        public var firstToken: Duration
        /// Between two pieces of the reply. Keep-alive comments count as pieces.
        public var idle: Duration
        /// For the whole call: an endless reply ends too.
        public var total: Duration
        /// The most bytes of a reply, as they come over the wire.
        public var replyBytes: Int

        public init(
            connect: Duration = .seconds(5), firstToken: Duration = .seconds(120),
            idle: Duration = .seconds(60), total: Duration = .seconds(300),
            replyBytes: Int = 4 << 20
        ) {
            self.connect = connect
            self.firstToken = firstToken
            self.idle = idle
            self.total = total
            self.replyBytes = replyBytes
        }
    }
}

extension OpenAIChatModel.Options {
    var bounds: HTTPExchange.Bounds {
        HTTPExchange.Bounds(
            firstByte: TimeAmount(firstToken), idle: TimeAmount(idle), total: TimeAmount(total),
            bytes: replyBytes)
    }

    func crewError(_ failure: HTTPExchange.Failure, host: String) -> CrewError {
        switch failure {
        case .firstByteDeadline:
            CrewError(
                .modelTimeout,
                "\(host) sent nothing within \(firstToken) (first token deadline). A model that is"
                    + " still loading may need more time")
        case .idleDeadline:
            CrewError(
                .modelTimeout,
                "\(host) stopped in the middle of its reply for \(idle) (idle deadline)")
        case .totalDeadline:
            CrewError(.modelTimeout, "\(host) took longer than \(total) (total deadline)")
        case .tooManyBytes:
            CrewError(
                .modelAnsweredNonsense,
                "\(host) sent more than \(replyBytes) bytes in one reply, which is the limit")
        }
    }
}
