import ArgumentParser
import CrewKit
import CrewStore

/// How long ended runs are kept.
struct RetentionOptions: ParsableArguments {
    @Option(
        name: .customLong("keep-days"),
        help: "Days for which an ended run is kept; 0 means for ever. (default: 30)")
    var days: Int?

    @Option(
        name: .customLong("keep-runs"),
        help: "Ended runs that are kept; 0 means all. (default: 100000, in memory 1000)")
    var runs: Int?

    @Option(
        name: .customLong("keep-size"),
        help: ArgumentHelp(
            "Size of all ended runs above which the oldest are forgotten, as in 500M or 4G; "
                + "0 means no bound. (default: 4G)", valueName: "size"),
        transform: RetentionOptions.bytes)
    var size: Int?

    func validate() throws {
        for (name, value) in [("--keep-days", days), ("--keep-runs", runs)] {
            if let value, !(0...1_000_000_000).contains(value) {
                throw ValidationError("\(name) must be 0 to 1000000000")
            }
        }
    }

    /// The same, with what the crew's settings say where the command line says nothing.
    func filled(from settings: CrewSettings) -> RetentionOptions {
        var options = self
        options.runs = runs ?? settings.maxKeptRuns
        return options
    }

    /// What a file keeps.
    func policy() throws(CrewError) -> RetentionPolicy {
        let standard = RetentionPolicy.standard
        return try RetentionPolicy(
            maxAge: days.map { $0 == 0 ? nil : .seconds($0 * 86_400) } ?? standard.maxAge,
            maxRuns: runs.map { $0 == 0 ? nil : $0 } ?? standard.maxRuns,
            maxBytes: size.map { $0 == 0 ? nil : $0 } ?? standard.maxBytes)
    }

    /// What memory keeps.
    func memoryStore() throws -> InMemoryRunStore {
        guard days == nil, size == nil else {
            throw ValidationError("--keep-days and --keep-size are for runs in a file")
        }
        guard let runs else { return InMemoryRunStore() }
        return InMemoryRunStore(maximumRestingRuns: runs == 0 ? .max : runs)
    }

    /// A size such as `500M`: a whole number with K, M, G or T, which count by 1,024.
    static func bytes(_ text: String) throws -> Int {
        let units = ["K": 10, "M": 20, "G": 30, "T": 40]
        if text == "0" { return 0 }
        let unit = text.last.flatMap { units[$0.uppercased()] }
        guard let unit, let number = Int(text.dropLast()), (1...1_000_000).contains(number) else {
            throw ValidationError("write a whole number with K, M, G or T, as in 4G, or 0")
        }
        return number << unit
    }
}
