import CrewKit
import Testing

@testable import CrewTools

@Suite("Words of a command line")
struct CommandLineWordsTests {
    @Test(
        "Words are split as a shell splits them",
        arguments: [
            ("df -h  /", ["df", "-h", "/"]), ("", []), ("  ", []),
            ("grep 'a | b' x", ["grep", "a | b", "x"]),
            (#"echo "a \"b\" c""#, ["echo", #"a "b" c"#]), (#"echo a\ b"#, ["echo", "a b"]),
            ("echo ''", ["echo", ""]), ("a'b'\"c\"d", ["abcd"]),
            (#"echo "a\nb""#, ["echo", #"a\nb"#]),
            ("echo '$(id)`id`'", ["echo", "$(id)`id`"]), ("echo \"a;b|c>d\"", ["echo", "a;b|c>d"]),
            ("ls *.log", ["ls", "*.log"]), ("echo Hà\tNội", ["echo", "Hà", "Nội"]),
        ])
    func words(line: String, words: [String]) throws {
        #expect(try CommandLineWords.split(line) == words)
    }

    @Test(
        "What only a shell can do is refused",
        arguments: [
            "ls; id", "ls && id", "ls | wc", "ls > x", "cat < x", "echo $HOME", "echo `id`",
            "echo \"$HOME\"", "echo \"`id`\"", "ls\nid", "ls\r\nid", "(ls)", "ls &", "echo 'a",
            "a\\",
            "echo \"", "a\0b",
        ])
    func operators(line: String) {
        let error = #expect(throws: CrewError.self) { try CommandLineWords.split(line) }
        #expect(error?.code == .toolRejectedArguments)
    }
}
