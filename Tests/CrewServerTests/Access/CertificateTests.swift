import CrewKit
import Foundation
import HummingbirdTesting
import Testing

@testable import CrewServer

@Suite("Certificates", .timeLimit(.minutes(5)))
struct CertificateTests {
    @Test("A changed pair is taken, one that does not belong together is not")
    func rereading() throws {
        let folder = try TemporaryFolder()
        let one = try folder.certificate("one.example")
        let other = try folder.certificate("other.example")
        let (certificate, key) = (folder.path("served.pem"), folder.path("served.key"))
        try folder.copy(one.certificate, to: certificate)
        try folder.copy(one.key, to: key)
        let served = try ServedCertificate(certificate: certificate, key: key)
        #expect(!served.isKeyOpenToOthers)

        served.rereadIfChanged(logger: ServerFixture.logger)
        #expect(served.version == 1)
        try folder.copy(other.certificate, to: certificate)
        served.rereadIfChanged(logger: ServerFixture.logger)
        #expect(served.version == 1, "the key is still that of the first")
        try folder.copy(other.key, to: key)
        served.rereadIfChanged(logger: ServerFixture.logger)
        #expect(served.version == 2)
        try Data("no certificate".utf8).write(to: URL(filePath: certificate))
        served.reread(logger: ServerFixture.logger)
        #expect(served.version == 2)
    }

    @Test("What cannot be used is told by the file's name, without its content")
    func mistakes() throws {
        let folder = try TemporaryFolder()
        let one = try folder.certificate("one.example")
        let other = try folder.certificate("other.example")
        let text = folder.path("text")
        try Data("no certificate and no key".utf8).write(to: URL(filePath: text))
        for (certificate, key, words) in [
            (text, one.key, "\(text) holds no certificate in PEM"),
            (one.certificate, text, "\(text) holds no key in PEM"),
            (folder.path("none"), one.key, "none cannot be read"),
            (one.certificate, other.key, "is not that of the first certificate"),
        ] {
            let error = #expect(throws: CrewError.self) {
                try ServedCertificate(certificate: certificate, key: key)
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test("A connection that agrees on no cipher is closed in time")
    func silence() async throws {
        let folder = try TemporaryFolder()
        let one = try folder.certificate("one.example")
        var fixture = ServerFixture([])
        fixture.options.certificate = try ServedCertificate(
            certificate: one.certificate, key: one.key)
        fixture.options.connections.headTime = .milliseconds(20)
        try await fixture.serve(.live) { client, _ in
            let silent = try await RawClient(try #require(client.port))
            #expect(await silent.readAll().isEmpty)
            try? await silent.leave()  // it is closed
        }
    }
}
