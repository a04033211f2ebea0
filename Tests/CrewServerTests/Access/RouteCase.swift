import CrewKit
import HTTPTypes

@testable import CrewServer

/// How a route is asked in tests about who may do what; every route has one.
struct RouteCase: Sendable {
    enum Kind: Sendable {
        /// Of a run or session that the path names: another tenant finds nothing there.
        case thing
        /// Shows what the caller has, and nothing of others.
        case own
        /// The same for everybody, whoever has runs.
        case same
        /// Makes something new.
        case new
        /// Of the whole server: not for tenants.
        case server
        /// Needs no key.
        case open
    }

    let kind: Kind
    /// Where it is not the endpoint's path.
    var path: String?
    var body: String?

    /// By path, as endpoints write it; routes that this version does not have are no harm.
    static let all: [String: RouteCase] = [
        "/": RouteCase(kind: .open),
        "/health": RouteCase(kind: .open),
        "/live": RouteCase(kind: .open),
        "/ready": RouteCase(kind: .open),
        "/openapi.json": RouteCase(kind: .same),
        "/metrics": RouteCase(kind: .server),
        "/api/requests": RouteCase(kind: .server),
        "/api/requests/{request}": RouteCase(kind: .server),
        "/api/requests/stats": RouteCase(kind: .server),
        "/v1/requests": RouteCase(kind: .server),
        "/v1/requests/{request}": RouteCase(kind: .server),
        "/v1/requests/stats": RouteCase(kind: .server),
        "/api/crew/stream": RouteCase(kind: .thing, path: "/api/crew/stream?run_id={run}"),
        "/v1/crews": RouteCase(kind: .same),
        "/v1/crews/{crew}": RouteCase(kind: .same),
        "/v1/crews/{crew}/runs": RouteCase(kind: .own),
        "/v1/runs": RouteCase(kind: .own),
        "/v1/runs/{run}": RouteCase(kind: .thing),
        "/v1/runs/{run}/events": RouteCase(kind: .thing),
        "/v1/runs/{run}/cancel": RouteCase(kind: .thing, body: "{}"),
        "/v1/runs/{run}/resume": RouteCase(kind: .thing, body: #"{"input": "go on"}"#),
        "/v1/runs/{run}/fork": RouteCase(kind: .thing, body: #"{"input": "again"}"#),
        "/v1/runs/{run}/approvals/{approval}": RouteCase(
            kind: .thing, body: #"{"decision": "approve"}"#),
        "/v1/runs/{run}/artifacts": RouteCase(kind: .thing),
        "/v1/runs/{run}/artifacts/{name}": RouteCase(kind: .thing),
        "/v1/sessions/{session}": RouteCase(kind: .thing),
        "/v1/usage": RouteCase(kind: .own, path: "/v1/usage?by=run"),
        "/v1/budgets": RouteCase(kind: .same),
    ]
}

/// An endpoint with its case.
struct AskedRoute: Sendable {
    let endpoint: Endpoint
    let route: RouteCase

    var kind: RouteCase.Kind {
        // What is read at the path may be listed, what is sent there makes a run.
        route.kind == .own && endpoint.method == .post ? .new : route.kind
    }

    /// Deciding comes before what ends the run, deleting last.
    var order: Int {
        if endpoint.method == .delete { return 2 }
        return endpoint.path.contains("approvals") ? 0 : 1
    }

    func uri(run: String, session: String, approval: Int) -> String {
        (route.path ?? endpoint.path)
            .replacing("{run}", with: run).replacing("{session}", with: session)
            .replacing("{approval}", with: "\(approval)").replacing("{name}", with: "note.txt")
            .replacing("{crew}", with: "test").replacing("{request}", with: "request-1")
    }
}
