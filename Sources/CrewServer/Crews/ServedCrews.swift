public import CrewKit
import Synchronization

/// The crews that a server answers for, as they are now.
///
/// Which they are does not change; what is told of them does, when one of them gets another version.
public final class ServedCrews: Sendable {
    private let crews: Mutex<[ServedCrew]>
    /// Sub-crews too.
    private let runners: CrewRunners?

    /// - Parameters:
    ///   - crews: at least one; the first is meant where none is named.
    ///   - runners: what works them and those that they ask, when these are several.
    /// - Throws: `invalidInput` when two have one id, or an id cannot stand in URLs.
    public init(_ crews: [ServedCrew], runners: CrewRunners? = nil) throws(CrewError) {
        precondition(!crews.isEmpty, "a server answers for a crew")
        for (position, crew) in crews.enumerated() {
            guard ServedCrew.id(from: crew.id) == crew.id else {
                throw CrewError(.invalidInput, "'\(crew.id)' cannot be the id of a crew")
            }
            guard !crews[..<position].contains(where: { $0.id == crew.id }) else {
                throw CrewError(
                    .invalidInput,
                    "two crews would be called '\(crew.id)' by their folders: rename one folder")
            }
        }
        self.crews = Mutex(crews)
        self.runners = runners
    }

    /// All of them in the order in which they were named.
    public var all: [ServedCrew] { crews.withLock { $0 } }

    /// The one that is meant where none is named.
    public var first: ServedCrew { crews.withLock { $0[0] } }

    /// Changes what is told of a crew.
    public func update(_ id: String, _ change: @Sendable (inout ServedCrew) -> Void) {
        crews.withLock { crews in
            for index in crews.indices where crews[index].id == id { change(&crews[index]) }
        }
    }

    /// Runs that are being worked at this moment, those of crews that are asked included.
    var activeRuns: Int {
        runners?.activeRuns ?? all.reduce(0) { $0 + $1.runner.activeRuns }
    }

    /// Runs that wait for their session.
    var queuedRuns: Int {
        runners?.queuedRuns ?? all.reduce(0) { $0 + $1.runner.queuedRuns }
    }

    /// How long a reader may take nothing, where a crew says so: of all crews the shortest.
    var readerPatience: Duration? {
        all.compactMap { $0.runner.crew.settings.readerPatience }.min()
    }

    /// The shortest time after which one of the crews wants a silent stream to say something.
    var keepAlive: Duration {
        all.map { $0.runner.crew.settings.keepAlive }.min() ?? .seconds(30)
    }

    /// The crew of that id or, where no id is so, of that name.
    ///
    /// - Throws: `unknownCrew`, with the nearest word.
    func crew(named word: String) throws(CrewError) -> ServedCrew {
        let crews = all
        if let found = crews.first(where: { $0.id == word }) { return found }
        if let found = crews.first(where: { $0.runner.name == word }) { return found }
        let names = crews.prefix(20).map { "'\($0.id)'" }.joined(separator: ", ")
        let hint = NearestWord.suggestion(for: word, among: crews.map(\.id))
        let known = crews.count == 1 ? "this is \(names)" : hint ?? "there are \(names)"
        throw CrewError(
            .unknownCrew, "there is no crew '\(word.prefix(100))' here; \(known)")
    }

    /// The crew of a run with that crew's name; absent for one that is only asked by others.
    func crew(ofRunsOf name: String) -> ServedCrew? { all.first { $0.runner.name == name } }
}
