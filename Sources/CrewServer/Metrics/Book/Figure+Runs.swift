extension Figure {
    var ofRuns: MetricFamily {
        switch self {
        case .runsStarted:
            .counter(
                "crew_runs_started_total", "Runs that began, and copies of runs that went on.",
                .crew, .kind)
        case .runsResumed:
            .counter("crew_runs_resumed_total", "Runs at rest that went on.", .crew, .reason)
        case .runsQueued:
            .counter("crew_runs_queued_total", "Inputs that had to wait for their session.", .crew)
        case .runsEnded:
            .counter("crew_runs_ended_total", "Runs that ended.", .crew, .kind, .outcome)
        case .runFailures:
            .counter("crew_run_failures_total", "Runs that failed, by code.", .crew, .code)
        case .runLimitsReached:
            .counter(
                "crew_run_limits_reached_total", "Runs that a limit ended.", .crew, .reason)
        case .runPauses:
            .counter("crew_run_pauses_total", "Times that runs began to wait.", .crew, .kind)
        case .runDuration:
            .histogram(
                "crew_run_duration_seconds", "From a run's begin or resumption to its rest.",
                MetricBounds.run, .crew, .outcome)
        case .admissionWait:
            .histogram(
                "crew_admission_wait_seconds", "How long runs waited for room.", MetricBounds.wait,
                .crew)
        case .sessionWait:
            .histogram(
                "crew_session_wait_seconds", "How long inputs waited for their session.",
                MetricBounds.wait, .crew)
        case .tenantRunsEnded:
            .counter(
                "crew_tenant_runs_ended_total", "Runs of tenants that ended.", .tenant, .outcome)
        case .tenantTokens:
            .counter("crew_tenant_tokens_total", "Tokens of tenants.", .tenant, .type)
        case .tenantCost:
            .counter(
                "crew_tenant_cost_dollars_total", "What tenants spent, where prices are known.",
                .tenant)
        default: .gauge("crew_runs", "Runs at this moment.", .state)
        }
    }

    var ofTurns: MetricFamily {
        switch self {
        case .turns:
            .counter("crew_turns_total", "Turns of agents that ended.", .crew, .agent, .outcome)
        case .turnDuration:
            .histogram(
                "crew_turn_duration_seconds", "How long turns took.", MetricBounds.turn, .crew,
                .agent)
        case .handoffs:
            .counter(
                "crew_handoffs_total", "Times that a run passed from one agent to another.", .crew,
                .from, .to, .reason)
        case .signals:
            .counter("crew_signals_total", "Signals that were read.", .crew, .agent, .signal)
        case .groups: .counter("crew_groups_total", "Groups that began.", .crew, .group)
        case .warnings: .counter("crew_warnings_total", "Warnings, by code.", .crew, .code)
        case .toolCalls:
            .counter(
                "crew_tool_calls_total", "Tool calls that have their result.", .crew, .agent, .tool,
                .status)
        case .toolDuration:
            .histogram(
                "crew_tool_duration_seconds", "How long tool calls took.", MetricBounds.call, .crew,
                .tool)
        case .approvalsRequested:
            .counter(
                "crew_approvals_requested_total", "Calls that wait for a decision.", .crew, .tool)
        default:
            .counter(
                "crew_approvals_decided_total", "Decisions about calls.", .crew, .decision, .source)
        }
    }

    var ofModelCalls: MetricFamily {
        switch self {
        case .modelCalls:
            .counter(
                "crew_model_calls_total", "Model calls that are over.", .crew, .agent, .model,
                .outcome)
        case .modelCallFailures:
            .counter(
                "crew_model_call_failures_total", "Model calls that failed for good, by code.",
                .crew, .model, .code)
        case .modelCallDuration:
            .histogram(
                "crew_model_call_duration_seconds",
                "How long they took, further attempts included.",
                MetricBounds.call, .crew, .model)
        case .firstToken:
            .histogram(
                "crew_first_token_seconds", "From a model call's begin to the reply's.",
                MetricBounds.call, .crew, .model)
        case .modelRetries:
            .counter(
                "crew_model_retries_total", "Attempts that failed and were followed by another.",
                .crew, .agent, .code)
        case .modelFallbacks:
            .counter(
                "crew_model_fallbacks_total", "Calls that another model took over.", .crew, .agent,
                .code)
        case .modelHedges:
            .counter(
                "crew_model_hedges_total", "Second calls beside a slow first one.", .crew, .agent)
        case .modelCallsLost:
            .counter(
                "crew_model_calls_lost_total", "Attempts that came to nothing.", .crew, .agent,
                .model)
        case .endpointWait:
            .histogram(
                "crew_endpoint_wait_seconds", "How long limits of endpoints made calls wait.",
                MetricBounds.wait, .endpoint)
        case .breakerChanges:
            .counter(
                "crew_breaker_changes_total", "Endpoints that were left alone or asked again.",
                .endpoint, .state)
        case .repliesRejected:
            .counter(
                "crew_replies_rejected_total", "Replies that had not their shape.", .crew, .agent,
                .repaired)
        case .contextsTrimmed:
            .counter(
                "crew_contexts_trimmed_total", "Prompts that messages were left out of.", .crew,
                .agent)
        default: ofSpending
        }
    }

    private var ofSpending: MetricFamily {
        switch self {
        case .tokens:
            .counter("crew_tokens_total", "Tokens in and out.", .crew, .agent, .model, .type)
        case .tokenParts:
            .counter(
                "crew_token_parts_total",
                "Parts of those tokens: of the input cached, of the output reasoning.",
                .crew, .agent, .model, .type)
        case .usageUnknown:
            .counter(
                "crew_usage_unknown_total", "Replies whose endpoint did not say what was spent.",
                .crew, .agent, .model)
        case .cost:
            .counter(
                "crew_cost_dollars_total", "What was spent, where prices are known.", .crew, .agent,
                .model)
        case .budgetNotices:
            .counter(
                "crew_budget_notices_total", "Budgets that warned, were passed or refused a call.",
                .crew, .agent, .kind)
        case .budgetLeft:
            .gauge(
                "crew_budget_left", "What is left: tokens, calls, dollars, seconds, bytes.", .crew,
                .per, .within, .agent, .measure)
        default:
            .gauge(
                "crew_budget_left_ratio", "The share of the budget that is left.", .crew, .per,
                .within, .agent, .measure)
        }
    }
}
