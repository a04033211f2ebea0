# shellcheck shell=bash
# What the gates share. Source it with `here` set to dev/; $1 of the gate is the tree to look at
# (default: this repository).
export LC_ALL=C
cd "${1:-$here/..}" || exit 2
if [ ! -d Sources ]; then
    # A gate that finds nothing to look at must not say OK.
    echo "$(basename "$0"): FAILED. There is no Sources folder in $PWD"
    exit 2
fi

# swift_files FOLDER...: the Swift files below those of the folders that exist, one path per line.
swift_files() {
    local folder
    for folder in "$@"; do
        if [ -d "$folder" ]; then find "$folder" -type f -name '*.swift'; fi
    done | sort
}

# swift_lines FOLDER...: their lines as rows of path, line number, code, comment (tab between).
swift_lines() {
    swift_files "$@" | tr '\n' '\0' | xargs -0 awk -f "$here/lib/swift-lines.awk" /dev/null
}

# close_gate NAME FINDINGS ADVICE: prints the findings and the verdict, and ends the gate.
close_gate() {
    if [ -z "$2" ]; then
        echo "$1: OK"
        exit 0
    fi
    printf '%s\n' "$2"
    echo "$1: FAILED. $3"
    exit 1
}
