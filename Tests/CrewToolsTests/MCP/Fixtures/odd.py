"""Servers on standard input and output that behave in odd ways, for tests. Usage: odd.py WAY NOTE"""
import json
import os
import sys
import threading

way, note = sys.argv[1], sys.argv[2]
tools = [{"name": "t", "inputSchema": {"type": "object"}}]
handshake = {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}}}
discovered = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}


def send(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def receive():
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    message = json.loads(line)
    with open(note, "a") as file:
        file.write(message.get("method", "answer") + "\n")
    return message


def ask(number, method):
    send({"id": number, "method": method, "params": {}})
    answer = receive()
    return {key: answer[key] for key in ("id", "result", "error") if key in answer}


def call(request):
    if way == "asks":
        answers = [ask("p", "ping"), ask(7, "sampling/createMessage")]
        return {"content": [{"type": "text", "text": json.dumps(answers)}]}
    if way == "hangs":
        threading.Event().wait()
    if way == "wants":
        return {"resultType": "input_required", "inputRequests": {}}
    return {"content": [{"type": "text", "text": "ok"}]}


met = False
while True:
    request = receive()
    if "id" not in request:
        continue
    method, number = request["method"], request["id"]
    if method == "server/discover":
        if way == "dies":
            os._exit(3)
        elif way == "mute" or (way == "late" and not met):
            pass
        elif way == "old":
            send({"id": number, "error": {"code": -32602, "message": "Invalid request"}})
        else:
            send({"id": number, "result": discovered})
    elif method == "initialize":
        met = True
        if way == "late":
            send({"id": number, "error": {"code": -32022, "message": "Unsupported version"}})
        else:
            send({"id": number, "result": handshake})
    elif method == "ping":
        send({"id": number, "result": {}})
    elif method == "tools/list":
        send({"id": number, "result": {"tools": tools}})
    elif method == "tools/call":
        send({"id": number, "result": call(request)})
