import CrewKit

/// Splits a command line into words as a shell would, and refuses what only a shell can do.
///
/// What a shell would expand or connect is refused with a sentence instead of being passed on as
/// plain text: a model that wrote `ls | wc -l` must not read the listing of a file named `|`.
enum CommandLineWords {
    static func split(_ line: String) throws(CrewError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        guard !line.utf8.contains(0) else {
            throw CrewError(
                .toolRejectedArguments, "parameter 'command': must not hold a zero byte")
        }
        for character in line {
            if isEscaped {
                isEscaped = false
                if quote == "\"", character != "\"", character != "\\" { word?.append("\\") }
                word = (word ?? "") + String(character)
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if let quote {
                if quote == "\"", "$`".contains(character) { throw refusal(of: character) }
                word = (word ?? "") + String(character)
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                if ";|&$<>`()".contains(character) || character.isNewline {
                    throw refusal(of: character)
                }
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else {
            throw CrewError(
                .toolRejectedArguments, "parameter 'command': a quote in it is never closed")
        }
        if let word { words.append(word) }
        return words
    }

    private static func refusal(of character: Character) -> CrewError {
        let name = character.isNewline ? "line breaks" : "'\(character)'"
        return CrewError(
            .toolRejectedArguments,
            "parameter 'command': must be one program with its arguments; no shell runs here, so "
                + "\(name) cannot be used outside single quotes")
    }
}
