import Foundation
import Testing

@testable import crew

@Suite("Environment files")
struct EnvironmentTests {
    @Test(
        "A line is a name and a value, quoted or not, with or without export",
        arguments: [
            ("A=1", "A", "1"), ("export A_B = x y ", "A_B", "x y"), ("A=\"x # y\"", "A", "x # y"),
            ("A='x'", "A", "x"), ("A=x # note", "A", "x"), ("A=", "A", ""), ("A=b=c", "A", "b=c"),
            ("A=x\r", "A", "x"), ("A=\"dot val\" # c", "A", "dot val"), ("A='v' # c", "A", "v"),
            ("A=\"{\"k\": 1}\"", "A", "{\"k\": 1}"), ("A=\"x\" # \"y\"", "A", "x"),
        ])
    func lines(line: String, name: String, value: String) throws {
        let variable = try #require(
            try EnvironmentReader.variable(in: line[...], place: "f:1:1"))
        #expect(variable.name == name)
        #expect(variable.value == value)
    }

    @Test("Blank lines and comments are nothing", arguments: ["", "   ", "# A=1"])
    func nothing(line: String) throws {
        #expect(try EnvironmentReader.variable(in: line[...], place: "f:1:1") == nil)
    }

    @Test(
        "Anything else is told with its place", arguments: ["A", "=1", "A B=1", "A=\"x", "A='x' y"])
    func wrong(line: String) {
        #expect { try EnvironmentReader.variable(in: line[...], place: ".env:3:1") } throws: {
            ($0 as? CommandFailure)?.message.hasPrefix(".env:3:1: error:") == true
        }
    }

    @Test("What the environment sets counts more than the file")
    func precedence() throws {
        let folder = try Product.temporaryFolder()
        let file = folder.appending(path: ".env")
        try Data("A=file\nB=file\n".utf8).write(to: file)
        let environment = try EnvironmentReader(folder: folder.path, file: nil)
            .environment(["A": "process"])
        #expect(environment["A"] == "process")
        #expect(environment["B"] == "file")
    }

    @Test("Lines may end as Windows ends them", arguments: ["\r\n", "\n", "\r"])
    func lineEnds(end: String) throws {
        let folder = try Product.temporaryFolder()
        let lines = ["# first", "A=1", "", "B=\"2 3\"", "C=4", ""]
        try Data(lines.joined(separator: end).utf8).write(to: folder.appending(path: ".env"))
        let environment = try EnvironmentReader(folder: folder.path, file: nil).environment([:])
        #expect(environment == ["A": "1", "B": "2 3", "C": "4"])
    }

    @Test("A named file that is not there is an error")
    func missing() {
        #expect(throws: CommandFailure.self) {
            try EnvironmentReader(folder: "/", file: "/nowhere/.env").environment([:])
        }
    }

    @Test("Text of a model cannot steer the terminal")
    func harmless() {
        #expect(TerminalStyle.harmless("a\u{1B}[31mb\u{7}\u{9B}c\nệ") == "a[31mbc\nệ")
    }
}
