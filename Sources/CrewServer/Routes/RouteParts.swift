/// What the routes of a server have in common, whatever crews it answers for.
struct RouteParts: Sendable {
    let streams: OpenStreams
    let requests: RecentRequests
    let figures: ServerFigures
    let watchers: [any RequestWatcher]
}
