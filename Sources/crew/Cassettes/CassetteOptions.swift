import ArgumentParser

/// Whether model calls are recorded, or answered from a recording.
struct CassetteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write every model call and its answer to this file.",
            discussion: "Keys are left out; prompts and replies are in it."),
        completion: .file())
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Answer model calls from this recording, without a model, a key or a network.",
            discussion: "A call that was not recorded fails, and says how it differs."),
        completion: .file())
    var replay: String?

    @Flag(help: "Let recorded answers come as slowly as they did, not at once.")
    var replayTiming = false

    @Flag(help: "Write over the file of --record where there is one.")
    var force = false

    func validate() throws {
        if record != nil, replay != nil {
            throw ValidationError("choose one of --record and --replay")
        }
        if replayTiming, replay == nil {
            throw ValidationError("--replay-timing belongs to --replay")
        }
        if force, record == nil { throw ValidationError("--force belongs to --record") }
    }
}
