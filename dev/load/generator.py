"""Holds many runs and many more readers of their event streams on one server, and counts what goes wrong.

Every reader checks its stream: the ids of the events are without gap or repetition, its last event is the
run's end, and the run completed. A run that ends is replaced by a new one, a reader goes on to the next run.
"""

import asyncio
import json
import re
import time

EVENT_ID = re.compile(rb"\nid: (\d+)\n")


class Tally:
    """What happened so far."""

    def __init__(self):
        self.started = self.finished = self.streams = self.events = self.tokens = self.bytes = 0
        self.refused = 0
        self.errors = {}

    def fault(self, what):
        self.errors[what] = self.errors.get(what, 0) + 1

    @property
    def error_count(self):
        return sum(self.errors.values())


async def request(port, head, body=b""):
    """One plain request on a connection of its own: (status, headers, body)."""
    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 30)
    try:
        writer.write(
            f"{head}\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/json\r\n\r\n".encode() + body)
        raw = await asyncio.wait_for(reader.read(-1), 60)
    finally:
        writer.close()
    top, _, rest = raw.partition(b"\r\n\r\n")
    status = int(top.split(b" ", 2)[1]) if top.startswith(b"HTTP/1.1 ") else 0
    return status, top, rest


class StreamReader(asyncio.Protocol):
    """Reads one event stream, as cheaply as Python can."""

    def __init__(self, run, tally, loop):
        self.run, self.tally = run, tally
        self.done = loop.create_future()
        self.head = b""
        self.rest = b"\n"
        self.expected = 1
        self.ended = self.completed = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(
            f"GET /v1/runs/{self.run}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Accept: text/event-stream\r\n\r\n".encode())

    def data_received(self, data):
        self.tally.bytes += len(data)
        if self.head is not None:
            self.head += data
            top, gap, data = self.head.partition(b"\r\n\r\n")
            if not gap:
                return
            self.head = None
            if not top.startswith(b"HTTP/1.1 200"):
                self.finish("stream answered " + top[:40].decode("latin-1"))
                return
        self.read(data)

    def read(self, data):
        # The marks of chunks stand between the blocks and do no harm to what is looked for.
        data = self.rest + data
        cut = data.rfind(b"\n\n") + 1
        self.rest, data = data[cut:], data[:cut]
        if not data:
            return
        self.tally.tokens += data.count(b"\nevent: token\n")
        for match in EVENT_ID.finditer(data):
            number = int(match.group(1))
            self.tally.events += 1
            if number != self.expected:
                self.tally.fault("gap or repetition in a stream")
            self.expected = number + 1
        if b"\nevent: run_ended\n" in data:
            self.ended = True
            self.completed = b'"name":"completed"' in data

    def finish(self, fault=None):
        if self.done.done():
            return
        if fault:
            self.tally.fault(fault)
        self.done.set_result(fault is None)
        self.transport.abort()

    def connection_lost(self, error):
        if error:
            self.finish(f"a stream was cut: {type(error).__name__}")
        elif not self.ended:
            self.finish("a stream ended before its run")
        elif not self.completed:
            self.finish("a run did not complete")
        else:
            self.tally.streams += 1
            self.finish()


class Load:
    def __init__(self, port, runs, readers_per_run, ramp):
        self.port, self.runs, self.per_run, self.ramp = port, runs, readers_per_run, ramp
        self.tally = Tally()
        self.open_runs = self.open_readers = 0
        self.stopping = asyncio.Event()

    async def start_run(self):
        """The id of a new run; nothing when the server refused, as it may."""
        body = json.dumps({"input": "talk"}).encode()
        try:
            status, head, text = await request(self.port, "POST /v1/runs HTTP/1.1", body)
        except (OSError, asyncio.TimeoutError) as error:
            self.tally.fault(f"a run could not be started: {type(error).__name__}")
            return None
        if status == 503 and b"etry-after" in head.lower():
            self.tally.refused += 1
            return None
        if status != 202:
            self.tally.fault(f"a new run was answered with {status}")
            return None
        self.tally.started += 1
        return json.loads(text)["id"]

    async def read(self, run):
        loop = asyncio.get_running_loop()
        reader = StreamReader(run, self.tally, loop)
        try:
            await loop.create_connection(lambda: reader, "127.0.0.1", self.port)
        except OSError as error:
            self.tally.fault(f"a reader could not connect: {type(error).__name__}")
            return
        self.open_readers += 1
        try:
            await asyncio.wait_for(reader.done, 300)
        except asyncio.TimeoutError:
            self.tally.fault("a stream took longer than 300 s")
            reader.transport.abort()
        finally:
            self.open_readers -= 1

    async def lane(self, delay):
        """One run at a time with its readers, again and again."""
        await asyncio.sleep(delay)
        while not self.stopping.is_set():
            run = await self.start_run()
            if run is None:
                await asyncio.sleep(1)
                continue
            self.open_runs += 1
            await asyncio.gather(*(self.read(run) for _ in range(self.per_run)))
            self.open_runs -= 1
            self.tally.finished += 1

    async def hold(self, seconds, sample):
        lanes = [
            asyncio.create_task(self.lane(self.ramp * index / self.runs))
            for index in range(self.runs)
        ]
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            await asyncio.sleep(1)
            sample(time.monotonic() - begin, self)
            if all(lane.done() for lane in lanes):
                break
        self.stopping.set()
        # What is under way is read to its end: only then nothing was lost.
        await asyncio.wait(lanes, timeout=320)
        for lane in lanes:
            if not lane.done():
                lane.cancel()
                self.tally.fault("a run never ended")
            elif not lane.cancelled() and lane.exception():
                self.tally.fault(f"the generator: {lane.exception()!r}")
