extension Figure {
    var ofServer: MetricFamily {
        switch self {
        case .storeAppend:
            .histogram(
                "crew_store_append_seconds", "How long the store took for what came together.",
                MetricBounds.write)
        case .storeEvents: .counter("crew_store_events_total", "Events that were stored.")
        case .httpRequests:
            .counter(
                "crew_http_requests_total", "Requests that were answered.", .method, .route,
                .status)
        case .httpRequestDuration:
            .histogram(
                "crew_http_request_duration_seconds", "From a request's head to its answer's.",
                MetricBounds.request, .method, .route)
        case .httpRequestsUnderWay:
            .gauge("crew_http_requests_under_way", "Requests without an answer yet.")
        case .httpRefusals:
            .counter(
                "crew_http_refusals_total", "Requests answered with a problem, by its code.", .code)
        case .eventStreams: .gauge("crew_event_streams", "Readers of event streams.")
        case .eventStreamsLimit:
            .gauge("crew_event_streams_limit", "The most readers of event streams.")
        case .connections: .gauge("crew_connections", "Connections that are open.")
        case .connectionsAccepted:
            .counter(
                "crew_connections_accepted_total", "Connections so far, refused ones included.")
        case .limitRefusals:
            .counter(
                "crew_limit_refusals_total", "Connections and requests that a limit refused.",
                .reason)
        default: ofSurroundings
        }
    }

    private var ofSurroundings: MetricFamily {
        switch self {
        case .dependencyUp:
            .gauge(
                "crew_dependency_up", "1 unless nothing can be done without what is down.", .kind,
                .name)
        case .dependencyDegraded:
            .gauge("crew_dependency_degraded", "1 while it works badly.", .kind, .name)
        case .dependencyFigure:
            .gauge("crew_dependency_figure", "Numbers that it tells.", .kind, .name, .figure)
        case .workers: .gauge("crew_workers", "Worker processes of tools.", .state)
        case .observationsLost:
            .counter(
                "crew_observations_lost_total",
                "What was not counted, logged or traced because it came too fast.")
        case .spans:
            .counter(
                "crew_spans_total",
                "Spans by whether the collector took them, refused them or they found no room.",
                .outcome)
        case .labelsFolded:
            .counter(
                "crew_labels_folded_total", "What was counted as other for want of room.")
        case .readingsAge:
            .gauge(
                "crew_readings_age_seconds", "How old the figures of dependencies and budgets are.",
                .kind)
        case .eventLoopLag:
            .histogram(
                "crew_event_loop_lag_seconds", "How long event loops took to begin something.",
                MetricBounds.lag)
        case .eventLoopStuck:
            .gauge(
                "crew_event_loop_stuck_seconds",
                "For how long an event loop has not begun what it was given.")
        case .taskLag:
            .histogram(
                "crew_task_lag_seconds", "How long the pool of tasks took to begin something.",
                MetricBounds.lag)
        default: .gauge("crew_build", "1; of what version the server is.", .version)
        }
    }
}
