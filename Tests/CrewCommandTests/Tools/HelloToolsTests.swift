import Foundation
import Testing

@Suite("The example of conversation tools")
struct HelloToolsTests {
    @Test("In a chat its tools see what was said in earlier turns")
    func chat() async throws {
        let folder = try Product.example("hello-tools").path
        let ended = try await Product.run(
            "chat", folder,
            input: """
                Hello, my name is Minh
                I work in Hà Nội and use Ubuntu
                What did I say about ubuntu?
                How many messages are there?
                What is my name?
                exit

                """)
        let output = ended.output
        #expect(ended.code == 0)
        #expect(output.contains("[3] user, relevance 0.9: I work in Hà Nội and use Ubuntu"))
        #expect(output.contains("10 messages: 4 user, 5 assistant, 1 tool, 0 system"))
        #expect(output.contains("You are Minh."))
    }
}
