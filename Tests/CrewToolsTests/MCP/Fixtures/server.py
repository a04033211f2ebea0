"""A server for tests, written with either generation of the `mcp` package.

Usage: server.py stdio [--banner] [--note FILE]
       server.py http PORT_FILE [--note FILE]
"""
import argparse
import asyncio
import os
import socket
import subprocess
import sys

try:
    from mcp.server.mcpserver import Context, Image, MCPServer as Server
    IS_MODERN = True
except ImportError:
    from mcp.server.fastmcp import Context, FastMCP as Server, Image
    IS_MODERN = False

options = argparse.ArgumentParser()
options.add_argument("transport")
options.add_argument("port_file", nargs="?")
options.add_argument("--banner", action="store_true")
options.add_argument("--note")
options = options.parse_args()

server = Server("tests")


def note(text):
    with open(options.note, "a") as file:
        file.write(text + "\n")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def facts(city: str) -> dict[str, str | int]:
    """Structured content."""
    return {"city": city, "people": 9}


@server.tool()
def picture() -> list:
    """Text and a picture."""
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 20
    return ["Here it is:", Image(data=png, format="png")]


@server.tool()
def fail() -> str:
    """Always fails."""
    raise ValueError("this went wrong")


@server.tool()
def huge(count: int) -> str:
    """A long answer."""
    return "x" * count


@server.tool()
async def steps(ctx: Context) -> str:
    """Reports its progress."""
    for step in (1, 2, 3):
        await ctx.report_progress(step, 3, f"step {step}")
    return "done"


@server.tool()
async def hang() -> str:
    """Never answers; notes that it began, and that it was cancelled."""
    note("begun")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        note("cancelled")
        raise
    return "late"


@server.tool()
def die(code: int) -> str:
    """Ends the server in mid-call."""
    print("last words", file=sys.stderr, flush=True)
    os._exit(code)


@server.tool()
def children() -> str:
    """Leaves a child behind that holds the server's outputs."""
    child = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL)
    note(f"{os.getpid()} {child.pid}")
    return f"{os.getpid()} {child.pid}"


@server.tool()
def environment() -> str:
    """The names of its variables."""
    return " ".join(sorted(os.environ))


@server.tool()
async def grow(ctx: Context) -> str:
    """Adds a tool and tells so."""

    @server.tool()
    def grown() -> str:
        """Was added."""
        return "I am new"

    if IS_MODERN and hasattr(ctx, "notify_tools_changed"):
        await ctx.notify_tools_changed()
    else:
        await ctx.session.send_tool_list_changed()
    return "grown"


if options.banner:
    print("Welcome to the server!\n{\"not\": \"a message\"}", flush=True)
if options.transport == "stdio":
    server.run("stdio")
else:
    import uvicorn

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = server.streamable_http_app()
    with open(options.port_file + ".part", "w") as file:
        file.write(f"{listener.getsockname()[1]}\n")
    config = uvicorn.Config(app, log_level="error")
    listener.listen(100)
    os.rename(options.port_file + ".part", options.port_file)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
