/// The table of all series; `docs/metrics.md` repeats it.
extension Figure {
    static let families = allCases.map(\.described)

    var family: MetricFamily { Self.families[rawValue] }

    private var described: MetricFamily {
        switch self {
        case .requests, .averageRequestDuration, .cacheHits, .cacheMisses, .cacheHitRate,
            .memoryUsage, .maxMemoryUsage, .agentExecutions, .agentSuccesses, .agentErrors,
            .agentAverageDuration:
            original
        case .runsStarted, .runsResumed, .runsQueued, .runsEnded, .runFailures, .runLimitsReached,
            .runPauses, .runDuration, .admissionWait, .sessionWait, .runs, .tenantRunsEnded,
            .tenantTokens, .tenantCost:
            ofRuns
        case .turns, .turnDuration, .handoffs, .signals, .groups, .warnings, .toolCalls,
            .toolDuration, .approvalsRequested, .approvalsDecided:
            ofTurns
        case .modelCalls, .modelCallFailures, .modelCallDuration, .firstToken, .modelRetries,
            .modelFallbacks, .modelHedges, .modelCallsLost, .endpointWait, .breakerChanges,
            .repliesRejected, .contextsTrimmed, .tokens, .tokenParts, .usageUnknown, .cost,
            .budgetNotices, .budgetLeft, .budgetLeftRatio:
            ofModelCalls
        case .storeAppend, .storeEvents, .httpRequests, .httpRequestDuration,
            .httpRequestsUnderWay, .httpRefusals, .eventStreams, .eventStreamsLimit, .dependencyUp,
            .dependencyDegraded, .dependencyFigure, .workers, .observationsLost, .spans,
            .labelsFolded,
            .readingsAge, .eventLoopLag, .eventLoopStuck, .taskLag, .build, .connections,
            .connectionsAccepted, .limitRefusals:
            ofServer
        case .processCPU, .processResidentMemory, .processVirtualMemory, .processOpenDescriptors,
            .processMaxDescriptors, .processThreads, .processStartTime:
            ofProcess
        }
    }

    private var original: MetricFamily {
        switch self {
        case .requests:
            .counter(
                "crew_requests_total", "Turns of agents that ended with a reply or an error.",
                .status)
        case .averageRequestDuration:
            .gauge(
                "crew_average_request_duration_seconds", "How long a turn has taken on average.")
        case .cacheHits:
            .counter("crew_cache_hits_total", "Looks into caches of models that found something.")
        case .cacheMisses:
            .counter("crew_cache_misses_total", "Looks into caches of models that found nothing.")
        case .cacheHitRate:
            .gauge("crew_cache_hit_rate", "The share of those looks that found something.")
        case .memoryUsage: .gauge("crew_memory_usage_bytes", "Resident memory of the server.")
        case .maxMemoryUsage:
            .gauge("crew_max_memory_usage_bytes", "The most resident memory that it has had.")
        case .agentExecutions: .untyped("crew_agent_executions", "Turns of the agent.", .agent)
        case .agentSuccesses:
            .untyped("crew_agent_successes", "Those that ended with a reply.", .agent)
        case .agentErrors:
            .untyped("crew_agent_errors", "Those that failed or reached a limit.", .agent)
        default:
            .gauge("crew_agent_average_duration", "How long they took on average.", .agent)
        }
    }

    private var ofProcess: MetricFamily {
        switch self {
        case .processCPU: .counter("process_cpu_seconds_total", "Time on processors.")
        case .processResidentMemory: .gauge("process_resident_memory_bytes", "Resident memory.")
        case .processVirtualMemory: .gauge("process_virtual_memory_bytes", "Virtual memory.")
        case .processOpenDescriptors: .gauge("process_open_fds", "Open file descriptors.")
        case .processMaxDescriptors: .gauge("process_max_fds", "The most that may be open.")
        case .processThreads: .gauge("process_threads", "Threads.")
        default: .gauge("process_start_time_seconds", "When it began, since 1970.")
        }
    }
}
