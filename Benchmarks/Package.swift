// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that nobody who uses the library builds it.
let package = Package(
    name: "swift-crew-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-crew", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.11.0"),
    ],
    targets: [
        .executableTarget(
            name: "crew-bench-worker",
            dependencies: [
                .product(name: "CrewKit", package: "swift-crew"),
                .product(name: "CrewProviders", package: "swift-crew"),
                .product(name: "CrewServer", package: "swift-crew"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "crew-bench-models",
            dependencies: [
                .product(name: "CrewKit", package: "swift-crew"),
                .product(name: "CrewProviders", package: "swift-crew"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "crew-bench-tools",
            dependencies: [
                .product(name: "CrewKit", package: "swift-crew"),
                .product(name: "CrewTools", package: "swift-crew"),
            ]),
        .executableTarget(
            name: "crew-bench-check",
            dependencies: [
                .product(name: "CrewKit", package: "swift-crew"),
                .product(name: "CrewConfig", package: "swift-crew"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .executableTarget(
            name: "crew-bench-store",
            dependencies: [
                .product(name: "CrewKit", package: "swift-crew"),
                .product(name: "CrewStore", package: "swift-crew"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
