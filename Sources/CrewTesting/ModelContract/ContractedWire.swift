public import CrewKit

/// A wire under contract: what its endpoint sends, what its requests say, and how its model is made.
///
/// It translates in both directions between no vendor's words and those of the wire.
public protocol ContractedWire: Sendable {
    /// Which wire it is: replies keep memos in its name only.
    var wire: ModelWire { get }

    /// The names of scenes that the wire has no words for; each wants a comment that says why.
    var leavesOut: Set<String> { get }

    /// Whether the ids of tool calls that the endpoint gives are those of the reply.
    var keepsCallIDs: Bool { get }

    /// The parts of a usage that the endpoint of this wire reports.
    func reported(_ usage: Usage) -> Usage

    /// What the endpoint sends in answer to a request.
    ///
    /// The pieces of the body are sent one after the other; the contract sends them in other pieces
    /// too.
    func response(to answer: EndpointAnswer) -> EndpointResponse

    /// What a request said, in no vendor's words.
    func sent(_ request: ReceivedRequest) throws -> SentRequest

    /// Runs `body` with the model of that setting.
    func withModel(
        _ setting: ModelSetting, _ body: (any LanguageModel) async throws -> Void
    ) async throws
}

extension ContractedWire {
    public var leavesOut: Set<String> { [] }
    public var keepsCallIDs: Bool { true }
    public func reported(_ usage: Usage) -> Usage { usage }
}

/// What a model under contract is made of.
public struct ModelSetting: Sendable, Hashable {
    /// Scheme, host and port of the endpoint, without a path.
    public var address: String
    public var model: String
    public var key: Secret
    /// The most bytes of a reply that the model may read.
    public var replyBytes: Int

    /// The model of every setting; endpoints answer in its name.
    public static let contractModel = "contract-1"

    public init(address: String, replyBytes: Int = 1 << 20) {
        self.address = address
        self.replyBytes = replyBytes
        model = Self.contractModel
        key = Secret("the-contract-key")
    }
}
