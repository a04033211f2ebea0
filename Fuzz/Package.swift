// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that nobody who uses the library builds it: a fuzz target links only
/// with its sanitizer. `Fuzz/run TARGET [SECONDS]` builds and runs one.
let crewKit = Target.Dependency.product(name: "CrewKit", package: "swift-crew")

let package = Package(
    name: "swift-crew-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-crew", path: "..")],
    targets: [
        .executableTarget(
            name: "fuzz-text-calls", dependencies: [crewKit],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
        .executableTarget(
            name: "fuzz-worker-frames",
            dependencies: [crewKit, .product(name: "CrewTools", package: "swift-crew")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
