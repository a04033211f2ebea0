import CrewKit

/// Finds keys, tokens and passwords that were written into a crew's files.
struct SecretScan {
    private(set) var problems = ProblemList()

    /// Blocks whose values go to other machines or programs; a secret in them is known by its key.
    private static let carriers = ["headers", "environment", "env", "query"]

    mutating func scan(_ root: YAMLNode, of document: DefinitionPath.Document, in file: String) {
        let place = Place(file: file, path: DefinitionPath(document), position: root.position)
        walk(root, key: "", isCarried: false, at: place)
    }

    private mutating func walk(_ node: YAMLNode, key: String, isCarried: Bool, at place: Place) {
        switch node.content {
        case .scalar(let scalar): check(scalar.text, key: key, isCarried: isCarried, at: place)
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                walk(
                    element, key: key, isCarried: isCarried, at: place.entering(index, element))
            }
        case .map(let map):
            let isCarried = isCarried || Self.carriers.contains(key)
            for entry in map.entries {
                walk(
                    entry.value, key: entry.key, isCarried: isCarried, at: place.entering(entry))
            }
        }
    }

    private mutating func check(_ text: String, key: String, isCarried: Bool, at place: Place) {
        // The reader of models has told about it already.
        guard key != "api_key", key != "api_key_env" else { return }
        let isReference = text.contains("${") && !text.contains(":-")
        if isCarried, SecretName.isSecret(key), !text.isEmpty, !isReference,
            !text.contains("{{")
        {
            return tell("'\(key.prefix(40))' holds a secret", key: key, at: place)
        }
        guard SecretText.isIn(text) || SecretName.isIn(text) else { return }
        tell(
            "\(key.isEmpty ? "a value" : "'\(key.prefix(40))'") holds what looks like a key, "
                + "a token or a password", key: key, at: place)
    }

    private mutating func tell(_ what: String, key: String, at place: Place) {
        let letters = key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        let name = letters.isEmpty ? "NAME" : String(letters)
        problems.add(
            .warning, "secret_in_file", at: place,
            "\(what); it is easily passed on with the file",
            suggestion: Self.expands(place.path)
                ? "set an environment variable and write ${\(name)} here"
                : "keep it in the environment, and out of this text")
    }

    /// Whether `${NAME}` is replaced at that place.
    private static func expands(_ path: DefinitionPath) -> Bool {
        let keys = ["headers", "environment", "query", "url", "base_url", "provider_url", "crew"]
        return path.steps.contains { step in
            if case .key(let key) = step { return keys.contains(key) }
            return false
        }
    }
}
