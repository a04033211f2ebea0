import CrewKit
import Foundation

/// The text form of what is stored as JSON.
enum StoredJSON {
    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw CrewError(
                .invalidInput, "what was to be stored has a number that JSON cannot say",
                cause: error)
        }
    }

    /// - Parameter name: what is read, for the sentence of an error.
    /// - Throws: `storeUnreadable`.
    static func value<Value: Decodable>(
        _ type: Value.Type, from json: Data, named name: String
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: json)
        } catch {
            let advice =
                isOfNewerVersion(json, error)
                ? "was written by a newer version of crew: use that one"
                : "is damaged: put a backup of the store in its place, or delete the run"
            throw CrewError(.storeUnreadable, "\(name) \(advice)", cause: error)
        }
    }

    /// What is whole and has a word that is not known here was not hurt by a disk: another version
    /// meant something by it.
    private static func isOfNewerVersion(_ json: Data, _ error: any Error) -> Bool {
        guard case DecodingError.dataCorrupted = error else { return false }
        return (try? JSONSerialization.jsonObject(with: json)) != nil  // what is no JSON is damaged
    }
}
