import GRDB

/// The tables of a store, and how those of earlier versions become those of this one.
///
/// A migration that was released is never changed: a later version adds one, and a file as that
/// version wrote it to `Tests/CrewStoreTests/Fixtures`.
enum StoreSchema {
    /// "crew" in ASCII: tells a store from other files of SQLite.
    static let applicationID = 0x6372_6577

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            try database.execute(sql: runs + contents + counters + budgets)
        }
        migrator.registerMigration("v2") { database in try database.execute(sql: tenants) }
        return migrator
    }

    private static let tenants = """
        ALTER TABLE runs ADD COLUMN tenant TEXT;
        CREATE INDEX runs_by_tenant ON runs (tenant, number) WHERE tenant IS NOT NULL;
        """

    /// `runs.number` is the place in the order of creation, and never given out twice. What the
    /// columns say is said by `record` too; they are there to be searched.
    private static let runs = """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            crew TEXT NOT NULL,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            runs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE runs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            crew TEXT NOT NULL,
            session TEXT REFERENCES sessions (id),
            status TEXT NOT NULL,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            expires_at REAL,
            idempotency_key TEXT UNIQUE,
            last_sequence INTEGER NOT NULL,
            notified_through INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX runs_by_crew ON runs (crew, number);
        CREATE INDEX runs_by_session ON runs (session, number) WHERE session IS NOT NULL;
        CREATE INDEX runs_by_status ON runs (status, number);
        CREATE INDEX runs_by_expiry ON runs (expires_at) WHERE expires_at IS NOT NULL;
        CREATE INDEX runs_by_end ON runs (updated_at) WHERE status = 'ended';
        CREATE INDEX runs_unnotified ON runs (number)
            WHERE status IN ('paused', 'ended') AND notified_through < last_sequence;

        """

    /// Events and artifacts outlive their run for as long as it takes to delete them in small
    /// steps: `removals` names those that nobody sees any more.
    private static let contents = """
        CREATE TABLE events (
            run INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (run, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER events_never_change BEFORE UPDATE ON events
            BEGIN SELECT RAISE (ABORT, 'events never change'); END;

        CREATE TABLE artifacts (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL,
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            byte_count INTEGER NOT NULL,
            created_at REAL NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE (run, name)
        ) STRICT;

        CREATE TABLE snapshots (
            run INTEGER PRIMARY KEY REFERENCES runs (number) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            format INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;

        CREATE TABLE removals (
            run INTEGER PRIMARY KEY,
            events INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;

        """

    private static let counters = """
        CREATE TABLE usage (
            day TEXT NOT NULL,
            crew TEXT NOT NULL,
            agent TEXT NOT NULL,
            model TEXT NOT NULL,
            model_calls INTEGER NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cached_input_tokens INTEGER,
            cache_write_tokens INTEGER,
            reasoning_tokens INTEGER,
            is_complete INTEGER NOT NULL,
            cost REAL,
            PRIMARY KEY (day, crew, agent, model)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE facts (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// An account without windows has an empty one. A reservation is there for as long as its call
    /// takes; one that is found when the file is opened is of a process that died.
    private static let budgets = """
        CREATE TABLE budget_accounts (
            scope TEXT NOT NULL,
            owner TEXT NOT NULL,
            window TEXT NOT NULL,
            used_at REAL NOT NULL,
            balance TEXT NOT NULL,
            PRIMARY KEY (scope, owner, window)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX budget_accounts_by_use ON budget_accounts (used_at);

        CREATE TABLE budget_reservations (
            id TEXT PRIMARY KEY,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
