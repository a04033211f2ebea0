"""Tries the official Ollama client on Ollama's own wire. Usage: check_ollama.py FOLDER"""

import importlib.metadata
import sys

import ollama

from scripted_server import Findings, read, served

# The wire has no words for them.
LEFT_OUT = {"refusal", "filtered"}


def read_chat(address, name):
    text = reasoning = ""
    calls, last = [], None
    stream = ollama.Client(host=f"{address}/ollama/{name}").chat(
        model="contract-1", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    for part in stream:
        text += part.message.content or ""
        reasoning += part.message.thinking or ""
        for call in part.message.tool_calls or []:
            calls.append(
                {"name": call.function.name, "arguments": dict(call.function.arguments)}
            )
        last = part
    if not last.done:
        raise ValueError("the stream has no end")
    finish = {"stop": "stop", "length": "length"}.get(last.done_reason, last.done_reason)
    return {
        "text": text,
        "reasoning": reasoning,
        "calls": calls,
        "finish": "tool_calls" if calls else finish,
        "usage": {
            "input": last.prompt_eval_count,
            "output": last.eval_count,
            "cached": None,
            "reasoning": None,
        },
    }


def main(folder):
    findings = Findings(f"ollama {importlib.metadata.version('ollama')}")
    with served(folder, "ollama") as address:
        for name, answer in read(folder, "answers", "ollama").items():
            if name in LEFT_OUT:
                continue
            expected = dict(answer["expected"])
            del expected["refusal"]
            # The client's type of a call has no id.
            expected["calls"] = [
                {key: call[key] for key in ("name", "arguments")} for call in expected["calls"]
            ]
            try:
                findings.compare(f"ollama {name}", expected, read_chat(address, name))
            except Exception as error:  # whatever the client throws is a finding
                findings.refuse(f"ollama {name}", error)
    for name, body in read(folder, "requests", "ollama").items():
        place = f"ollama request {name}"
        try:
            request = ollama._types.ChatRequest.model_validate(body)
            unknown = sorted(set(body) - set(request.model_dump()))
            findings.compare(place, {"unknown": []}, {"unknown": unknown})
        except Exception as error:  # as above
            findings.refuse(place, error)
    return findings.close()


sys.exit(main(sys.argv[1]))
