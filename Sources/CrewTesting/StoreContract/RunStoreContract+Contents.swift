import CrewKit

extension RunStoreContract {
    func checkContents() async throws {
        try await keepsTheNewestSnapshot()
        try await keepsArtifacts()
        try await refusesWrongArtifacts()
        try await forgetsWhatIsDeleted()
        try await tellsOfItsHealth()
    }

    private func keepsTheNewestSnapshot() async throws {
        let store = try await emptyStore()
        let unknown = try await store.snapshot(of: "r")
        try require(unknown == nil, "an unknown run has no snapshot")
        var run = try await WrittenRun(in: store)
        let none = try await store.snapshot(of: "r")
        try require(none == nil, "a run has no snapshot before one is saved")
        try await store.save(RunSnapshot(sequence: 1, format: 1, bytes: [0, 255, 10]), of: "r")
        let newest = RunSnapshot(sequence: 2, format: 2, bytes: [])
        try await run.append(.turnStarted(TurnStarted(agent: "a")))
        try await store.save(newest, of: "r")
        let found = try await store.snapshot(of: "r")
        try require(found == newest, "a snapshot takes the place of the one before")
        let record = try await run.record
        try require(record?.lastSequence == 2, "a snapshot leaves the run as it is")
        let code = await code { try await store.save(newest, of: "unknown") }
        try require(code == .unknownRun, "an unknown run takes no snapshot")
    }

    private func artifact(_ name: String, _ bytes: [UInt8], type: String = "text/plain") -> Artifact
    {
        Artifact(
            name: name, mediaType: type, byteCount: bytes.count, createdAt: WrittenRun.time(1.0 / 3)
        )
    }

    private func keepsArtifacts() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        _ = try await WrittenRun(in: store, "other")
        let all = [UInt8](0...255)
        let table = artifact("table.csv", [1])
        let report = artifact("Report_1-a", all, type: "x/y")
        try await store.save(table, bytes: [1], of: "r")
        try await store.save(report, bytes: all, of: "r")
        try await store.save(table, bytes: [9], of: "other")
        let names = try await store.artifacts(of: "r")
        try require(names == [report, table], "artifacts are listed by name, as they were saved")
        let bytes = try await store.bytes(ofArtifact: "Report_1-a", of: "r")
        try require(bytes == all, "an artifact keeps its bytes")
        let newer = artifact("table.csv", [2, 3])
        try await store.save(newer, bytes: [2, 3], of: "r")
        let after = try await store.artifacts(of: "r")
        try require(after == [report, newer], "an artifact takes the place of its namesake")
        let replaced = try await store.bytes(ofArtifact: "table.csv", of: "r")
        try require(replaced == [2, 3], "an artifact takes its namesake's bytes along")
        let others = try await store.bytes(ofArtifact: "table.csv", of: "other")
        try require(others == [9], "another run's artifact of the same name is another")
        let missing = try await store.bytes(ofArtifact: "no", of: "r")
        let unknown = try await store.artifacts(of: "unknown")
        try require(missing == nil && unknown.isEmpty, "what is not there is not found")
        let code = await code { try await store.save(table, bytes: [1], of: "unknown") }
        try require(code == .unknownRun, "an unknown run takes no artifact")
    }

    private func refusesWrongArtifacts() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        let long = String(repeating: "n", count: 201)
        for name in ["", ".hidden", "..", "a/b", "a b", "é", "a\u{0}", long] {
            let code = await code { try await store.save(artifact(name, [1]), bytes: [1], of: "r") }
            try require(code == .invalidInput, "an artifact's name is checked")
        }
        try await store.save(artifact(String(long.dropLast()), [1]), bytes: [1], of: "r")
        let short = await code { try await store.save(artifact("a", [1]), bytes: [], of: "r") }
        try require(short == .invalidInput, "an artifact has as many bytes as it says")
        let huge = [UInt8](repeating: 0, count: Artifact.maximumByteCount + 1)
        let large = await code { try await store.save(artifact("a", huge), bytes: huge, of: "r") }
        try require(large == .invalidInput, "an artifact has a largest size")
        let kept = try await store.artifacts(of: "r")
        try require(kept.count == 1, "a refused artifact is not kept")
    }

    private func forgetsWhatIsDeleted() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store, session: "s")
        _ = try await WrittenRun(in: store, "other", session: "s")
        try await store.save(artifact("a", [1]), bytes: [1], of: "r")
        try await store.save(RunSnapshot(sequence: 1, format: 1, bytes: [1]), of: "r")
        try await store.delete("r")
        let record = try await store.record(of: "r")
        let runs = try await store.runs(in: "s")
        try require(record == nil && runs.map(\.id) == ["other"], "a deleted run is not found")
        let read = await code { _ = try await store.events(of: "r", after: 0, limit: 1) }
        try require(read == .unknownRun, "a deleted run cannot be read")
        let again = await code { try await store.delete("r") }
        try require(again == .unknownRun, "a run is deleted once")
        try await checkNewRunOfTheSameName(store)
        let other = try await store.events(of: "other", after: 0, limit: 9)
        try require(other.count == 1, "other runs stay")
    }

    private func checkNewRunOfTheSameName(_ store: any RunStore) async throws {
        _ = try await WrittenRun(in: store)
        let events = try await store.events(of: "r", after: 0, limit: 9)
        let artifacts = try await store.artifacts(of: "r")
        let snapshot = try await store.snapshot(of: "r")
        try require(
            events.count == 1 && artifacts.isEmpty && snapshot == nil,
            "a new run of a deleted one's name has nothing of it")
    }

    private func tellsOfItsHealth() async throws {
        let store = try await emptyStore()
        let health = await store.health()
        try require(health == .working, "a new store works")
        let runs = try await store.runs(matching: RunQuery())
        try require(runs.runs.isEmpty, "looking after a store leaves nothing in it")
    }
}
