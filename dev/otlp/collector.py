"""A collector of spans for checks: reads what comes with OpenTelemetry's own classes.

Usage: collector.py PORT FILE
Every span is written to FILE as a line of JSON, and every body to FILE.bytes. A body that a collector
would not take is answered with 400 and its reason is written to FILE.problems.
"""

import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

HEX_LENGTHS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}
TEXT_NUMBERS = {"startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "intValue"}
NUMBERS = {"kind", "code", "flags"}


def converted(value, key=None):
    """The body as protobuf's JSON has it; OTLP's differs: ids are hexadecimal."""
    if isinstance(value, dict):
        return {name: converted(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [converted(inner, key) for inner in value]
    if key in HEX_LENGTHS:
        assert isinstance(value, str) and len(value) == HEX_LENGTHS[key], (key, value)
        assert value == value.lower() and int(value, 16) != 0, (key, value)
        return base64.b64encode(bytes.fromhex(value)).decode()
    if key in TEXT_NUMBERS:
        assert isinstance(value, str) and value.isdigit(), (key, value)
    if key in NUMBERS:
        assert isinstance(value, int) and not isinstance(value, bool), (key, value)
    return value


def spans(body):
    request = json_format.ParseDict(
        converted(json.loads(body)), ExportTraceServiceRequest(), ignore_unknown_fields=False)
    for resource in request.resource_spans:
        names = {item.key: item.value.string_value for item in resource.resource.attributes}
        assert names.get("service.name"), "no service.name"
        for scope in resource.scope_spans:
            assert scope.schema_url, "no schema"
            for span in scope.spans:
                assert len(span.trace_id) == 16 and len(span.span_id) == 8, "length of ids"
                assert len(span.parent_span_id) in (0, 8), "length of the parent's id"
                assert span.start_time_unix_nano > 10**18, "start"
                assert span.end_time_unix_nano >= span.start_time_unix_nano, "end before start"
                yield {
                    "trace": span.trace_id.hex(), "id": span.span_id.hex(),
                    "parent": span.parent_span_id.hex(), "name": span.name, "kind": span.kind,
                    "status": span.status.code, "start": span.start_time_unix_nano,
                    "attributes": {
                        item.key: getattr(item.value, item.value.WhichOneof("value"))
                        if item.value.WhichOneof("value") != "array_value"
                        else [inner.string_value for inner in item.value.array_value.values]
                        for item in span.attributes
                    },
                }


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        path = sys.argv[2]
        try:
            assert self.path == "/v1/traces", self.path
            assert self.headers["content-type"] == "application/json"
            found = list(spans(body))
            with open(path + ".bytes", "ab") as file:
                file.write(body + b"\n")
            with open(path, "a") as file:
                for span in found:
                    file.write(json.dumps(span) + "\n")
            status, answer = 200, b"{}"
        except Exception as problem:
            with open(path + ".problems", "a") as file:
                file.write(f"{type(problem).__name__}: {problem}\n")
            status, answer = 400, b"{}"
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Collector).serve_forever()
