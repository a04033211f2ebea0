// swift-tools-version: 6.2
import PackageDescription

/// One list for every target: what is allowed in one room is allowed in all.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // A misspelt feature name above would otherwise be ignored in silence.
    .treatWarning("StrictLanguageFeatures", as: .error),
]

let nio = "swift-nio"

let package = Package(
    name: "swift-crew",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "CrewKit", targets: ["CrewKit"]),
        .library(name: "CrewConfig", targets: ["CrewConfig"]),
        .library(name: "CrewProviders", targets: ["CrewProviders"]),
        .library(name: "CrewTools", targets: ["CrewTools"]),
        .library(name: "CrewStore", targets: ["CrewStore"]),
        .library(name: "CrewServer", targets: ["CrewServer"]),
        .library(name: "CrewTesting", targets: ["CrewTesting"]),
        .executable(name: "crew", targets: ["crew"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.36.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        // Its default trait pulls in a configuration reader that `crew` does not use.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0",
            traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.11.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0"),
    ],
    targets: [
        .target(name: "CrewKit", swiftSettings: strict),
        .target(
            name: "CrewConfig",
            dependencies: ["CrewKit", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(
            name: "CrewProviders",
            dependencies: [
                "CrewKit",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
            ],
            swiftSettings: strict),
        // In C: the system calls that Swift cannot make.
        .target(name: "CrewProcess"),
        .target(
            name: "CrewTools",
            dependencies: [
                "CrewKit", "CrewProcess",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .target(
            name: "CrewStore",
            dependencies: ["CrewKit", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        .target(
            name: "CrewServer",
            dependencies: [
                "CrewKit",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOTLS", package: nio),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Page/index.html")],
            swiftSettings: strict),
        .target(name: "CrewTesting", dependencies: ["CrewKit"], swiftSettings: strict),
        .executableTarget(
            name: "crew",
            dependencies: [
                "CrewKit", "CrewConfig", "CrewProcess", "CrewProviders", "CrewTools", "CrewServer",
                "CrewStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("LocalModel/start.sh"), .embedInCode("LocalModel/serve.py"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CrewKitTests", dependencies: ["CrewKit", "CrewTesting"], swiftSettings: strict),
        .testTarget(
            name: "CrewConfigTests", dependencies: ["CrewConfig", "CrewKit", "CrewTesting"],
            exclude: ["Mistakes", "Originals"],
            swiftSettings: strict),
        .testTarget(
            name: "CrewProvidersTests",
            dependencies: [
                "CrewProviders", "CrewKit", "CrewTesting",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        // A program with deadly tools, run as a server and as its workers.
        .executableTarget(
            name: "crew-worker-fixture",
            dependencies: [
                "CrewTools", "CrewKit", "CrewServer",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/WorkerFixture",
            swiftSettings: strict),
        .testTarget(
            name: "CrewToolsTests",
            dependencies: [
                "CrewTools", "CrewKit", "CrewTesting", "crew-worker-fixture",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["MCP/Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "CrewStoreTests",
            dependencies: [
                "CrewStore", "CrewKit", "CrewTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "CrewServerTests",
            dependencies: [
                "CrewServer", "CrewKit", "CrewTesting",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CrewCommandTests",
            dependencies: [
                "crew", "CrewKit", "CrewConfig", "CrewProviders", "CrewServer", "CrewStore",
                "CrewTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOFoundationCompat", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Cassettes", "Mistakes"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
