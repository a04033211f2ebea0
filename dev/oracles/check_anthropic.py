"""Tries the official Anthropic client on the messages wire. Usage: check_anthropic.py FOLDER"""

import sys

import anthropic
import pydantic
from anthropic.types import RawMessageStreamEvent, message_create_params

from scripted_server import Findings, read, served

# The wire has no word for them: a reply that is withheld is a refusal.
LEFT_OUT = {"filtered"}
FINISH = {
    "end_turn": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
}


def client(address, name):
    return anthropic.Anthropic(
        base_url=f"{address}/anthropic/{name}", api_key="k", max_retries=0
    )


def question():
    return {
        "model": "contract-1",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hi"}],
    }


def validate(address, name):
    """The client itself takes whatever comes; its types do not."""
    adapter = pydantic.TypeAdapter(RawMessageStreamEvent)
    for event in client(address, name).messages.create(stream=True, **question()):
        adapter.validate_python(event.to_dict())


def read_messages(address, name):
    validate(address, name)
    with client(address, name).messages.stream(**question()) as stream:
        message = stream.get_final_message().to_dict()
    blocks = message["content"]
    usage = message["usage"]
    cached = usage.get("cache_read_input_tokens")
    return {
        "text": "".join(block["text"] for block in blocks if block["type"] == "text"),
        "reasoning": "".join(
            block["thinking"] for block in blocks if block["type"] == "thinking"
        ),
        "refusal": (message.get("stop_details") or {}).get("explanation") or "",
        "calls": [
            {"id": block["id"], "name": block["name"], "arguments": block["input"]}
            for block in blocks
            if block["type"] == "tool_use"
        ],
        "finish": FINISH.get(message["stop_reason"], message["stop_reason"]),
        "usage": {
            "input": usage["input_tokens"]
            + (cached or 0)
            + (usage.get("cache_creation_input_tokens") or 0),
            "output": usage["output_tokens"],
            "cached": cached,
            "reasoning": (usage.get("output_tokens_details") or {}).get("thinking_tokens"),
        },
    }


def main(folder):
    findings = Findings(f"anthropic {anthropic.__version__}")
    with served(folder, "anthropic") as address:
        for name, answer in read(folder, "answers", "anthropic").items():
            if name in LEFT_OUT:
                continue
            try:
                findings.compare(f"messages {name}", answer["expected"], read_messages(address, name))
            except Exception as error:  # whatever the client throws is a finding
                findings.refuse(f"messages {name}", error)
    adapter = pydantic.TypeAdapter(message_create_params.MessageCreateParamsStreaming)
    # Older models take a temperature, newer ones do not, and the newest types leave it out.
    known = {"temperature"}
    for name, body in read(folder, "requests", "anthropic").items():
        place = f"messages request {name}"
        try:
            found = adapter.validate_python(body)
            unknown = sorted(set(body) - set(found) - known)
            findings.compare(place, {"unknown": []}, {"unknown": unknown})
        except Exception as error:  # as above
            findings.refuse(place, error)
    return findings.close()


sys.exit(main(sys.argv[1]))
