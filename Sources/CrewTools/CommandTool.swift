public import CrewKit

/// A tool that starts a program with an argument vector: no shell ever reads what a model wrote.
///
/// A call returns what the program wrote to its standard output. An exit code other than zero, a
/// missing program, too much time or endless output are failures that tell the program's last
/// words. Cancelling the call ends the program and what it started, and so does the death of this
/// process. The program can tell a repeated call by the key in `CREW_IDEMPOTENCY_KEY`, or where its
/// command writes `{{idempotency_key}}`. Without a declared working folder each call has one of its
/// own in the temporary folder, which `TMPDIR` names too and which is removed afterwards.
public struct CommandTool: Tool {
    public let definition: ToolDefinition
    private let program: String
    private let arguments: [ArgumentTemplate]
    private let numbers: Set<String>
    private let prototype: Program

    /// A written time limit is the program's; `definition.timeout` is a little longer, so that the
    /// program's last words reach the model.
    ///
    /// - Parameters:
    ///   - timeout: for definitions that name no time limit of their own.
    ///   - clock: measures the time limit.
    /// - Throws: `invalid_definition` when the command cannot work: no program, a place for a
    ///   parameter that does not exist, a variable name that is none.
    public init(
        _ written: DeclaredTool, timeout: Duration = .seconds(30),
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(CrewError) {
        guard case .command(let template) = written.work else {
            throw Self.problem(written, "it starts no program")
        }
        var definition = ToolDefinition(
            name: written.name, description: written.description, parameters: written.parameters,
            effect: written.effect, approval: written.approval,
            timeout: written.timeout.map { $0 + Program.farewell }, isolation: .inProcess)
        definition.isSequential = written.isSequential
        definition.limits = template.limits
        definition.source = "command: \(template.words.first ?? "")"
        self.definition = definition
        guard let program = template.words.first, !program.isEmpty else {
            throw Self.problem(written, "its command names no program")
        }
        guard !program.contains("{{") else {
            throw Self.problem(written, "its program must not come from a parameter")
        }
        self.program = program
        var templates: [ArgumentTemplate] = []
        let parameters = written.parameters["properties"]?.object?.keys ?? []
        guard !parameters.contains(Self.keyPlace) else {
            throw Self.problem(
                written, "'\(Self.keyPlace)' cannot be a parameter: the engine gives it")
        }
        let known = parameters + [Self.keyPlace]
        for (index, text) in template.words.dropFirst().enumerated() {
            let template: ArgumentTemplate
            do throws(CrewError) {
                template = try ArgumentTemplate(text, in: "argument \(index + 1) of its command")
            } catch {
                throw Self.problem(written, error.message)
            }
            if let stranger = template.parameters.first(where: { !known.contains($0) }) {
                let hint = NearestWord.suggestion(for: stranger, among: known)
                throw Self.problem(
                    written,
                    "'{{\(stranger)}}' is no parameter of it" + (hint.map { "; \($0)" } ?? ""))
            }
            templates.append(template)
        }
        if let name = template.environment.keys.sorted().first(where: { !Self.isVariableName($0) })
        {
            throw Self.problem(written, "'\(name)' cannot name an environment variable")
        }
        arguments = templates
        numbers = Self.numbers(among: written.parameters["properties"]?.object ?? [:])
        prototype = Program(
            command: [program],
            environment: ProgramEnvironment.standard(adding: template.environment),
            workingDirectory: template.workingDirectory, limits: template.limits,
            sandbox: template.sandbox, timeLimit: written.timeout ?? timeout,
            outputLimit: written.maxOutputBytes, clock: clock)
    }

    public func call(_ call: ToolInvocation) async throws -> String {
        var program = prototype
        program.command = try command(for: call)
        program.environment[CommandTemplate.idempotencyKeyVariable] = call.idempotencyKey
        guard program.workingDirectory == nil else { return try await output(of: program) }
        return try await WorkFolder.with { folder in
            var program = program
            program.workingDirectory = folder
            program.environment["TMPDIR"] = folder
            return try await output(of: program)
        }
    }

    /// Removes the working folders of calls whose process was killed. To be called when a program
    /// starts; it reads the temporary folder.
    public static func removeLeftovers() {
        WorkFolder.removeLeftovers()
    }

    private func output(of program: Program) async throws -> String {
        let report = try await program.run()
        if let failure = report.failure(
            of: self.program, timeLimit: program.timeLimit, limits: program.limits)
        {
            throw failure
        }
        return report.output
    }

    private static let keyPlace = DeclaredTool.idempotencyKeyPlace

    private func command(for call: ToolInvocation) throws(ToolFailure) -> [String] {
        var values = call.arguments
        values[Self.keyPlace] = .string(call.idempotencyKey)
        var command = [program]
        var optionsHaveEnded = false
        for template in arguments {
            guard
                let text = try template.filled(
                    values, numbers: numbers, optionsHaveEnded: optionsHaveEnded)
            else {
                continue
            }
            command.append(text)
            if text == "--" { optionsHaveEnded = true }
        }
        return command
    }

    /// The parameters that can be nothing but numbers.
    private static func numbers(among properties: JSONObject) -> Set<String> {
        let isNumeric = { (type: JSONValue) in type == "number" || type == "integer" }
        return Set(
            properties.filter { _, schema in
                guard let type = schema["type"] else { return false }
                return type.array.map { !$0.isEmpty && $0.allSatisfy(isNumeric) } ?? isNumeric(type)
            }.map(\.0))
    }

    private static func isVariableName(_ name: String) -> Bool {
        // Shells pass nothing on that has another name.
        name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
    }

    private static func problem(_ tool: DeclaredTool, _ text: String) -> CrewError {
        CrewError(.invalidDefinition, "tool '\(tool.name)': \(text)")
    }
}
