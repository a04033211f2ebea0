/// Tells addresses that anybody may reach from those of this machine and of private networks.
///
/// Special addresses are those of the registries of IANA, and the two at which clouds answer
/// questions about a machine outside of them. An IPv6 address that carries an IPv4 address is as
/// special as that one.
enum AddressReach {
    /// - Parameter bytes: of an IPv4 or IPv6 address, 4 or 16; no others are public.
    static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: isPublicVersion4(bytes)
        case 16: isPublicVersion6(bytes)
        default: false
        }
    }

    private static let specialVersion4: [([UInt8], bits: Int)] = [
        ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8),
        ([168, 63, 129, 16], 32), ([169, 254, 0, 0], 16), ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16), ([198, 18, 0, 0], 15), ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24), ([224, 0, 0, 0], 3),
    ]

    /// Within the one block that is given out to the public, 2000::/3.
    private static let specialVersion6: [([UInt8], bits: Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x20, 0x02], 16),
        ([0x3F, 0xFF, 0x00], 20),
    ]

    private static func isPublicVersion4(_ bytes: [UInt8]) -> Bool {
        !specialVersion4.contains { begins(bytes, with: $0.0, bits: $0.bits) }
    }

    private static func isPublicVersion6(_ bytes: [UInt8]) -> Bool {
        let zeros = [UInt8](repeating: 0, count: 12)
        let mapped = Array(zeros.prefix(10)) + [0xFF, 0xFF]
        let translated = [0x00, 0x64, 0xFF, 0x9B] + Array(zeros.prefix(8))
        if [mapped, translated].contains(Array(bytes.prefix(12))) {
            return isPublicVersion4(Array(bytes.suffix(4)))
        }
        return begins(bytes, with: [0x20], bits: 3)
            && !specialVersion6.contains { begins(bytes, with: $0.0, bits: $0.bits) }
    }

    private static func begins(_ bytes: [UInt8], with prefix: [UInt8], bits: Int) -> Bool {
        for bit in 0..<bits {
            let mask = UInt8(0x80) >> (bit % 8)
            guard bytes[bit / 8] & mask == prefix[bit / 8] & mask else { return false }
        }
        return true
    }
}

extension NetworkAddress {
    /// Whether it belongs neither to this machine nor to a private network.
    var isPublic: Bool {
        // Behind family and port, of IPv6 also the flow, the socket address holds the address.
        switch bytes.count {
        case 16: AddressReach.isPublic(Array(bytes[4..<8]))
        case 28: AddressReach.isPublic(Array(bytes[8..<24]))
        default: false
        }
    }
}
