import CrewConfig
import CrewKit
import Testing

@Suite("Keys about waiting for a person")
struct WaitingKeyTests {
    private static func settings(_ lines: String) throws -> CrewFiles {
        try CrewFiles(oneAgent(crew: "settings:\n" + lines))
    }

    @Test("Without them a call waits thirty days and is refused, and a pause ends the run")
    func defaults() throws {
        let settings = try CrewFiles(oneAgent()).load().definition.settings
        #expect(settings.approvalTimeout == .seconds(2_592_000))
        #expect(settings.approvalDefault == .refuse)
        #expect(settings.pauseTimeout == .seconds(2_592_000))
        #expect(settings.pauseAnswer == nil)
    }

    @Test("They are read as they are written")
    func written() throws {
        let folder = try Self.settings(
            """
              approval_timeout_seconds: 90
              approval_default: approve
              pause_timeout_seconds: 0.5
              pause_answer: go on
            """)
        #expect(try folder.problems() == [])
        let settings = try folder.load().definition.settings
        #expect(settings.approvalTimeout == .seconds(90))
        #expect(settings.approvalDefault == .approve)
        #expect(settings.pauseTimeout == .milliseconds(500))
        #expect(settings.pauseAnswer == "go on")
    }

    @Test("Zero seconds mean never, in both modes", arguments: ["", StrictModeTests.settings()])
    func never(strict: String) throws {
        let zeros = "  approval_timeout_seconds: 0\n  pause_timeout_seconds: 0\n"
        let crew = strict.isEmpty ? "settings:\n" + zeros : strict + zeros
        let folder = try CrewFiles(oneAgent("role: r", crew: crew))
        #expect(try folder.problems() == [])
        let settings = try folder.load().definition.settings
        #expect(settings.approvalTimeout == nil)
        #expect(settings.pauseTimeout == nil)
    }

    static let mistakes = [
        ("  approval_timeout_seconds: -1", "crew.yaml:3:29: error out_of_range"),
        ("  pause_timeout_seconds: 2e9", "crew.yaml:3:26: error out_of_range"),
        ("  pause_timeout_seconds: soon", "crew.yaml:3:26: error wrong_type"),
        ("  approval_default: maybe", "crew.yaml:3:21: error unknown_value"),
        ("  pause_answer: x\n  pause_timeout_seconds: 0", "crew.yaml:3:17: warning no_effect"),
        (
            "  pause_answer: \(String(repeating: "x", count: 1_025))\n  max_input_size_kb: 1",
            "crew.yaml:3:17: error out_of_range"
        ),
    ]

    @Test("A mistake is told at its place", arguments: mistakes)
    func mistake(_ lines: String, _ expected: String) throws {
        #expect(try Self.settings(lines).problems() == [expected])
    }
}
