import CrewConfig
import CrewKit
import Foundation
import Yams

/// How long `check` of a large crew takes beside plain parsing of the same files, and what it keeps.
///
/// Usage: crew-bench-check [AGENTS] [ROUNDS]
@main
struct CheckBench {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let agents = arguments.first ?? 200
        let rounds = arguments.dropFirst().first ?? 30
        let crew = try LargeCrew(agents: agents)
        var checks: [Double] = []
        var parses: [Double] = []
        var problems = 0
        var before = 0
        for round in 0..<rounds {
            // What allocators keep for the next round is no growth.
            if round == rounds / 3 { before = residentKilobytes() }
            parses.append(try milliseconds { try parse(crew.files) })
            checks.append(try milliseconds { problems = try check(crew.folder) })
        }
        let growth = residentKilobytes() - before
        try crew.remove()
        let checkTime = median(checks)
        let parseTime = median(parses)
        print(
            """
            {"agents":\(agents),"rounds":\(rounds),"problems":\(problems),\
            "check_ms":\(rounded(checkTime)),"yams_ms":\(rounded(parseTime)),\
            "ratio":\(rounded(checkTime / parseTime)),"resident_kb":\(residentKilobytes()),\
            "growth_kb":\(growth)}
            """)
    }

    private static func check(_ folder: String) throws -> Int {
        try CrewFolder.read(folder, environment: [:]).problems(tools: [])
            .count { $0.severity > .note }
    }

    /// What anybody who reads such files has to do at least.
    private static func parse(_ files: [String]) throws {
        for file in files {
            _ = try Yams.compose(yaml: String(contentsOfFile: file, encoding: .utf8))
        }
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let time = try clock.measure { try body() }
        return time / .milliseconds(1)
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func residentKilobytes() -> Int {
        // Absent where there is no /proc: then only times are measured.
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
