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

    static func value<Value: Decodable>(_ type: Value.Type, from json: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: json)
        } catch {
            throw CrewError(
                .storeUnreadable,
                "the store holds something that this version of crew cannot read: use a newer one",
                cause: error)
        }
    }
}
