/// The newer text of one file: older forms are replaced, everything else stays byte for byte.
struct FileRewriting {
    private(set) var text: String
    private(set) var changes: [(line: Int, text: String)] = []
    private(set) var refusals: [(line: Int, text: String, reason: String)] = []

    private let document: YAMLDocument
    private let table: KeyTable
    private var lines: TextLines

    /// - Throws: where the text is no YAML.
    init(_ text: String, _ table: KeyTable) throws(YAMLSyntaxError) {
        self.text = text
        self.table = table
        document = try YAMLDocument.parse(text)
        lines = TextLines(text)
        rewrite()
    }

    private mutating func rewrite() {
        var done: Set<SourcePosition> = []
        var kept: Set<SourcePosition> = []
        var moves: [OlderForm] = []
        for form in OlderForm.all(in: document.root, table)
        where done.insert(form.entry.keyPosition).inserted {
            switch form.change {
            case .keep(let reason): refuse(form, reason, &kept)
            case .rename(let name, let value):
                if let reason = lines.rename(form.entry, to: name, value: value) {
                    refuse(form, reason, &kept)
                } else {
                    changes.append((form.entry.keyPosition.line, form.text))
                }
            case .move: moves.append(form)
            }
        }
        for (block, forms) in Dictionary(grouping: moves, by: \.block).sorted(by: {
            $0.key < $1.key
        }) {
            move(forms, into: block, &kept)
        }
        changes.sort { $0.line < $1.line }
        refusals.sort { $0.line < $1.line }
        guard !changes.isEmpty else { return }
        settle(kept)
    }

    private mutating func refuse(
        _ form: OlderForm, _ reason: String, _ kept: inout Set<SourcePosition>
    ) {
        kept.insert(form.entry.keyPosition)
        refusals.append((form.entry.keyPosition.line, form.text, reason))
    }

    private mutating func move(
        _ forms: [OlderForm], into block: String, _ kept: inout Set<SourcePosition>
    ) {
        var movable: [OlderForm] = []
        for form in forms {
            if let reason = lines.reasonNotToMove(form.entry, in: document.root) {
                refuse(form, reason, &kept)
            } else {
                movable.append(form)
            }
        }
        // The flat keys of a model stop counting beside its block: all go, or none.
        if block == "primary", !movable.isEmpty, movable.count < forms.count {
            for form in movable {
                refuse(
                    form, "another key of the model cannot move; all have to move together", &kept)
            }
            return
        }
        let target = document.root.map?[block].flatMap { $0.value.isNull ? nil : $0 }
        if let target, let reason = lines.reasonNotToEnter(target) {
            for form in movable { refuse(form, reason, &kept) }
            return
        }
        // A key without a value is in the way of a block of that name.
        if target == nil, document.root.map?[block] != nil {
            for form in movable { refuse(form, "'\(block):' has no value: remove it", &kept) }
            return
        }
        guard !movable.isEmpty else { return }
        lines.move(movable.map { ($0.entry, $0.name) }, into: block, at: target)
        changes += movable.map { ($0.entry.keyPosition.line, $0.text) }
    }

    /// Takes the new text, unless it means anything else than the old one with newer words.
    private mutating func settle(_ kept: Set<SourcePosition>) {
        var expected = Fingerprint()
        expected.add(document.root.modernised(table, except: kept))
        // Text that is no YAML any more is not what was wanted either.
        if let found = try? YAMLDocument.parse(lines.text) {
            var fingerprint = Fingerprint()
            fingerprint.add(found.root)
            if fingerprint == expected, found.repeatedKeys.count == document.repeatedKeys.count {
                text = lines.text
                return
            }
        }
        let reason = "an anchor, a merged block or a repeated key is in the way: do it by hand"
        refusals += changes.map { ($0.line, $0.text, reason) }
        refusals.sort { $0.line < $1.line }
        changes = []
    }
}

extension OlderForm {
    fileprivate var block: String {
        if case .move(let block, _) = change { return block }
        return ""
    }

    fileprivate var name: String {
        if case .move(_, let name) = change { return name }
        return entry.key
    }
}
