/// The place of a piece of work in a distributed trace.
///
/// Source: W3C Trace Context, level 1.
public struct TraceContext: Sendable, Hashable {
    /// 32 lowercase hexadecimal digits, not all zero.
    public let traceID: String
    /// 16 lowercase hexadecimal digits, not all zero: the span that later ones are parts of.
    public let spanID: String
    /// Whether somebody records the trace.
    public let isSampled: Bool
    /// What other systems want to see again, as it came; at most 512 characters.
    public let state: String?

    /// - Precondition: the ids are as described.
    public init(traceID: String, spanID: String, isSampled: Bool, state: String? = nil) {
        precondition(Self.isID(traceID, of: 32) && Self.isID(spanID, of: 16), "ids of W3C")
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }

    /// Reads the header fields of a request; `nil` for what is no such context.
    ///
    /// A version above 00 may be followed by more than this one knows.
    public init?(traceparent: String, tracestate: String? = nil) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, Self.isHex(parts[0], of: 2), parts[0] != "ff",
            parts[0] != "00" || parts.count == 4,
            Self.isID(parts[1], of: 32), Self.isID(parts[2], of: 16), Self.isHex(parts[3], of: 2),
            let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        let state = tracestate.flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        self.init(
            traceID: String(parts[1]), spanID: String(parts[2]), isSampled: flags & 1 == 1,
            state: state)
    }

    /// The `traceparent` field.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// The same trace at another span.
    public func at(_ spanID: String) -> TraceContext {
        TraceContext(traceID: traceID, spanID: spanID, isSampled: isSampled, state: state)
    }

    private static func isHex(_ text: some StringProtocol, of count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isID(_ text: some StringProtocol, of count: Int) -> Bool {
        isHex(text, of: count) && text.utf8.contains { $0 != 0x30 }
    }
}

extension TraceContext {
    /// The id of a span that everybody finds again who knows what it is of.
    ///
    /// Whoever works a run and whoever tells of it need not speak with each other, and a run that goes
    /// on in another process goes on in its trace.
    public static func spanID(of run: RunID, _ part: SpanPart) -> String {
        hex(hash("\(run.rawValue)/\(part.text)", seed: 0))
    }

    /// A trace for a run that nobody brought one for.
    public static func of(_ run: RunID, isSampled: Bool) -> TraceContext {
        let id = hex(hash(run.rawValue, seed: 1)) + hex(hash(run.rawValue, seed: 2))
        return TraceContext(
            traceID: id, spanID: spanID(of: run, .stretch(from: 1)), isSampled: isSampled)
    }

    /// What a span of a run is of.
    public enum SpanPart: Sendable, Hashable {
        /// The run, from that event to its next rest.
        case stretch(from: Int)
        /// An agent's turn, by the sequence of its `turn_started`.
        case turn(Int)
        /// A model call, by the sequence of its `round_started`.
        case modelCall(Int)
        /// A tool call.
        case toolCall(ToolCallID, BranchID?)

        fileprivate var text: String {
            switch self {
            case .stretch(let sequence): "run/\(sequence)"
            case .turn(let sequence): "turn/\(sequence)"
            case .modelCall(let sequence): "model/\(sequence)"
            case .toolCall(let call, let branch): "tool/\(branch?.rawValue ?? "")/\(call.rawValue)"
            }
        }
    }

    /// FNV-1a, mixed once more: ids have to differ, not to be secret.
    private static func hash(_ text: String, seed: UInt64) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash ^= hash >> 33
        hash = hash &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 33
        return hash == 0 ? 1 : hash
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension TraceContext: Codable {
    private enum CodingKeys: String, CodingKey { case traceparent, tracestate }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let text = try values.decode(String.self, forKey: .traceparent)
        let state = try values.decodeIfPresent(String.self, forKey: .tracestate)
        guard let context = TraceContext(traceparent: text, tracestate: state) else {
            throw DecodingError.dataCorruptedError(
                forKey: .traceparent, in: values, debugDescription: "no trace context")
        }
        self = context
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(traceparent, forKey: .traceparent)
        try values.encodeIfPresent(state, forKey: .tracestate)
    }
}
