import CrewKit
import CrewTesting
import Testing

@testable import CrewTools

@Suite("HTTP tool and whom it may ask")
struct HTTPReachTests {
    private func failure(
        _ url: String, lookUp: @escaping HTTPRoute.LookUp = HTTPRoute.systemLookUp,
        change: (inout HTTPTemplate) -> Void = { _ in }
    ) async throws -> ToolFailure? {
        try await HTTPToolConnections.with { connections in
            try await HTTPTool.test(url, connections, lookUp: lookUp) {
                $1.allowsPrivateAddresses = false
                change(&$1)
            }.result().failure
        }
    }

    @Test(
        "No spelling of an address of this machine or a private network is asked",
        arguments: [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "10.1.2.3",
            "192.168.1.1", "172.31.255.255", "169.254.169.254", "100.64.0.1", "168.63.129.16",
            "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[fd00::1]",
            "[64:ff9b::10.0.0.1]", "[2002:7f00:1::1]", "[::127.0.0.1]", "localhost",
            "255.255.255.255", "224.0.0.1",
        ])
    func privateAddresses(host: String) async throws {
        let failure = try await failure("http://\(host):1/")
        #expect(failure?.kind == .permission)
        #expect(failure?.isWithoutEffect == true)
    }

    @Test(
        "Public addresses are told from special ones at their borders",
        arguments: [
            ("9.255.255.255", true), ("10.0.0.0", false), ("11.0.0.0", true),
            ("172.15.255.255", true), ("172.16.0.0", false), ("172.32.0.0", true),
            ("100.63.255.255", true), ("100.127.255.255", false), ("100.128.0.0", true),
            ("198.17.255.255", true), ("198.19.0.0", false), ("223.255.255.255", true),
            ("224.0.0.0", false), ("2606:4700::1111", true), ("2001:4860:4860::8888", true),
            ("2001:db8::1", false), ("2001:1ff::1", false), ("2001:200::1", true),
            ("::ffff:8.8.8.8", true), ("64:ff9b::8.8.8.8", true), ("4000::1", false),
            ("ff02::1", false), ("1fff::1", false),
        ])
    func borders(text: String, isPublic: Bool) throws {
        let address = try #require(try NetworkAddress.lookUp(text).first)
        #expect(address.isPublic == isPublic)
    }

    @Test("A name with one private address among public ones is not asked")
    func mixed() async throws {
        let failure = try await failure("http://example.test/") { _ in
            try NetworkAddress.lookUp("8.8.8.8") + NetworkAddress.lookUp("10.0.0.1")
        }
        #expect(failure?.kind == .permission)
    }

    @Test("The connection goes to the address that was checked, and the server reads the name")
    func checkedAddress() async throws {
        try await LoopbackServer.run(.init { _ in .response("200 OK", "here", type: "text/plain") })
        {
            server in
            try await HTTPToolConnections.with { connections in
                // Nobody else can resolve this name.
                let tool = try HTTPTool.test(
                    "http://Example.invalid:\(server.port)/x", connections,
                    lookUp: { _ in try NetworkAddress.lookUp("127.0.0.1") })
                #expect(await tool.result().text == "here")
                #expect(await tool.result().text == "here")
                let request = server.requests.last ?? ""
                #expect(request.lowercased().contains("host: example.invalid:\(server.port)\r\n"))
            }
        }
    }

    @Test("An unknown host fails the call before anything was done")
    func unknown() async throws {
        let failure = try await failure("http://example.test/") { _ in
            throw CrewError(.toolFailed, "no such name")
        }
        #expect(failure?.message.contains("'example.test' is not known") == true)
        #expect(failure?.isWithoutEffect == true)
    }

    @Test("Redirects are followed within their bound, and carry the headers of their server only")
    func redirects() async throws {
        try await LoopbackServer.run(
            .init { request in
                if request.hasPrefix("POST /start") {
                    return .response("303 See Other", headers: ["location: /second?x=1"])
                }
                if request.hasPrefix("GET /second") {
                    let port = request.split(separator: "host: 127.0.0.1:")[1].prefix {
                        $0.isNumber
                    }
                    return .response(
                        "302 Found", headers: ["location: http://localhost:\(port)/third"])
                }
                if request.hasPrefix("GET /loop") {
                    return .response("307 Temporary Redirect", headers: ["location: loop"])
                }
                return .response("200 OK", "end", type: "text/plain")
            }
        ) { server in
            try await HTTPToolConnections.with { connections in
                let tool = try HTTPTool.test(
                    server.url + "/start", connections,
                    change: {
                        $1.method = "POST"
                        $1.body = ["a": 1]
                        $1.headers = ["X-Secret": "s"]
                        $1.allowedHosts = ["127.0.0.1", "LOCALHOST"]
                    })
                #expect(await tool.result().text == "end")
                let requests = server.requests
                try #require(requests.count == 3)
                #expect(requests[1].contains("X-Secret: s\r\n"))
                #expect(!requests[1].lowercased().contains("content-"))
                #expect(requests[2].hasPrefix("GET /third "))
                #expect(!requests[2].contains("X-Secret"))
                #expect(!requests[2].contains("Idempotency-Key"))
                let loop = try HTTPTool.test(server.url + "/loop", connections)
                let failure = await loop.result().failure
                #expect(failure?.message == "'127.0.0.1' redirects more than 3 times")
                #expect(server.requests.count == 3 + 4)
            }
        }
    }

    @Test(
        "A redirect leads to no other host, to no private address and to no file",
        arguments: [
            "http://other.test/", "http://localhost:1/", "file:///etc/passwd", "//10.0.0.1/",
            "http://127.0.0.1@other.test/", "javascript:x", "http://[::1]/",
        ])
    func strayRedirects(location: String) async throws {
        try await LoopbackServer.run(
            .init { _ in
                .response("302 Found", headers: ["location: \(location)"])
            }
        ) { server in
            try await HTTPToolConnections.with { connections in
                let failure = try await HTTPTool.test(server.url, connections).result().failure
                #expect(failure?.kind == .permission)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("No more routes are kept than allowed, and calls beyond them succeed")
    func routes() async throws {
        try await LoopbackServer.run(.init { _ in .response("200 OK", "x", type: "text/plain") }) {
            server in
            try await HTTPToolConnections.with(limit: 2) { connections in
                try await withThrowingTaskGroup(of: String?.self) { group in
                    for number in 0..<20 {
                        group.addTask {
                            try await HTTPTool.test(
                                "http://h\(number).invalid:\(server.port)/", connections,
                                lookUp: { _ in try NetworkAddress.lookUp("127.0.0.1") }
                            ).result().text
                        }
                    }
                    for try await text in group { #expect(text == "x") }
                }
            }
            #expect(server.requests.count == 20)
        }
    }

    @Test(
        "A request that cannot work is refused when it is made",
        arguments: [
            ("ftp://a/", "must begin with http"), ("http://", "must begin with http"),
            ("http://{{p}}/", "must begin with http"), ("http://u:p@a/", "must begin with http"),
            ("http://a/{{x}}", "is no parameter of it"), ("http://a/{{p", "never closes"),
            ("/relative", "must begin with http"),
        ])
    func definitions(url: String, problem: String) {
        let error = #expect(throws: CrewError.self) {
            try HTTPTool.test(url, HTTPToolConnections())
        }
        #expect(error?.code == .invalidDefinition)
        #expect(error?.message.contains(problem) == true)
    }

    @Test("Headers, methods, answers and hosts that cannot work are refused too")
    func moreDefinitions() {
        func problem(_ change: @escaping (inout HTTPTemplate) -> Void) -> String {
            let error = #expect(throws: CrewError.self) {
                try HTTPTool.test("http://a/", HTTPToolConnections(), change: { change(&$1) })
            }
            return error?.message ?? ""
        }
        #expect(problem { $0.headers = ["Host": "b"] }.contains("'Host' is no header"))
        #expect(problem { $0.headers = ["a b": ""] }.contains("'a b' is no header"))
        #expect(problem { $0.idempotencyHeader = "Content-Length" }.contains("is no header"))
        #expect(problem { $0.method = "GET /" }.contains("is no method"))
        #expect(problem { $0.allowedHosts = ["b"] }.contains("'a' is not among its allowed hosts"))
        for path in ["", "a..b", "a[x]", "a[0", "[", "a[0]b", "a[-1]"] {
            #expect(problem { $0.answer = path }.contains("cannot be read"), "\(path)")
        }
    }
}
