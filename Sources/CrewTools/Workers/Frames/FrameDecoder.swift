/// Cuts what comes out of a pipe into frames.
///
/// The first four bytes decide: almost anything that is no frame begins with a length that no frame
/// has, so that it is noticed at once.
struct FrameDecoder {
    private var pending: [UInt8] = []
    /// Where the next frame begins in `pending`.
    private var start = 0
    private let limit: Int

    init(limit: Int = WorkerFrame.maximumBytes) {
        self.limit = limit
    }

    /// Takes what was read. Bounded when `next()` is asked after each: one frame and one reading.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            pending.removeFirst(start)
            start = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// The next whole frame, or `nil` when more has to be read first.
    ///
    /// - Throws: `WorkerGarbage`, after which nothing more can be read.
    mutating func next() throws(WorkerGarbage) -> WorkerFrame? {
        guard let count = try nextLength(), pending.count - start - 4 >= count else { return nil }
        let range = start + 4..<start + 4 + count
        start = range.upperBound
        let frame = pending.withUnsafeBufferPointer { bytes in
            Result { () throws(WorkerGarbage) in
                try WorkerFrame(parsing: UnsafeBufferPointer(rebasing: bytes[range]))
            }
        }
        return try frame.get()
    }

    /// Whether the end of the pipe cuts no frame in two.
    var isAtBoundary: Bool { pending.count == start }

    private func nextLength() throws(WorkerGarbage) -> Int? {
        guard pending.count - start >= 4 else { return nil }
        let count = pending[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard count >= 2, count <= limit else {
            throw WorkerGarbage(
                problem: "a frame of \(count) bytes, where 2 to \(limit) are possible")
        }
        if pending.count - start > 4, pending[start + 4] != UInt8(ascii: "{") {
            throw WorkerGarbage(problem: "a frame is no JSON object")
        }
        return count
    }
}
