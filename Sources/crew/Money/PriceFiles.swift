import CrewKit
import Foundation

/// Where tables of prices are kept, and how they lie over each other.
enum PriceFiles {
    /// Prices of one file, in the engine's own form or in that of LiteLLM.
    struct Reading {
        var table: PriceTable
        /// What of LiteLLM's file was not taken.
        var skipped: [LiteLLMPrices.Reason: [String]] = [:]
    }

    private static let longest = 64 << 20

    /// The bundled table, over it the user's own or the one that was named, over these the crew's.
    ///
    /// - Parameters:
    ///   - named: what `--prices` says; else `CREW_PRICES` counts.
    ///   - crewFile: what `settings.prices` says.
    /// - Throws: `CommandFailure` for a named file that is not there, or one that cannot be read.
    static func table(
        _ environment: [String: String], named: String? = nil, crewFile: String? = nil
    ) throws -> PriceTable {
        var table = PriceTable.bundled
        let own = usualPath(environment)
        if let path = named ?? environment["CREW_PRICES"], !path.isEmpty {
            table = table.overlaid(by: try read(path).table)
        } else if let own, FileManager.default.fileExists(atPath: own) {
            table = table.overlaid(by: try read(own).table)
        }
        guard let crewFile else { return table }
        return table.overlaid(by: try read(crewFile).table)
    }

    /// The same for a crew, whose own file may be wrong without hiding what else is.
    static func table(
        _ environment: [String: String], named: String?, of crew: CrewDefinition
    ) throws -> (PriceTable, DefinitionProblem?) {
        let table = try table(environment, named: named)
        guard let file = crew.settings.pricesFile else { return (table, nil) }
        do {
            return (table.overlaid(by: try read(file).table), nil)
        } catch let failure as CommandFailure {
            return (
                table,
                DefinitionProblem(
                    .error, "unreadable_prices", at: .crew("settings", "prices"),
                    failure.message.replacing(": error: ", with: ": "),
                    suggestion: "write the file with 'crew prices import', or remove the key")
            )
        }
    }

    /// Where the user's own table is kept; absent where nobody is at home.
    static func usualPath(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return "\(folder)/swift-crew/prices.json"
        }
        return environment["HOME"].flatMap {
            $0.isEmpty ? nil : "\($0)/.config/swift-crew/prices.json"
        }
    }

    static func read(_ path: String) throws -> Reading {
        let data = try bytes(at: path)
        do {
            let json = try JSONValue(parsing: String(decoding: data, as: UTF8.self))
            if json["prices"] != nil { return Reading(table: try PriceTable(json: json)) }
            // Only for people; archives give their files no true date.
            let day = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
            let prices = try LiteLLMPrices(
                json, asOf: (day as? Date).map(UsageCount.day).flatMap { $0 < "2020" ? nil : $0 },
                source: "litellm")
            return Reading(table: prices.table, skipped: prices.skipped)
        } catch let error as CrewError {
            throw failure(path, error.message)
        } catch let error as JSONError {
            throw failure(path, "\(error)")
        }
    }

    /// The bytes of a regular file, looked over before they are read.
    private static func bytes(at path: String) throws -> Data {
        // Not blocking, or a pipe of that name would make us wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw failure(path, "this file cannot be read: \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure(path, "this is not a regular file")
        }
        let tooLong = failure(path, "it has more than 64 MiB")
        guard status.st_size <= longest else { throw tooLong }
        let data: Data
        do {
            data = try file.read(upToCount: longest + 1) ?? Data()
        } catch {
            throw failure(path, "this file cannot be read")
        }
        // Somebody may have written to it meanwhile.
        guard data.count <= longest else { throw tooLong }
        return data
    }

    /// Writes a table so that whoever reads meanwhile sees the earlier one or this one.
    static func write(_ table: PriceTable, to path: String) throws {
        let file = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(table.jsonText.utf8).write(to: file, options: .atomic)
        } catch {
            throw failure(path, "it cannot be written: \(error.localizedDescription)")
        }
    }

    private static func failure(_ path: String, _ problem: String) -> CommandFailure {
        CommandFailure("\(path): error: \(problem)", code: ExitCodes.unreadable)
    }
}
