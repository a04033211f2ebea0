import CrewKit

@testable import CrewTools

/// Whatever comes out of a worker's pipe is read without harm; what is read as a frame is the same
/// after it was written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    // A frame by itself, and the same bytes as they come through a pipe, in two parts.
    if let frame = try? WorkerFrame(parsing: bytes) { check(frame) }
    var decoder = FrameDecoder(limit: 4096)
    let middle = bytes.first.map { Int($0) % count } ?? 0
    for part in [bytes[..<middle], bytes[middle...]] {
        decoder.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: part)))
        do {
            while let frame = try decoder.next() { check(frame) }
        } catch {
            return 0
        }
    }
    return 0
}

private func check(_ frame: WorkerFrame) {
    guard let bytes = try? frame.encoded() else { return }
    var decoder = FrameDecoder()
    bytes.withUnsafeBytes { decoder.append($0) }
    let again = try? decoder.next()
    precondition(again == frame, "a frame is another one when it is read again")
}
