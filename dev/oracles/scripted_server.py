"""A server on the loopback that answers with what the contract's endpoints send."""

import contextlib
import http.server
import json
import pathlib
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        wire, name = self.path.split("/")[1:3]
        answer = self.server.answers[wire, name]
        self.send_response(answer["status"])
        for header, value in answer["headers"].items():
            self.send_header(header, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in answer["pieces"]:
            data = piece.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Clients may leave as they like."""


def read(folder, kind, wire):
    """The written answers or requests of a wire, by name."""
    paths = sorted(pathlib.Path(folder, kind, wire).glob("*.json"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


@contextlib.contextmanager
def served(folder, *wires):
    """Serves the answers of these wires; gives the address, below which they are WIRE/NAME."""
    server = Server(("127.0.0.1", 0), Handler)
    server.answers = {
        (wire, name): answer
        for wire in wires
        for name, answer in read(folder, "answers", wire).items()
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class Findings:
    """What a client understood otherwise than it was meant."""

    def __init__(self, client):
        self.client = client
        self.checked = 0
        self.texts = []

    def compare(self, place, expected, found):
        self.checked += 1
        for key, value in expected.items():
            if found.get(key) != value:
                self.texts.append(f"{place}: {key} is {found.get(key)!r}, not {value!r}")

    def refuse(self, place, error):
        self.checked += 1
        lines = str(error).splitlines()
        self.texts.append(f"{place}: {type(error).__name__}: {' '.join(lines[:4])[:600]}")

    def close(self):
        """Tells them and gives the exit code."""
        for text in self.texts:
            print(f"  {text}")
        if self.checked == 0:
            print(f"oracles: {self.client} was tried on nothing")
            return 1
        verdict = "does not accept all" if self.texts else "accepts all"
        print(f"oracles: {self.client} {verdict} of {self.checked}")
        return 1 if self.texts else 0
