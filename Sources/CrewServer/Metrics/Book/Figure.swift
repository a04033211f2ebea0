/// Everything that `/metrics` tells, in the order in which it does.
enum Figure: Int, CaseIterable, Sendable {
    // As the original names them.
    case requests, averageRequestDuration, cacheHits, cacheMisses, cacheHitRate
    case memoryUsage, maxMemoryUsage
    case agentExecutions, agentSuccesses, agentErrors, agentAverageDuration

    case runsStarted, runsResumed, runsQueued, runsEnded, runFailures, runLimitsReached, runPauses
    case runDuration, admissionWait, sessionWait, runs
    case tenantRunsEnded, tenantTokens, tenantCost

    case turns, turnDuration, handoffs, signals, groups, warnings

    case modelCalls, modelCallFailures, modelCallDuration, firstToken
    case modelRetries, modelFallbacks, modelHedges, modelCallsLost
    case endpointWait, breakerChanges, repliesRejected, contextsTrimmed
    case tokens, tokenParts, usageUnknown, cost
    case budgetNotices, budgetLeft, budgetLeftRatio

    case toolCalls, toolDuration, approvalsRequested, approvalsDecided

    case storeAppend, storeEvents

    case httpRequests, httpRequestDuration, httpRequestsUnderWay, httpRefusals
    case eventStreams, eventStreamsLimit, connections, connectionsAccepted, limitRefusals

    case dependencyUp, dependencyDegraded, dependencyFigure, workers

    case observationsLost, spans, labelsFolded, readingsAge, eventLoopLag, eventLoopStuck, taskLag
    case build

    case processCPU, processResidentMemory, processVirtualMemory, processOpenDescriptors
    case processMaxDescriptors, processThreads, processStartTime
}
