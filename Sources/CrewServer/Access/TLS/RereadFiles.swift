public import Logging
import ServiceLifecycle

/// Looks every second whether the files of the keys and of the certificate have changed.
struct RereadFiles: Service {
    let options: ServerOptions
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {  // the only error is that the server ends
            while true {
                try await options.clock.sleep(for: .seconds(1))
                options.keys?.rereadIfChanged(logger: logger)
                options.certificate?.rereadIfChanged(logger: logger)
            }
        }
    }
}

extension ServerOptions {
    /// What looks after the files, where there are any.
    func fileServices(logger: Logger) -> [any Service] {
        keys == nil && certificate == nil ? [] : [RereadFiles(options: self, logger: logger)]
    }

    /// Reads the files of the keys and of the certificate again, whether they have changed or not.
    public func rereadFiles(logger: Logger) {
        keys?.reread(logger: logger)
        certificate?.reread(logger: logger)
    }
}
