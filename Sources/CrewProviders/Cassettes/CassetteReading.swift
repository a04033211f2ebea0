import CrewKit
import Foundation

/// Reads the lines of a cassette.
struct CassetteReading {
    let path: String
    private(set) var warnings: [String] = []

    init(path: String) { self.path = path }

    mutating func entries() throws(CrewError) -> [(line: Int, entry: CassetteEntry)] {
        let data: Data
        do {
            data = try CassetteFile.read(path)
        } catch {
            throw CrewError(
                .invalidInput, "the cassette \(path) cannot be read: \(error.words)",
                cause: error)
        }
        let isWhole = data.last == 0x0A
        let lines = data.split(separator: 0x0A, omittingEmptySubsequences: false)
        try checkHeader(lines.first ?? Data())
        var entries: [(Int, CassetteEntry)] = []
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            if let entry = try? Self.entry(line) {  // what is wrong with it does not matter
                entries.append((index + 1, entry))
            } else if index == lines.count - 1, !isWhole {
                warnings.append(
                    "\(path):\(index + 1): the last line was cut when its recording ended; it is"
                        + " passed over")
            } else {
                throw CrewError(
                    .invalidInput, "\(path):\(index + 1): this line is not a recorded call")
            }
        }
        return entries
    }

    private func checkHeader(_ line: Data) throws(CrewError) {
        let text = String(decoding: line, as: UTF8.self)
        let header = try? JSONValue(parsing: text)  // no JSON, no cassette
        guard let version = header?["cassette"]?.integer else {
            throw CrewError(.invalidInput, "\(path) is not a cassette")
        }
        guard version == CassetteRecorder.version else {
            throw CrewError(
                .invalidInput,
                "\(path) is a cassette of version \(version); this is a program for version"
                    + " \(CassetteRecorder.version)")
        }
    }

    private static func entry(_ line: Data) throws -> CassetteEntry? {
        try CassetteEntry(try JSONValue(parsing: String(decoding: line, as: UTF8.self)))
    }
}
