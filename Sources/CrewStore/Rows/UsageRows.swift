import CrewKit
import GRDB

extension UsageCount {
    private static let columns = """
        day, crew, agent, model, model_calls,
        input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens,
        is_complete, cost
        """

    private init(_ row: Row) {
        self.init(
            day: row[0], crew: row[1], agent: AgentID(row[2] as String), model: row[3],
            modelCalls: row[4],
            usage: Usage(
                inputTokens: row[5], outputTokens: row[6], cachedInputTokens: row[7],
                cacheWriteTokens: row[8], reasoningTokens: row[9], isComplete: row[10]),
            cost: row[11])
    }

    /// Adds what was spent to its counter.
    func add(to database: Database) throws {
        let find = try database.cachedStatement(
            sql: """
                SELECT \(Self.columns) FROM usage
                WHERE day = ? AND crew = ? AND agent = ? AND model = ?
                """)
        var sum = self
        let key: StatementArguments = [day, crew, agent.rawValue, model]
        if let row = try Row.fetchOne(find, arguments: key) {
            sum = UsageCount(row)
            sum.add(self)
        }
        try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO usage (\(Self.columns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                day, crew, agent.rawValue, model, sum.modelCalls,
                sum.usage.inputTokens, sum.usage.outputTokens, sum.usage.cachedInputTokens,
                sum.usage.cacheWriteTokens, sum.usage.reasoningTokens, sum.usage.isComplete,
                sum.cost,
            ])
    }

    static func all(from first: String, through last: String, in database: Database) throws
        -> [UsageCount]
    {
        try Row.fetchAll(
            database,
            sql: """
                SELECT \(columns) FROM usage WHERE day BETWEEN ? AND ?
                ORDER BY day, crew, agent, model
                """, arguments: [first, last]
        ).map { UsageCount($0) }
    }
}
