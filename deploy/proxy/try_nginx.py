"""Starts a server, a second one that answers 503, and nginx with nginx.conf before both; all on loopback."""

import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class StandsBy(http.server.BaseHTTPRequestHandler):
    """What a process answers that waits for the one before it."""

    asked = 0

    def answer(self):
        StandsBy.asked += 1
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(503)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def expect(claim, what):
    if not claim:
        raise SystemExit(f"deploy: FAILED. nginx: {what}")


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Host": "crew.example.com", **(headers or {})})
    return connection.getresponse()


def try_all(port):
    # The first server of the list answers 503: every second request begins there and is passed on.
    for _ in range(4):
        answer = ask(port, "POST", "/v1/runs", json.dumps({"input": "Máy chậm lắm"}),
                     {"Content-Type": "application/json", "X-Request-ID": "abc-123"})
        text = answer.read()
        expect(answer.status == 202, f"a POST is answered with {answer.status}: {text[:200]}")
        run = json.loads(text)
        expect(run["title"] == "Máy chậm lắm", "the body has changed on its way")
    expect(StandsBy.asked > 0, "nobody asked the process that stands by")
    refused = ask(port, "GET", "/v1/runs/none")
    expect(refused.status == 404 and json.loads(refused.read())["code"] == "unknown_run",
           "a problem document does not come through")
    begin = time.monotonic()
    stream = ask(port, "GET", f"/v1/runs/{run['id']}/events", None, {"Accept": "text/event-stream"})
    expect(stream.status == 200, f"a stream is answered with {stream.status}")
    times = []
    while len(times) < 8:
        line = stream.fp.readline()
        expect(line, "the stream ends too early")
        if line.startswith(b"event: token"):
            times.append(time.monotonic() - begin)
    # The script says four words a second: in one piece they would all come at the same time.
    expect(times[-1] - times[0] > 1, f"events come in one piece: {times}")
    stream.close()
    return times


def main():
    folder = tempfile.mkdtemp(prefix="crew-nginx-")
    crew_port, other_port, port = free_port(), free_port(), free_port()
    with open(os.path.join(HERE, "nginx.conf")) as file:
        server = file.read()
    server = server.replace("127.0.0.1:8080", f"127.0.0.1:{other_port}")
    server = server.replace("127.0.0.1:8081", f"127.0.0.1:{crew_port}")
    server = server.replace("127.0.0.1:8088", f"127.0.0.1:{port}")
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as file:
        file.write(f"""
            daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
            {'user root;' if os.getuid() == 0 else ''}
            events {{ worker_connections 256; }}
            http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            {server} }}""")
    tested = subprocess.run(["nginx", "-t", "-p", folder, "-c", conf], capture_output=True, text=True)
    expect(tested.returncode == 0, tested.stderr)
    other = http.server.ThreadingHTTPServer(("127.0.0.1", other_port), StandsBy)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    crew = subprocess.Popen(
        [sys.argv[1], "serve", os.path.join(HERE, "../../dev/load/crew"), "--scripted", "--store",
         "memory", "--port", str(crew_port), "--allowed-host", "crew.example.com"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    nginx = None
    try:
        for line in crew.stdout:
            if re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", conf], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        times = try_all(port)
    finally:
        for process in (nginx, crew):
            if process:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
        other.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"deploy: nginx OK, 8 events in {times[-1] - times[0]:.1f} s, "
          f"{StandsBy.asked} requests passed over a process with 503")


if __name__ == "__main__":
    main()
