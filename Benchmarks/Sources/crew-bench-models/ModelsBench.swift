import CrewKit
import CrewProviders
import Foundation

/// What stands between a run and its endpoint: the cost of finding what is kept of one, and a storm.
///
/// Usage: crew-bench-models hit
///        crew-bench-models storm [--without-limits] [--seed N]
@main
struct ModelsBench {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "hit": try await HitBench().measure()
        case "storm":
            var storm = Storm()
            storm.keepsLimits = !arguments.contains("--without-limits")
            if let flag = arguments.firstIndex(of: "--seed"), flag + 1 < arguments.endIndex {
                storm.seed = UInt64(arguments[flag + 1]) ?? storm.seed
            }
            try await storm.blow()
        default:
            FileHandle.standardError.write(
                Data("Usage: crew-bench-models hit | storm [--without-limits] [--seed N]\n".utf8))
            exit(2)
        }
    }
}

/// Lookups in the cache of endpoints, as every model call makes one.
struct HitBench {
    private let count = 5_000_000

    func measure() async throws {
        try await withModelEndpoints { endpoints in
            var gates: [EndpointGate.Source] = []
            for number in 0..<200 {
                let reference = ModelReference(
                    provider: "openai", model: "m", baseURL: "http://127.0.0.1:1/v1",
                    apiKey: Secret("key-\(number)"))
                if let gate = try await endpoints.choose(reference).link().gate {
                    gates.append(gate)
                }
            }
            _ = nanoseconds(gates)
            let known = gates.map { gate in
                let gate = gate()
                return { gate } as EndpointGate.Source
            }
            print("the measuring itself:   \(nanoseconds(known)) ns")
            print("one hit, one task:      \(nanoseconds(gates)) ns")
            let both = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<2 { group.addTask { [gates] in nanoseconds(gates) } }
                return await group.reduce(0, +) / 2
            }
            print("one hit, two at once:   \(both) ns")
            print("\(endpoints.cache.statistics)")
        }
    }

    private func nanoseconds(_ gates: [EndpointGate.Source]) -> Int {
        let time = ContinuousClock().measure {
            for number in 0..<count { _ = gates[number % gates.count]() }
        }
        return Int(time / .nanoseconds(1)) / count
    }
}
