/// Tells texts apart: 128 bits after Fowler, Noll and Vo (FNV-1a).
///
/// It notices every change that nobody made on purpose to go unnoticed; it is no seal.
struct Fingerprint: Sendable, Hashable {
    private var high: UInt64 = 0x6c62_272e_07bb_0142
    private var low: UInt64 = 0x62b8_2175_6295_c58d

    mutating func add(_ byte: UInt8) {
        low ^= UInt64(byte)
        // The prime is 2^88 + 0x13b.
        let product = low.multipliedFullWidth(by: 0x13b)
        high = high &* 0x13b &+ product.high &+ (low << 24)
        low = product.low
    }

    mutating func add(_ text: some StringProtocol) {
        for byte in text.utf8 { add(byte) }
    }

    /// 32 hexadecimal digits.
    var text: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension Fingerprint {
    /// Adds a value such that no two different ones add the same bytes.
    ///
    /// The order of keys, comments, quotes and the way in which it was laid out do not count.
    mutating func add(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar):
            add(scalar.isTyped ? "=" : "'")
            addCounted(scalar.text)
        case .list(let elements):
            add("[\(elements.count) ")
            for element in elements { add(element) }
        case .map(let map):
            add("{\(map.entries.count) ")
            for entry in map.entries.sorted(by: { $0.key < $1.key }) {
                addCounted(entry.key)
                add(entry.value)
            }
        }
    }

    private mutating func addCounted(_ text: String) {
        add("\(text.utf8.count) ")
        add(text)
    }
}

extension YAMLScalar {
    /// Whether it can mean something else than its text: a number, a truth value, nothing.
    fileprivate var isTyped: Bool { isNull || flag != nil || integer != nil || number != nil }
}
