import CrewKit
import NIOCore

/// Turns what a run's readers see into the bytes of one kind of event stream.
///
/// It is given the run's events from as far back as it asks for, so that what it shows does not
/// depend on where a connection broke: events that the client has seen already are only taken note
/// of.
protocol StreamEncoder: Sendable {
    /// What every connection begins with.
    static var preamble: ByteBuffer { get }
    /// How many of the events that the client has seen it has to know; `nil` means all.
    static var lookBack: Int? { get }

    /// The id of what was shown last: the last stored event that was wholly shown.
    var lastSequence: Int { get }

    /// These items in one piece; empty when they give nothing to show.
    mutating func encode(_ items: [FeedItem]) throws -> ByteBuffer

    /// How the stream of a run ends that is at rest and has nothing further to show.
    mutating func end(_ record: RunRecord) -> ByteBuffer

    /// How a stream ends whose run can be shown no further.
    mutating func end(_ failure: CrewError) -> ByteBuffer

    /// What shows that the stream lives.
    ///
    /// - Parameter sequence: the id of what went out last.
    func ping(after sequence: Int) -> ByteBuffer

    /// The last thing on a connection that the server closes.
    func goodbye(after sequence: Int) -> ByteBuffer
}
