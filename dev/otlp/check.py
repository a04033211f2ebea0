"""Looks over the spans that a collector has kept: prints their trees, and fails on what is wrong.

Usage: check.py FILE WORD...
No exported byte may hold one of the words.
"""

import json
import os
import sys

path, words = sys.argv[1], sys.argv[2:]
problems = open(path + ".problems").read() if os.path.exists(path + ".problems") else ""
assert not problems, problems
spans = [json.loads(line) for line in open(path)]
assert spans, "nothing was exported"
ids = [(span["trace"], span["id"]) for span in spans]
assert len(set(ids)) == len(ids), "a span was sent twice"
sent = open(path + ".bytes", "rb").read().decode()
for word in words:
    assert word not in sent, f"'{word}' was exported"


def show(trace, parent, depth):
    inner = [span for span in spans if span["trace"] == trace and span["parent"] == parent]
    for span in sorted(inner, key=lambda span: (span["start"], span["name"])):
        error = span["attributes"].get("error.type")
        print("  " * depth + span["name"] + (f"  !{error}" if error else ""))
        show(trace, span["id"], depth + 1)


KINDS = {"invoke_workflow": 1, "invoke_agent": 1, "execute_tool": 1, "chat": 3}
for span in spans:
    operation = span["attributes"].get("gen_ai.operation.name")
    assert span["kind"] == KINDS.get(operation, 2), span
    assert (span["status"] == 2) == ("error.type" in span["attributes"]), span
    known = span["parent"] == "" or (span["trace"], span["parent"]) in set(ids)
    # The check's own requests bring this parent.
    assert known or span["parent"] == "00f067aa0ba902b7", f"no parent: {span}"
    wanted = {"invoke_agent": "invoke_workflow", "chat": "invoke_agent", "execute_tool": "invoke_agent"}
    if operation in wanted:
        parent = next(s for s in spans if (s["trace"], s["id"]) == (span["trace"], span["parent"]))
        assert parent["attributes"].get("gen_ai.operation.name") == wanted[operation], span

for trace in dict.fromkeys(span["trace"] for span in spans):
    print(f"trace {trace}")
    for root in ("", "00f067aa0ba902b7"):
        show(trace, root, 1)
print(f"{len(spans)} spans, {len(sent)} bytes")
