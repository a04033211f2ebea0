/// Bounds what one tool can put into a run's log and memory.
enum StoredOutput {
    /// Bytes of UTF-8.
    static let limit = 1_048_576

    /// The output, cut on a character boundary where it is longer than the limit.
    static func cut(_ output: String, at limit: Int = limit) -> String {
        let length = output.utf8.count
        guard length > limit else { return output }
        let note = "\n\n[output of \(length) bytes cut after \(limit)]"
        var end = output.utf8.index(output.startIndex, offsetBy: max(0, limit - note.utf8.count))
        while end > output.startIndex, String.Index(end, within: output) == nil {
            end = output.utf8.index(before: end)
        }
        return output[..<end] + note
    }
}
