/// What a problem's code stands for, for people who see the code before the message.
public struct ProblemRule: Sendable, Hashable {
    public let code: String
    /// What is wrong, in half a sentence.
    public let title: String
    /// Why it matters and what to do.
    public let help: String

    /// The rule of that code; of one that is not in the table the code's own words.
    public init(_ code: String) {
        let row = Self.table[code]
        self.code = code
        title = row?.0 ?? code.replacing("_", with: " ")
        help = row?.1 ?? "See docs/configuration.md."
    }

    private init(_ code: String, _ title: String, _ help: String) {
        self.code = code
        self.title = title
        self.help = help
    }

    /// Every rule, by code.
    public static var all: [ProblemRule] {
        table.sorted { $0.key < $1.key }.map { ProblemRule($0.key, $0.value.0, $0.value.1) }
    }
}

extension ProblemRule {
    private typealias Table = [String: (String, String)]

    private static let table = [files, keys, agents, ways, groups, tools, models, flow].reduce(
        into: Table()
    ) { $0.merge($1) { first, _ in first } }

    private static let files: Table = [
        "unreadable_definition": (
            "crew.yaml cannot be read", "Nothing else is checked before this is mended."
        ),
        "unreadable_file": (
            "a file of the crew cannot be read", "The rest of the crew is checked all the same."
        ),
        "unread_file": ("a file is passed over", "Only files that end in .yaml are read."),
        "more_documents": (
            "a file holds a second document", "Only the first document of a file is read."
        ),
        "repeated_key": (
            "a key is given twice", "The last one counts; the earlier one has no effect."
        ),
        "two_scripts": (
            "there are two scripts", "script.yaml counts before a script in crew.yaml."
        ),
        "unknown_variable": (
            "an environment variable is not set",
            "Set it, or give another value with ${NAME:-otherwise}."
        ),
        "malformed_reference": (
            "something looks like a reference and is none",
            "Write ${NAME}, ${NAME:-otherwise}, ${NAME:?what is missing} or ${file:PATH}."
        ),
        "unreadable_secret": (
            "a secret's file cannot be read",
            "Put the secret there, readable by whoever runs the crew."
        ),
        "key_in_file": (
            "a key is written into a file", "Name an environment variable with api_key_env."
        ),
        "secret_in_file": (
            "a file holds what looks like a secret",
            "Keep secrets in the environment and write ${NAME} where they are used."
        ),
        "unreadable_prices": (
            "the file of prices cannot be read", "Write one with 'crew prices import'."
        ),
    ]

    private static let keys: Table = [
        "unknown_key": (
            "a key is not understood", "It is ignored; see docs/configuration.md for all keys."
        ),
        "older_key": (
            "a key has a newer form", "It still works; crew check --fix rewrites it."
        ),
        "unsupported_key": ("a key is not supported", "It is ignored."),
        "missing_key": ("a key is missing", "The block cannot be used without it."),
        "conflicting_keys": (
            "two keys contradict each other", "Remove one of them."
        ),
        "wrong_type": (
            "a value has the wrong type", "docs/configuration.md gives each key's type."
        ),
        "unknown_value": (
            "a value is none of the known ones", "Only the listed words are understood."
        ),
        "out_of_range": (
            "a number is out of range", "docs/configuration.md gives each key's range."
        ),
        "repeated_entry": ("a list holds an entry twice", "Remove one of them."),
        "empty_entry": ("an entry of a list is empty", "Remove it."),
        "zero_means_default": (
            "0 asks for the default", "Leave the key out; under config_mode: strict 0 is 0."
        ),
        "no_effect": ("something has no effect", "It is understood and changes nothing."),
        "suspicious_value": (
            "a value is probably meant on another scale",
            "Check whether a share or a percentage is meant."
        ),
    ]

    private static let agents: Table = [
        "no_agents": ("the crew has no agents", "List at least one agent."),
        "too_many_agents": ("the crew has too many agents", "Split the crew."),
        "missing_id": ("an agent has no id", "The file's name is used."),
        "invalid_id": ("an agent's id is too short or too long", "Choose another one."),
        "unusual_id": (
            "an agent's id has unusual characters", "Letters, digits, - and _ work everywhere."
        ),
        "missing_name": ("an agent has no name", "The id is shown instead."),
        "duplicate_agent": ("an agent is there twice", "Give one of them another id."),
        "missing_agent_file": (
            "an agent has no file", "An agent 'x' is described in agents/x.yaml."
        ),
        "unlisted_agent": (
            "an agent's file is not listed", "Only agents listed in crew.yaml are part of the crew."
        ),
        "unknown_agent": ("there is no such agent", "Names must be ids of listed agents."),
        "conflicting_behavior": (
            "parts of an agent's behaviour contradict each other", "Remove one of them."
        ),
        "unreachable_rule": (
            "a rule of the script never answers", "The first rule that fits answers: move it up."
        ),
        "unfilled_placeholder": (
            "nothing fills a placeholder", "It is sent to the model as it is written."
        ),
    ]

    private static let ways: Table = [
        "invalid_signal": ("this is not a signal", "A signal is a name in brackets: [NAME]."),
        "duplicate_signal": (
            "two signals cannot be told apart",
            "Case, blanks, _ and - make no difference; with fold_diacritics neither do diacritics."
        ),
        "unhandled_signal": (
            "a prompt speaks of a signal that nothing handles",
            "The agent would say it, and nothing would follow."
        ),
        "unmentioned_signal": (
            "no prompt speaks of a signal", "The agent never says it; the route is never taken."
        ),
        "unknown_target": (
            "there is no such target", "Targets are agents, groups or declared crews."
        ),
        "missing_target": ("a route names no target", "Its type needs one."),
        "unused_target": ("a target is ignored", "The type of the route leads elsewhere."),
        "terminal_with_routes": (
            "a terminal agent has ways on", "A terminal agent's turn ends the run."
        ),
        "empty_test": ("a trigger is empty", "It would fit every reply."),
        "loose_pattern": ("a pattern fits every text", "The test has no meaning."),
        "invalid_pattern": ("this is not a regular expression", "Check its brackets and escapes."),
    ]

    private static let groups: Table = [
        "ambiguous_name": (
            "a name means two things", "Groups and agents share their names: rename one."
        ),
        "empty_group": ("a group has no members", "List its agents."),
        "duplicate_member": ("a member is listed twice", "Each agent works once in a group."),
        "same_as_first": ("a join has a shorter name", "Write 'join: first'."),
        "vote_of_two": ("two members cannot outvote each other", "Add a third member."),
    ]

    private static let tools: Table = [
        "unknown_tool": ("there is no such tool", "The agent goes without it."),
        "unknown_server": ("there is no such MCP server", "Add it under mcp_servers."),
        "unused_tool": ("no agent uses a tool", "List it under the tools of an agent."),
        "unused_server": ("no agent uses an MCP server", "List its tools under those of an agent."),
        "duplicate_tool": ("two tools have one name", "Rename one of them."),
        "duplicate_server": ("two MCP servers have one name", "Rename one of them."),
        "invalid_name": ("this cannot be a name", "Only some letters are allowed in it."),
        "reserved_name": ("a name is taken by the engine", "Choose another one."),
        "missing_description": ("a tool has no description", "Models choose tools by it."),
        "unknown_parameter": ("there is no such parameter", "Add it to parameters.properties."),
        "invalid_schema": (
            "this is not a JSON Schema of an object", "Arguments cannot be checked by it."
        ),
        "unknown_keyword": ("a schema holds an unknown keyword", "It has no effect."),
        "unchecked_keyword": (
            "a schema's keyword is not checked", "Models read it; nothing tests it."
        ),
        "unknown_format": ("a schema names an unknown format", "It is not checked."),
        "invalid_url": ("this is not an address that can be asked", "Write https://host/path."),
        "invalid_host": ("this is not a host", "Write the name alone."),
        "invalid_header": ("this cannot be a header", "Headers are one line of plain letters."),
        "cache_without_read": (
            "a cache stands before a tool that changes something",
            "Only calls that read may be remembered."
        ),
        "retry_of_irreversible": (
            "calls that cannot be undone are to be repeated", "Remove the retry."
        ),
        "retry_of_run": (
            "a run as a tool has a retry", "Its model calls have attempts of their own."
        ),
        "cache_of_run": ("a run as a tool has a cache", "Runs are not remembered."),
        "missing_crew_folder": ("there is no crew in that folder", "It must hold a crew.yaml."),
        "duplicate_crew": (
            "two crews have one name", "Runs are told apart by the names of their crews."
        ),
        "crew_includes_itself": (
            "a crew works for itself", "Crews as tools must not lead in a circle."
        ),
    ]

    private static let models: Table = [
        "default_model": ("a model is left to the default", "Write provider and model."),
        "replaced_member": (
            "a request's own member is replaced", "The engine needs to set it itself."
        ),
        "unknown_provider": ("there is no such provider", "docs/models.md lists them."),
        "unsupported_wire": (
            "a provider does not speak this wire", "docs/models.md lists its wires."
        ),
        "invalid_base_url": ("a base URL cannot be used", "Write https://host/path."),
        "missing_base_url": (
            "a provider needs a base URL", "Its address holds the customer's name."
        ),
        "missing_api_key": (
            "a key is not set here", "The crew can only run where the environment holds it."
        ),
        "missing_script": ("there are no scripted replies", "Write a script.yaml."),
        "endpoint_unreachable": ("an endpoint does not answer", "Start it, or correct base_url."),
        "rejected_api_key": ("an endpoint refused the key", "Check the key and its rights."),
        "model_not_found": ("an endpoint does not list a model", "Check the model's name."),
        "endpoint_unclear": ("an endpoint answered something else", "It may work all the same."),
        "unknown_price": ("nobody knows what a model costs", "Add 'price:' to the model."),
        "incomplete_price": ("one price stands without the other", "Add the other one."),
        "no_call_fits": ("no call fits into a budget", "Lower max_tokens or raise the limit."),
        "never_lifted": ("a bound is never lifted", "Add 'within:' or 'mode: warn'."),
        "senseless_budget": (
            "a budget bounds nothing that can be counted so", "Write another 'per'."
        ),
        "sandbox_missing": ("this machine has no sandbox", "Install bubblewrap."),
    ]
}
