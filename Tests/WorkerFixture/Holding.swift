import CrewKit
import CrewTools

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A server with workers that never ends by itself.
enum Holding {
    static func run() async throws {
        try await withToolWorkers(FixtureTools.all, toolTimeout: .seconds(3600)) { tools in
            print("holding")
        }
    }
}
