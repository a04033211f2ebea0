import Foundation
import Testing

/// What systemd hears of a server, with a socket of ours in its place.
@Suite("A service of systemd", .timeLimit(.minutes(2)))
struct SystemdTests {
    @Test("It says when it is ready, that it lives, and that it ends", arguments: [false, true])
    func notices(isAbstract: Bool) async throws {
        let crew = try KeptCrew()
        let folder = try Product.temporaryFolder()
        let name = isAbstract ? "@crew-test-\(UUID())" : folder.appending(path: "notify").path
        let socket = try DatagramSocket(name)
        let environment = ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "100000"]
        let code = try await ServingProcess.serving(crew.folder, environment: environment) {
            server in
            await socket.wait(for: "READY=1")
            await socket.wait(for: "WATCHDOG=1")
            server.send(SIGTERM)
            await socket.wait(for: "STOPPING=1")
        }
        #expect(code == 0)
    }
}

/// Receives what is sent to a name.
private final class DatagramSocket: Sendable {
    private let descriptor: Int32

    init(_ name: String) throws {
        #if os(Linux)
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        #else
            descriptor = socket(AF_UNIX, SOCK_DGRAM, 0)
        #endif
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(start + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0, "\(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// Reads until such a line has come; the test's time limit is the bound.
    func wait(for line: String) async {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        while !Task.isCancelled {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else {
                await Task.yield()
                continue
            }
            let text = String(decoding: buffer.prefix(count), as: UTF8.self)
            if text.split(separator: "\n").contains(Substring(line)) { return }
        }
    }
}
