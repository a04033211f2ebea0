import CrewKit
import Synchronization

/// All figures of a server: what was counted, and what is read when somebody asks.
final class ServerFigures: Sendable {
    let book = FigureBook()
    let surroundings: Surroundings
    let options: ServerOptions
    let streams: OpenStreams
    private let underWay = Atomic(0)
    private let now: @Sendable () -> ContinuousClock.Instant
    private let watch: ServedWatch
    private let lag: Mutex<LagProbe?> = Mutex(nil)

    init(
        options: ServerOptions, streams: OpenStreams, watch: ServedWatch = ServedWatch(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.options = options
        self.streams = streams
        self.watch = watch
        self.now = now
        surroundings = Surroundings(now: now)
    }

    /// All families with their series, in the order of the table.
    func families() -> [MetricRows] {
        var rows = book.rows
        for (figure, labels, number) in readings() {
            rows[figure.rawValue].numbers[labels] = number
        }
        return Figure.allCases.map { MetricRows(family: $0.family, rows: rows[$0.rawValue]) }
    }

    /// Absent until there are some.
    var crews: ServedCrews? { watch.crews }
    /// What the server needs; absent until there are crews.
    var look: DependencyWatch? { watch.look }

    /// Told of the probe that measures, for what it knows of the moment.
    func use(_ probe: LagProbe) { lag.withLock { $0 = probe } }

    typealias Reading = (Figure, [String], Double)

    private func readings() -> [Reading] {
        readingsOfServer + readingsOfDoor + readingsOfTracing + readingsOfProcess + originalReadings
            + dependencyReadings + budgetReadings
    }

    private var readingsOfServer: [Reading] {
        let waiting = options.admission.waiting
        let (active, queued) = (crews?.activeRuns ?? 0, crews?.queuedRuns ?? 0)
        let lag = lag.withLock { $0?.longestOpen } ?? .zero
        return [
            (.runs, ["running"], Double(max(0, active - waiting))),
            (.runs, ["waiting"], Double(waiting)),
            (.runs, ["queued"], Double(queued)),
            (.eventStreams, [], Double(streams.count)),
            (.eventStreamsLimit, [], Double(options.limits.maxOpenStreams)),
            (.httpRequestsUnderWay, [], Double(underWay.load(ordering: .relaxed))),
            (.observationsLost, [], Double(options.activity.lost)),
            (.eventLoopStuck, [], lag / .seconds(1)), (.build, [options.version], 1),
        ] + surroundings.ages.map { (.readingsAge, [$0.kind], $0.age / .seconds(1)) }
    }

    private var readingsOfDoor: [Reading] {
        let counts = options.counts
        return [
            (.connections, [], Double(counts.openConnections)),
            (.connectionsAccepted, [], Double(counts.acceptedConnections)),
        ] + counts.refusals.map { (.limitRefusals, [$0.key.rawValue], Double($0.value)) }
    }

    private var readingsOfTracing: [Reading] {
        guard let counts = options.tracing?.counts else { return [] }
        return [
            (.spans, ["sent"], Double(counts.sent)),
            (.spans, ["dropped"], Double(counts.dropped)),
            (.spans, ["refused"], Double(counts.refused)),
        ]
    }

    private var readingsOfProcess: [Reading] {
        let process = ProcessFigures.read()
        let readings: [(Figure, Double?)] = [
            (.processCPU, process.cpuSeconds),
            (.processResidentMemory, process.residentBytes.map(Double.init)),
            (.processVirtualMemory, process.virtualBytes.map(Double.init)),
            (.processOpenDescriptors, process.openDescriptors.map(Double.init)),
            (.processMaxDescriptors, process.maxDescriptors.map(Double.init)),
            (.processThreads, process.threads.map(Double.init)),
            (.processStartTime, process.startSeconds),
            (.memoryUsage, process.residentBytes.map(Double.init)),
            (.maxMemoryUsage, process.largestResidentBytes.map(Double.init)),
        ]
        return readings.compactMap { figure, number in number.map { (figure, [], $0) } }
    }

    private var originalReadings: [Reading] {
        let original = book.original
        let lookups = options.cacheLookups()
        let whole: [Reading] = [
            (.requests, ["success"], Double(original.all.successes)),
            (.requests, ["error"], Double(original.all.errors)),
            (.averageRequestDuration, [], original.all.average / .seconds(1)),
            (.cacheHits, [], Double(lookups.hits)), (.cacheMisses, [], Double(lookups.misses)),
            (.cacheHitRate, [], lookups.hitRate),
        ]
        return original.agents.reduce(into: whole) { readings, agent in
            let (id, tally) = (agent.key, agent.value.tally)
            readings += [
                (.agentExecutions, [id], Double(tally.count)),
                (.agentSuccesses, [id], Double(tally.successes)),
                (.agentErrors, [id], Double(tally.errors)),
                (.agentAverageDuration, [id], tally.average / .seconds(1)),
            ]
        }
    }

    private var dependencyReadings: [Reading] {
        var workers: [String: Double] = [:]
        var readings: [Reading] = []
        for dependency in surroundings.dependencies.prefix(MetricFamily.room) {
            let labels = [dependency.kind.rawValue, dependency.name]
            readings.append((.dependencyUp, labels, dependency.condition == .down ? 0 : 1))
            readings.append(
                (.dependencyDegraded, labels, dependency.condition == .degraded ? 1 : 0))
            for (name, number) in dependency.figures where number.isFinite {
                if dependency.kind == .workers, name == "idle" || name == "busy" {
                    workers[name, default: 0] += number
                } else {
                    readings.append((.dependencyFigure, labels + [name], number))
                }
            }
        }
        return readings + workers.map { (.workers, [$0.key], $0.value) }
    }

    private var budgetReadings: [Reading] {
        surroundings.budgets.prefix(MetricFamily.room).flatMap { budget -> [Reading] in
            let (limit, row) = (budget.row.limit, budget.row)
            guard let left = row.left, limit.amount > 0 else { return [] }
            let labels = [
                budget.crew, limit.scope.rawValue, limit.window?.rawValue ?? "",
                row.agent?.rawValue ?? "", limit.measure.rawValue,
            ]
            return [
                (.budgetLeft, labels, Double(left) / limit.measure.parts),
                (.budgetLeftRatio, labels, Double(left) / Double(limit.amount)),
            ]
        }
    }
}

extension BudgetMeasure {
    /// Into how many parts a dollar or a second is divided in a limit's amount.
    fileprivate var parts: Double {
        switch self {
        case .cost: 1_000_000_000
        case .time: 1_000
        default: 1
        }
    }
}

extension ServerFigures: RequestFigures {
    func begin() { underWay.add(1, ordering: .relaxed) }

    func end(_ request: CountedRequest) {
        underWay.subtract(1, ordering: .relaxed)
        book.take([
            .one(.httpRequests, request.method, request.route, request.status),
            .time(.httpRequestDuration, request.duration, request.method, request.route),
        ])
    }

    func refused(because error: any Error) {
        book.add(to: .httpRefusals, ErrorResponse.code(of: error).rawValue)
    }
}
