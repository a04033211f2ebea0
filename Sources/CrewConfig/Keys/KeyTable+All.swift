extension KeyTable {
    /// One of the kinds of files that a crew's folder holds.
    public enum File: String, Sendable, CaseIterable {
        case crew, agent, script

        /// The keys of such a file.
        public var table: KeyTable {
            switch self {
            case .crew: .crew
            case .agent: .agent
            case .script: .script
            }
        }
    }

    /// The table and those of all blocks in it, each once, in the order in which a reader meets them.
    func withInner() -> [KeyTable] {
        var found: [KeyTable] = []
        func add(_ table: KeyTable) {
            guard !found.contains(where: { $0.name == table.name }) else { return }
            found.append(table)
            for key in table.keys { key.type.table.map(add) }
            table.others?.type.table.map(add)
        }
        add(self)
        return found
    }
}
