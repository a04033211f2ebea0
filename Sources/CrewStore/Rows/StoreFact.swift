import GRDB

/// A single thing that is noted about a store.
enum StoreFact: String {
    /// Where the owner's server listens.
    case serverAddress = "server_address"
    /// What a probe wrote; its size stands for that of real events.
    case probe

    func set(_ value: String?, in database: Database) throws {
        guard let value else {
            return try database.cachedStatement(sql: "DELETE FROM facts WHERE name = ?")
                .execute(arguments: [rawValue])
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO facts (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """
        ).execute(arguments: [rawValue, value])
    }

    func value(in database: Database) throws -> String? {
        let statement = try database.cachedStatement(sql: "SELECT value FROM facts WHERE name = ?")
        return try String.fetchOne(statement, arguments: [rawValue])
    }
}
