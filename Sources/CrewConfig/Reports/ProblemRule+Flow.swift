extension ProblemRule {
    /// Problems of the ways through a crew.
    static let flow: [String: (String, String)] = [
        "unreachable_agent": (
            "no way leads to an agent",
            "Lead a signal, a default, a group or a tool to it, or leave it out."
        ),
        "unreachable_group": (
            "no way leads to a group", "Let a signal lead to it, or leave it out."
        ),
        "unheard_signals": (
            "signals are given where nobody follows them",
            "Who works for a group or a call answers to who asked; its signals lead nowhere."
        ),
        "no_next_agent": (
            "a group's results end the run", "Name a next_agent if an agent is to read them."
        ),
        "group_asked_again": (
            "a group's reader can only ask the group again",
            "Give it a signal that ends the run, or another next_agent."
        ),
        "flow_cycle": (
            "a run can go round", "It is left where the message says; limits end it otherwise."
        ),
        "endless_cycle": (
            "a run goes round and is not meant to leave",
            "Give one of the agents a signal with target: null, is_terminal or wait_for_signal."
        ),
        "limit_before_end": (
            "a limit stops every run before an end", "Raise the limit to what the shortest way takes."
        ),
        "limit_before_agent": (
            "a limit stops runs before an agent", "Raise the limit to what the shortest way takes."
        ),
        "timeout_never_reached": (
            "a time is longer than the one around it", "Shorten it, or give the run more time."
        ),
    ]
}
