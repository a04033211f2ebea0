import ArgumentParser
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks a server whether it lives, for images that hold no other program that could.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Asks a server whether it lives; exit code 0 when it says so, else 1.",
        discussion: """
            For the HEALTHCHECK of a container. /live tells whether the process answers, /ready whether \
            requests should be sent there; neither needs a key.
            """)

    @Argument(help: "What to ask; answered with 200 when all is well.")
    var address = "http://127.0.0.1:8080/live"

    @Option(help: ArgumentHelp("How long to wait for the answer.", valueName: "seconds"))
    var timeout = 3

    @Flag(
        help: "Takes any certificate: for a server on this machine, whose name is another one.")
    var insecure = false

    func validate() throws {
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw ValidationError("write the address as in http://127.0.0.1:8080/live")
        }
        guard (1...300).contains(timeout) else {
            throw ValidationError("--timeout has to be from 1 to 300")
        }
    }

    func run() async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        if insecure {
            configuration.tlsConfiguration = .makeClientConfiguration()
            configuration.tlsConfiguration?.certificateVerification = .none
        }
        let client = HTTPClient(configuration: configuration)
        let answer = await answer(of: client)
        try? await client.shutdown()  // the answer is what counts
        switch answer {
        case .success(let status) where status == 200: StandardStreams.show("ok\n")
        case .success(let status):
            throw CommandFailure("error: \(address) answers \(status)")
        case .failure(let error) where "\(error)".contains("CERTIFICATE_VERIFY_FAILED"):
            throw CommandFailure(
                "error: the certificate of \(address) is not one that this machine trusts "
                    + "(--insecure takes any)")
        case .failure(let error):
            throw CommandFailure("error: \(address) does not answer: \(error)")
        }
    }

    private func answer(of client: HTTPClient) async -> Result<UInt, any Error> {
        do {
            let response = try await client.execute(
                HTTPClientRequest(url: address), timeout: .seconds(Int64(timeout)))
            return .success(response.status.code)
        } catch {
            return .failure(error)
        }
    }
}
