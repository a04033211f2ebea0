import CrewKit
import Foundation
import Testing

@testable import CrewServer

@Suite("Keys")
struct KeyTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("A line says who a secret is, and nobody else is let in")
    func reading() throws {
        let text = """
            # who
            \(TestKeys.line("ci", [.run, .read], tenant: "acme"))   # the machine

            \(TestKeys.line("me", [.admin]))
            """
        let ring = try KeyRing(file: (text, "keys.txt"))
        let key = try #require(ring.key(of: TestKeys.secret("ci"), at: now))
        #expect(key.caller.key == "ci" && key.caller.tenant == "acme")
        #expect(key.caller.scopes == [.run, .read])
        #expect(ring.key(of: TestKeys.secret("me"), at: now)?.scopes == [.admin])
        for wrong in ["", "crew_", TestKeys.secret("ci") + "x", TestKeys.secret("you")] {
            #expect(ring.key(of: wrong, at: now) == nil)
        }
        let digest = try #require(text.split(separator: " ").first { $0.hasPrefix("sha256:") })
        #expect(ring.key(of: digest, at: now) == nil)
    }

    @Test("A key counts through its last day")
    func lastDay() throws {
        let ring = try KeyRing(
            environment: TestKeys.line("a", [.run], until: "2027-01-15") + ";"
                + TestKeys.line("b", [.run], until: "2027-01-14"))
        // 2027-01-15T08:00:00Z
        #expect(ring.key(of: TestKeys.secret("a"), at: now) != nil)
        #expect(ring.key(of: TestKeys.secret("b"), at: now) == nil)
        #expect(ring.key(of: TestKeys.secret("a"), at: now + 16 * 3_600 - 1) != nil)
        #expect(ring.key(of: TestKeys.secret("a"), at: now + 16 * 3_600) == nil)
    }

    @Test("Two keys may have one name, two lines not one key")
    func twice() throws {
        let one = TestKeys.line("ci", [.run])
        let other = AccessKey.line(
            name: "ci", secret: "other", scopes: ["run"], tenant: nil, until: nil)
        #expect(try KeyRing(environment: "\(one)\n\(other)").keys.count == 2)
        let error = #expect(throws: CrewError.self) { try KeyRing(environment: "\(one)\n\(one)") }
        #expect(error?.message.contains("CREW_KEYS:2: this key stands in line 1 too") == true)
    }

    @Test(
        "A mistake is told with its line and what to do, never with the secret",
        arguments: [
            ("ci crew_SECRET run", "keys.txt:2: the second word is 'sha256:'"),
            ("crew_SECRET sha256:00 run", "keys.txt:2: the first word is the key's name"),
            ("ci sha256:SECRET run", "crew keys new"),
            ("ci DIGEST rum", "did you mean 'run'?"), ("ci DIGEST", "the third word"),
            ("ci DIGEST tenant=a", "the third word"), ("ci DIGEST ,", "has a scope"),
            ("ci DIGEST run tenant=a/b", "the name of a tenant"),
            ("ci DIGEST run tenant=a tenant=b", "stands here twice"),
            ("ci DIGEST run until=soon", "until must be a day such as 2026-11-21"),
            ("ci DIGEST run until=2027-02-30", "until must be a day"),
            ("ci DIGEST run SECRET", "after the scopes come"),
            ("ci DIGEST crew_SECRET", "the scopes of a key are"),
        ])
    func mistakes(_ line: String, _ words: String) throws {
        let digest = "sha256:" + String(repeating: "0a", count: 32)
        let text = "# keys\n" + line.replacing("DIGEST", with: digest)
        let error = #expect(throws: CrewError.self) { try KeyRing(file: (text, "keys.txt")) }
        let message = error?.message ?? ""
        #expect(message.hasPrefix("keys.txt:2: "))
        #expect(message.contains(words), "\(message)")
        #expect(!message.contains("SECRET") && !message.contains(digest))
    }

    @Test("Keys are bounded, and their mistakes too")
    func bounds() throws {
        let many = (0...KeyRing.mostKeys).map { number in
            let digits = String(number, radix: 16)
            let digest = String(repeating: "0", count: 64 - digits.count) + digits
            return "k sha256:\(digest) run"
        }
        #expect(throws: CrewError.self) {
            try KeyRing(file: (many.joined(separator: "\n"), "f"))
        }
        let wrong = String(repeating: "x\n", count: 500)
        let error = #expect(throws: CrewError.self) { try KeyRing(file: (wrong, "f")) }
        #expect(error?.message.contains("and 480 further mistakes") == true)
        #expect(throws: CrewError.self) { try KeyRing(environment: " ; # nothing") }
    }

    @Test("A secret is made of all its bytes and can stand in a header")
    func secrets() {
        let secret = AccessKey.secret(of: [UInt8](repeating: 0xFF, count: 32))
        #expect(secret == "crew_" + String(repeating: "_", count: 42) + "8")
        #expect(AccessKey.secret(of: [UInt8](repeating: 0, count: 32)).count == 48)
    }

    @Test("A changed file is read again; one with mistakes changes nothing")
    func rotation() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // of the test only
        let file = folder.appending(path: "keys.txt")
        func write(_ text: String) throws {
            // In another file's place, as editors and secrets' mounts do it.
            try text.write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        func isKnown(_ name: String, _ keys: AccessKeys) -> Bool {
            (try? keys.caller("Bearer \(TestKeys.secret(name))", at: now)) != nil  // 401 is no
        }
        let logger = ServerFixture.logger
        try write(TestKeys.line("old", [.run]))
        let keys = try AccessKeys(file: file.path)
        #expect(!keys.isFileOpenToOthers && isKnown("old", keys))
        keys.rereadIfChanged(logger: logger)
        #expect(isKnown("old", keys))

        try write(TestKeys.line("old", [.run]) + "\n" + TestKeys.line("new", [.run]))
        #expect(!isKnown("new", keys))
        keys.rereadIfChanged(logger: logger)
        #expect(isKnown("old", keys) && isKnown("new", keys))

        for bad in ["new sha256:12 run", "", "\u{0}", String(repeating: "#", count: 1 << 21)] {
            try write(bad)
            keys.rereadIfChanged(logger: logger)
            #expect(isKnown("old", keys) && isKnown("new", keys))
        }
        try FileManager.default.removeItem(at: file)
        keys.rereadIfChanged(logger: logger)
        #expect(isKnown("old", keys))

        try write(TestKeys.line("new", [.run]))
        keys.reread(logger: logger)
        #expect(!isKnown("old", keys) && isKnown("new", keys))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        keys.rereadIfChanged(logger: logger)
        #expect(keys.isFileOpenToOthers)
    }
}
