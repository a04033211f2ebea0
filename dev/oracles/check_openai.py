"""Tries the official OpenAI client on the chat and the responses wire. Usage: check_openai.py FOLDER"""

import json
import sys

import openai
import pydantic
from openai.types.chat import ChatCompletionChunk, completion_create_params
from openai.types.responses import ResponseStreamEvent, response_create_params

from scripted_server import Findings, read, served


def client(address, wire, name):
    return openai.OpenAI(base_url=f"{address}/{wire}/{name}/v1", api_key="k", max_retries=0)


def arguments(text):
    return json.loads(text) if text.strip() else {}


def usage(reported, input_name, output_name):
    if reported is None:
        return {"input": None, "output": None, "cached": None, "reasoning": None}
    inputs = getattr(reported, f"{input_name}_details", None)
    outputs = getattr(reported, f"{output_name}_details", None)
    return {
        "input": getattr(reported, input_name),
        "output": getattr(reported, output_name),
        "cached": inputs.cached_tokens if inputs else None,
        "reasoning": outputs.reasoning_tokens if outputs else None,
    }


def read_chat(address, name):
    found = {"text": "", "reasoning": "", "refusal": "", "usage": None}
    calls, finish = {}, None
    stream = client(address, "chat", name).chat.completions.create(
        model="contract-1",
        messages=[{"role": "user", "content": "Hi"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        # The client itself takes whatever comes; its types do not.
        ChatCompletionChunk.model_validate(chunk.to_dict(), strict=True)
        if chunk.usage:
            found["usage"] = usage(chunk.usage, "prompt_tokens", "completion_tokens")
        for choice in chunk.choices:
            delta = choice.delta
            found["text"] += delta.content or ""
            found["refusal"] += delta.refusal or ""
            found["reasoning"] += (delta.model_extra or {}).get("reasoning_content") or ""
            for piece in delta.tool_calls or []:
                call = calls.setdefault(piece.index, {"id": piece.id, "name": "", "arguments": ""})
                call["name"] += piece.function.name or ""
                call["arguments"] += piece.function.arguments or ""
            finish = choice.finish_reason or finish
    for call in calls.values():
        call["arguments"] = arguments(call["arguments"])
    found["calls"] = [calls[index] for index in sorted(calls)]
    # The wire has no word for it; the client's users look at the text.
    found["finish"] = "refusal" if found["refusal"] and finish == "stop" else finish
    return found


def accumulate_chat(address, name):
    """The client's own accumulator, which is stricter than its reader."""
    with client(address, "chat", name).chat.completions.stream(
        model="contract-1", messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        message = stream.get_final_completion().choices[0].message
    return {"text": message.content or "", "refusal": message.refusal or ""}


def validate_responses(address, name):
    """The client itself takes whatever comes; its types do not."""
    adapter = pydantic.TypeAdapter(ResponseStreamEvent)
    stream = client(address, "responses", name).responses.create(
        model="contract-1", input="Hi", stream=True
    )
    for event in stream:
        adapter.validate_python(event.to_dict())


def read_responses(address, name):
    validate_responses(address, name)
    with client(address, "responses", name).responses.stream(
        model="contract-1", input="Hi"
    ) as stream:
        events = [event.model_dump(warnings=False) for event in stream]
    response = next(
        event["response"]
        for event in reversed(events)
        if event["type"] in ("response.completed", "response.incomplete")
    )
    found = {"text": "", "reasoning": "", "refusal": "", "calls": []}
    for item in response["output"]:
        if item["type"] == "message":
            for part in item["content"]:
                found["text"] += part.get("text") or ""
                found["refusal"] += part.get("refusal") or ""
        elif item["type"] == "reasoning":
            found["reasoning"] += "".join(part["text"] for part in item["summary"])
        elif item["type"] == "function_call":
            found["calls"].append(
                {
                    "id": item["call_id"],
                    "name": item["name"],
                    "arguments": arguments(item["arguments"]),
                }
            )
    reason = (response["incomplete_details"] or {}).get("reason")
    found["finish"] = (
        {"max_output_tokens": "length"}.get(reason, reason)
        or ("tool_calls" if found["calls"] else "")
        or ("refusal" if found["refusal"] else "stop")
    )
    reported = response["usage"] or {}
    found["usage"] = {
        "input": reported.get("input_tokens"),
        "output": reported.get("output_tokens"),
        "cached": (reported.get("input_tokens_details") or {}).get("cached_tokens"),
        "reasoning": (reported.get("output_tokens_details") or {}).get("reasoning_tokens"),
    }
    return found


def check_answers(findings, folder, address, wire, reader):
    for name, answer in read(folder, "answers", wire).items():
        place = f"{wire} {name}"
        try:
            findings.compare(place, answer["expected"], reader(address, name))
        except Exception as error:  # whatever the client throws is a finding
            findings.refuse(place, error)


def check_accumulator(findings, folder, address):
    for name, answer in read(folder, "answers", "chat").items():
        expected = answer["expected"]
        # For these it throws errors of its own, whatever else they hold.
        if expected["finish"] in ("length", "content_filter"):
            continue
        try:
            found = accumulate_chat(address, name)
            findings.compare(
                f"chat {name} accumulated", {key: expected[key] for key in found}, found
            )
        except Exception as error:  # as above
            findings.refuse(f"chat {name} accumulated", error)


def unknown_members(value, found):
    """Members of the top of a request that the type does not know."""
    return sorted(set(value) - set(found))


def check_requests(findings, folder, wire, type_):
    adapter = pydantic.TypeAdapter(type_)
    for name, body in read(folder, "requests", wire).items():
        place = f"{wire} request {name}"
        try:
            found = adapter.validate_python(body)
            findings.compare(place, {"unknown": []}, {"unknown": unknown_members(body, found)})
        except Exception as error:  # as above
            findings.refuse(place, error)


def main(folder):
    findings = Findings(f"openai {openai.__version__}")
    with served(folder, "chat", "responses") as address:
        check_answers(findings, folder, address, "chat", read_chat)
        check_accumulator(findings, folder, address)
        check_answers(findings, folder, address, "responses", read_responses)
    check_requests(
        findings, folder, "chat", completion_create_params.CompletionCreateParamsStreaming
    )
    check_requests(
        findings, folder, "responses", response_create_params.ResponseCreateParamsStreaming
    )
    return findings.close()


sys.exit(main(sys.argv[1]))
