import Testing

@testable import crew

@Suite("Room for connections")
struct DescriptorTests {
    @Test("A tight limit of descriptors leaves some for the server itself, and takes a few clients")
    func room() {
        #expect(Descriptors.room(forConnections: 10_000, of: 64, cores: 2) == 4)
        #expect(Descriptors.room(forConnections: 10_000, of: 1_024, cores: 2) == 672)
        #expect(Descriptors.room(forConnections: 10_000, of: 20_000, cores: 2) == 10_000)
        #expect(Descriptors.room(forConnections: 5, of: 1_024, cores: 64) == 5)
    }
}
