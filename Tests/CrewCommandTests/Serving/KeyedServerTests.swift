import CrewKit
import Foundation
import Subprocess
import SystemPackage
import Testing

/// `crew serve` with keys and with TLS, asked by curl.
@Suite("A server with keys and a certificate", .timeLimit(.minutes(2)))
struct KeyedServerTests {
    private static func curl(_ arguments: String...) async throws -> (code: Int, output: String) {
        let result = try await Subprocess.run(
            .name("curl"), arguments: Arguments(["--silent", "--max-time", "60"] + arguments),
            output: .string(limit: 1 << 20), error: .discarded)
        guard case .exited(let code) = result.terminationStatus else { return (-1, "") }
        return (Int(code), result.standardOutput)
    }

    /// A certificate of this machine's openssl that vouches for itself.
    private static func makeCertificate(_ name: String, in folder: URL) async throws {
        let made = try await Subprocess.run(
            .name("openssl"),
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", folder.appending(path: "key").path,
                "-out", folder.appending(path: "certificate").path,
            ], output: .discarded, error: .discarded)
        #expect(made.terminationStatus.isSuccess, "openssl makes certificates")
    }

    @Test("Another address without keys is refused with what to do")
    func refusal() async throws {
        let crew = try Product.crew(script: "rules: [{reply: x}]")
        for host in ["0.0.0.0", "::"] {
            let ended = try await Product.run(
                "serve", crew, "--port", "0", "--store", "memory", "--host", host)
            #expect(ended.code != 0 && ended.errors.contains("crew keys new"), "\(ended.errors)")
        }
        let half = try await Product.run("serve", crew, "--tls-key", "k")
        #expect(half.code == 64 && half.errors.contains("are given together"))
    }

    @Test("A key that is made opens the server at once; one that is taken out closes it")
    func keys() async throws {
        let folder = try Product.temporaryFolder()
        let file = folder.appending(path: "keys.txt").path
        @Sendable func make(_ name: String) async throws -> String {
            let made = try await Product.run(
                "keys", "new", "--name", name, "--scope", "run,read", "--tenant", "acme",
                "--file", file)
            #expect(made.code == 0, "\(made.errors)")
            return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let first = try await make("first")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
        #expect(try !String(contentsOfFile: file, encoding: .utf8).contains(first))
        let crew = try Product.crew(script: "rules: [{reply: x}]")
        try await ServedCrew.serving(
            URL(filePath: crew), "--store", "memory", "--keys", file, "--host", "0.0.0.0"
        ) { served in
            let port = try #require(served.address.split(separator: ":").last)
            let runs = "http://127.0.0.1:\(port)/v1/runs"
            func status(_ key: String) async throws -> String {
                try await Self.curl(
                    "-o", "/dev/null", "-w", "%{http_code}", "-H", "Authorization: Bearer \(key)",
                    runs
                ).output
            }
            #expect(try await status("x") == "401")
            #expect(try await status(first) == "200")
            let second = try await make("second")
            while try await status(second) != "200" { await Task.yield() }
            #expect(try await status(first) == "200")
            let lines = try String(contentsOfFile: file, encoding: .utf8)
            let rest = lines.split(separator: "\n").filter { !$0.hasPrefix("first") }
            try Data((rest.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: file))
            kill(served.process, SIGHUP)
            while try await status(first) != "401" { await Task.yield() }
            #expect(try await status(second) == "200")
            #expect(try served.log.contains("unencrypted"))
        }
        let list = try await Product.run("keys", "list", "--file", file)
        #expect(list.output.hasPrefix("second  ") && list.output.contains("tenant=acme"))
    }

    @Test(
        "A file of keys that a group reads stays so, and is no fault; one for all is, with what to do"
    )
    func keysOfAGroup() async throws {
        let folder = try Product.temporaryFolder()
        for (mode, isOpen) in [(0o640, false), (0o644, true), (0o660, true)] {
            let file = folder.appending(path: "keys-\(mode)").path
            try Data().write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
            let made = try await Product.run(
                "keys", "new", "--name", "a", "--scope", "read", "--file", file)
            #expect(made.code == 0, "\(made.errors)")
            let now = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
            #expect((now as? NSNumber)?.intValue == mode)
            let checked = try await Product.run("keys", "check", "--file", file)
            #expect(checked.output.contains("'chmod o-rwx,g-w' ends that") == isOpen)
        }
    }

    @Test("HTTP/2 and HTTP/1.1 over TLS, streams too, with a certificate that may change")
    func certificate() async throws {
        let folder = try Product.temporaryFolder()
        try await Self.makeCertificate("one", in: folder)
        let crew = try Product.crew(script: "rules: [{reply: x}]")
        let authority = folder.appending(path: "certificate").path
        try await ServedCrew.serving(
            URL(filePath: crew), "--store", "memory", "--tls-certificate", authority,
            "--tls-key", folder.appending(path: "key").path
        ) { served in
            #expect(served.address.hasPrefix("https://127.0.0.1:"))
            func ask(_ arguments: String..., path: String) async throws -> (Int, String) {
                let result = try await Subprocess.run(
                    .name("curl"),
                    arguments: Arguments(
                        ["-sS", "--max-time", "30", "--cacert", authority] + arguments
                            + [served.address + path]),
                    output: .string(limit: 1 << 20), error: .discarded)
                guard case .exited(let code) = result.terminationStatus else { return (-1, "") }
                return (Int(code), result.standardOutput)
            }
            for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
                let health = try await ask(
                    flag, "-o", "/dev/null", "-w", "%{http_version} %{http_code}", path: "/health")
                #expect(health == (0, "\(version) 200"))
                let stream = try await ask(
                    flag, "-N", "-i", "-d", #"{"query": "hi"}"#, path: "/api/crew/stream")
                #expect(stream.0 == 0 && stream.1.contains(#""type":"done""#), "\(stream)")
                let head = stream.1.lowercased()
                #expect(head.contains("connection: close") == (version == "1.1"))
                #expect(head.contains("strict-transport-security: max-age="))
                #expect(head.contains("x-content-type-options: nosniff"))
            }
            #expect(try await ask("--tls-max", "1.1", path: "/health").0 != 0)
            #expect(try await ask("--tls-max", "1.2", path: "/health").0 == 0)

            // The old one goes on until both files belong together.
            try await Self.makeCertificate("two", in: folder)
            kill(served.process, SIGHUP)
            while try await ask("-o", "/dev/null", path: "/health").0 != 0 { await Task.yield() }
            try Data("nothing".utf8).write(to: folder.appending(path: "key"))
            while try !served.log.contains("the old one goes on") { await Task.yield() }
            #expect(try await ask("-o", "/dev/null", path: "/health").0 == 0)
        }
    }
}
