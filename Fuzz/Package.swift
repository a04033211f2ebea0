// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the library builds it: its programs have no `main` but
// libFuzzer's. `Sources/CrewKit` is a link to the kernel, which is built again here, with the
// fuzzer's counters and with its package members in reach.
//
//     swift build --package-path Fuzz -c release --sanitize=fuzzer --product fuzz-text-calls
//     SWIFT_BACKTRACE=enable=no Fuzz/.build/release/fuzz-text-calls -max_total_time=60 -timeout=5 \
//         /tmp/found Fuzz/Seeds/text-calls

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "swift-crew-fuzz",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CrewKit", swiftSettings: strict),
        .executableTarget(
            name: "fuzz-text-calls", dependencies: ["CrewKit"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
