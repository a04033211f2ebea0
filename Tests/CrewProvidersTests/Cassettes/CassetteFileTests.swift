import CrewKit
import Foundation
import Testing

@testable import CrewProviders

@Suite("Files of cassettes", .timeLimit(.minutes(2)))
struct CassetteFileTests {
    private static func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("A key that arrives in pieces is in none of them; other pieces stay as they came")
    func splitKey() throws {
        let pieces: [ModelProgress] = [
            .text("first "), .text("try sk-a"),
            .retrying(attempt: 1, after: .zero, reason: .modelStreamCut),
            .reasoning("hm sk-pro"), .text("It is "), .reasoning("j-abcdefghijklmnop1"),
            .text("opensesa"), .text("me, no"), .text(" more"),
        ]
        let entry = CassetteEntry(
            CanonicalRequest(value: [:]), by: "m",
            pieces.enumerated().map { .init(milliseconds: $0.offset, progress: $0.element) },
            .cancelled, milliseconds: 9)
        let line = String(
            decoding: try entry.line(SecretRedaction([Secret("opensesame")])), as: UTF8.self)
        let read = try #require(try CassetteEntry(try JSONValue(parsing: line)))
        #expect(
            read.pieces.map(\.progress) == [
                .text("first "), .text("try sk-a"),
                .retrying(attempt: 1, after: .zero, reason: .modelStreamCut),
                .reasoning("hm <redacted>"), .text("It is <redacted>, no more"),
            ])
        #expect(read.pieces.map(\.milliseconds) == [0, 1, 2, 3, 4])
    }

    @Test(
        "Keys, tokens, passwords and private keys are taken out, ordinary words stay",
        arguments: [
            ("a sk-abcdefghijklmnop b", "a <redacted> b"),
            ("Authorization: Bearer abcdefghijklmnopqrst", "Authorization: Bearer <redacted>"),
            ("Basic QWxhZGRpbjpvcGVuc2VzYW1l", "Basic <redacted>"),
            ("basic responsibilities of all", "basic responsibilities of all"),
            ("https://me:hunter22@example.com/x", "https://me:<redacted>@example.com/x"),
            (
                "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY-----\ny "
                    + "ghp_abcdefghijklmnop",
                "x\n<redacted>\ny <redacted>"
            ),
            ("-----BEGIN PRIVATE KEY-----\nMIIE", "<redacted>"),
            ("-----BEGIN CERTIFICATE-----\nMIIE", "-----BEGIN CERTIFICATE-----\nMIIE"),
        ])
    func redaction(_ text: String, _ expected: String) {
        #expect(SecretRedaction().redacted(text) == expected)
    }

    @Test("A cassette is its owner's from the first moment, and so is one in another file's place")
    func permissions() throws {
        let folder = try CassetteFolder()
        _ = try CassetteRecorder(creating: folder.file)
        #expect(try Self.permissions(folder.file) == 0o600)
        let before = try FileHandle(forReadingFrom: URL(filePath: folder.file))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.file)
        let header = try before.readToEnd()
        _ = try CassetteRecorder(creating: folder.file, replaces: true).record(
            CassetteEntry(
                CanonicalRequest(value: [:]), by: "m", [], .cancelled, milliseconds: 0))
        #expect(try Self.permissions(folder.file) == 0o600)
        #expect(try folder.lines().count == 2)
        // Whoever had the old file open sees nothing of the new one.
        try before.seek(toOffset: 0)
        #expect(try before.readToEnd() == header)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test("A link in a cassette's place is not followed")
    func links() throws {
        let folder = try CassetteFolder()
        let target = folder.path + "/precious"
        try Data("mine".utf8).write(to: URL(filePath: target))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file, withDestinationPath: target)
        let path = folder.file
        let error = #expect(throws: CrewError.self) { try CassetteRecorder(creating: path) }
        #expect(error?.code == .conflict)
        _ = try CassetteRecorder(creating: folder.file, replaces: true)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
        #expect(try folder.lines().count == 1)
    }

    @Test("A pipe is neither read nor replaced, and a file without measure is not read")
    func oddFiles() throws {
        let folder = try CassetteFolder()
        let path = folder.file
        #expect(mkfifo(path, 0o600) == 0)
        for path in [path, folder.path] {
            let error = #expect(throws: CrewError.self) { try CassettePlayer(reading: path) }
            #expect(error?.code == .invalidInput)
            #expect(error?.message.contains("no ordinary file") == true)
            let refused = #expect(throws: CrewError.self) {
                try CassetteRecorder(creating: path, replaces: true)
            }
            #expect(refused?.code == .storeFailed)
        }
        let large = folder.path + "/large.cassette"
        try Data("{\"cassette\":1}\n".utf8).write(to: URL(filePath: large))
        // A hole takes no room on the disk.
        try FileHandle(forUpdating: URL(filePath: large))
            .truncate(atOffset: UInt64(CassetteFile.mostBytes) + 1)
        let error = #expect(throws: CrewError.self) { try CassettePlayer(reading: large) }
        #expect(error?.message.contains("larger than") == true)
    }
}
