import ArgumentParser
import CrewServer
import Logging
import ServiceLifecycle
import UnixSignals

/// Who may use a server, and how its connections are encrypted.
struct AccessOptions: ParsableArguments {
    @Option(
        name: .customLong("keys"),
        help: ArgumentHelp(
            "A file with a key a line, made by 'crew keys new'; needed where others reach the server.",
            discussion: """
                Such lines in CREW_KEYS count too, parted by newlines or semicolons. The file is read \
                again when it changes and at SIGHUP; a file with mistakes changes nothing.
                """,
            valueName: "file"),
        completion: .file())
    var keys: String?

    @Option(
        name: .customLong("tls-certificate"),
        help: ArgumentHelp(
            "A PEM file with the server's certificate and those that vouch for it: speaks TLS, and "
                + "HTTP/2 for who can. Read again when it changes and at SIGHUP.",
            valueName: "file"),
        completion: .file())
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("A PEM file with the certificate's key.", valueName: "file"),
        completion: .file())
    var certificateKey: String?

    @Option(
        name: .customLong("allow-origin"),
        help: ArgumentHelp(
            "A site whose pages may use this server, such as https://app.example.com.",
            valueName: "url"))
    var allowedOrigins: [String] = []

    func validate() throws {
        guard (certificate == nil) == (certificateKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key are given together")
        }
    }

    /// Puts it into the server's options, and says what deserves a look.
    ///
    /// - Throws: `invalidInput` for keys or a certificate that cannot be used.
    func fill(
        _ options: inout ServerOptions, environment: [String: String], logger: Logger
    ) throws {
        let lines = environment["CREW_KEYS"].flatMap { $0.isEmpty ? nil : $0 }
        if keys != nil || lines != nil {
            options.keys = try AccessKeys(file: keys, environment: lines)
        }
        if let certificate, let certificateKey {
            options.certificate = try ServedCertificate(
                certificate: certificate, key: certificateKey)
        }
        options.allowedOrigins = Set(
            allowedOrigins.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 })
        let exposed = [
            options.keys?.isFileOpenToOthers == true ? keys : nil,
            options.certificate?.isKeyOpenToOthers == true ? certificateKey : nil,
        ]
        for file in exposed.compactMap({ $0 }) {
            logger.warning("others may read or change \(file): 'chmod o-rwx,g-w' ends that")
        }
        if options.keys != nil, options.certificate == nil, !options.listensOnLoopback {
            logger.warning(
                "keys and runs travel unencrypted to \(options.host): give --tls-certificate and --tls-key, or put a proxy with TLS before 127.0.0.1"
            )
        }
    }
}

/// Reads the keys and the certificate again when somebody asks for it with SIGHUP.
struct RereadOnHangup: Service {
    let options: ServerOptions
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { options.rereadFiles(logger: logger) }
        // Nothing else ends because of this.
        try? await gracefulShutdown()  // also when it is cancelled
    }
}
