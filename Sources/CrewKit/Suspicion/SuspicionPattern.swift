/// A way in which inputs try to give agents other orders than their author did.
struct SuspicionPattern: Sendable {
    /// What warnings call it; stays the same between versions.
    let name: String
    /// One of each has to occur, in this order, each near the one before.
    let steps: [[[Substring]]]

    /// Words that may stand between two steps.
    static let gap = 4

    /// - Parameter steps: alternatives parted by `|`, written plainly: without capitals and marks.
    init(_ name: String, _ steps: String...) {
        self.name = name
        self.steps = steps.map { $0.split(separator: "|").map { $0.split(separator: " ") } }
    }

    /// - Parameter phrase: of a crew's author.
    init(phrase: String) {
        name = phrase
        steps = [[PlainWords(phrase).words.map { Substring($0) }]]
    }

    /// Whether the words hold the pattern; the time grows with their number alone.
    func occurs(in words: [String], at places: [String: [Int]]) -> Bool {
        guard let first = steps.first else { return false }
        let starts = first.flatMap { phrase in phrase.first.flatMap { places[String($0)] } ?? [] }
        return starts.contains { start in
            let ends = Self.ends(of: first, at: start, in: words)
            return ends.contains { follows($0, steps.dropFirst(), in: words) }
        }
    }

    private func follows(
        _ place: Int, _ steps: ArraySlice<[[Substring]]>, in words: [String]
    ) -> Bool {
        guard let step = steps.first else { return true }
        for start in place...(place + Self.gap) where start < words.count {
            for end in Self.ends(of: step, at: start, in: words)
            where follows(end, steps.dropFirst(), in: words) {
                return true
            }
        }
        return false
    }

    /// Where the phrases end that stand at a place.
    private static func ends(
        of phrases: [[Substring]], at start: Int, in words: [String]
    ) -> [Int] {
        phrases.compactMap { phrase in
            let end = start + phrase.count
            guard !phrase.isEmpty, end <= words.count,
                zip(words[start..<end], phrase).allSatisfy({ $0 == $1 })
            else { return nil }
            return end
        }
    }
}

extension SuspicionPattern {
    /// In English and Vietnamese, without its marks.
    static let builtIn = [
        SuspicionPattern(
            "ignore_instructions",
            "ignore|disregard|forget|override|bypass|do not follow|stop following",
            "previous|prior|above|earlier|preceding|all|any|your|the|these|those|system",
            "instructions|instruction|rules|rule|prompt|prompts|guidelines|directions|orders"
                + "|policies|restrictions|guardrails"),
        SuspicionPattern(
            "ignore_instructions",
            "bo qua|quen|quen di|phot lo|lam ngo|dung lam theo|khong tuan theo|khong lam theo"
                + "|vuot qua|huy bo",
            "huong dan|chi dan|chi thi|quy tac|quy dinh|menh lenh|cau lenh|lenh|loi nhac|prompt",
            "truoc|truoc do|tren|o tren|phia tren|ban dau|cu|cua ban|he thong|da cho|duoc giao"),
        SuspicionPattern(
            "reveal_instructions",
            "reveal|show|print|repeat|output|display|tell|give|leak|dump",
            "system prompt|system message|your prompt|your instructions|initial prompt"
                + "|initial instructions|hidden instructions|hidden prompt|original instructions"
                + "|developer message"),
        SuspicionPattern(
            "reveal_instructions",
            "tiet lo|in ra|cho toi xem|cho toi biet|hien thi|nhac lai|lap lai|dua ra",
            "loi nhac he thong|prompt he thong|cau lenh he thong|chi dan he thong"
                + "|chi thi he thong|huong dan he thong|system prompt|huong dan cua ban"
                + "|chi dan cua ban|chi thi cua ban"),
        SuspicionPattern(
            "new_role",
            "you are now|you are no longer|from now on you|act as|pretend to be|pretend you are",
            "dan|jailbroken|unrestricted|unfiltered|uncensored|developer mode|god mode|root"
                + "|an administrator|the system|bound by|free from"),
        SuspicionPattern(
            "new_role", "tu gio|tu bay gio|ke tu bay gio|bay gio",
            "ban la|ban khong con la|ban se dong vai|hay dong vai"),
        SuspicionPattern(
            "no_limits",
            "do anything now|enable developer mode|developer mode enabled|jailbreak mode"
                + "|without any restrictions|without restrictions|no longer bound by"
                + "|khong co bat ky gioi han nao|khong bi gioi han|che do nha phat trien"),
        SuspicionPattern(
            "new_instructions",
            "new instructions|new system prompt|updated instructions|real instructions"
                + "|chi dan moi|chi thi moi|huong dan moi",
            "follow|obey|are|is|from|la|tu|begin|start"),
    ]

    /// Marks with which wires part who speaks; no person writes them by chance.
    static let roleMarkers = [
        "<|im_start|>", "<|im_end|>", "<|system|>", "<|assistant|>", "<|user|>",
        "<|start_header_id|>", "<|eot_id|>", "[inst]", "[/inst]", "<<sys>>", "<</sys>>",
        "<system>", "</system>", "<start_of_turn>", "### system", "### instruction",
    ]

    /// Roles that a line may claim at its beginning.
    static let roles: Set<Substring> = ["system", "assistant", "developer", "hệ thống", "trợ lý"]
}
