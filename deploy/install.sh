#!/usr/bin/env bash
# Installs `crew serve` as a service of this machine, or takes it away again. May be run any number of
# times: what is there and may have been changed by hand is kept.
# Usage: deploy/install.sh [--binary PATH] [--crew FOLDER] [--start] [--dry-run] [--root FOLDER]
#        deploy/install.sh --uninstall [--purge] [--dry-run] [--root FOLDER]
#   --binary   a built program; without it `swift build -c release --static-swift-stdlib` makes one
#   --crew     a crew's folder, copied to /etc/crew/crew where there is none yet
#   --start    starts the service, or restarts it when the program is another one
#   --purge    also removes the crew, its keys, its runs and its user
#   --root     puts everything beneath a folder and touches neither users nor services, for packages
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary='' crew='' root='' start=false dry=false uninstall=false purge=false

fail() {
    echo "install: FAILED. $1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --binary) binary=${2:?}; shift ;;
        --crew) crew=${2:?}; shift ;;
        --root) root=${2:?}; shift ;;
        --start) start=true ;;
        --dry-run) dry=true ;;
        --uninstall) uninstall=true ;;
        --purge) purge=true ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
    shift
done
$uninstall || ! $purge || fail "--purge belongs to --uninstall."
[ -z "$root" ] || root=${root%/}
if [ -z "$root" ] && ! $dry && [ "$(id -u)" -ne 0 ]; then fail "Run it as root, or with --root FOLDER."; fi

program=$root/usr/local/bin/crew
unit=$root/etc/systemd/system/crew.service
settings=$root/etc/crew
state=$root/var/lib/crew
changed=false

# Says what is done, and does it unless it is only to be said.
run() {
    echo "install: $*"
    if $dry; then return; fi
    "$@"
}

# Neither users nor services belong to a folder that becomes a package.
of_machine() { [ -z "$root" ]; }

has_systemd() { of_machine && [ -d /run/systemd/system ]; }

make_user() {
    of_machine || return 0
    if id crew > /dev/null 2>&1; then return; fi
    run useradd --system --user-group --home-dir /var/lib/crew --shell /usr/sbin/nologin crew
}

# folder MODE OWNER PATH
folder() {
    if [ -d "$3" ]; then return; fi
    run install -d -m "$1" "$3"
    if of_machine; then run chown "$2" "$3"; fi
}

# A running program cannot be written to, but another one can take its name.
put_program() {
    if cmp -s "$1" "$program"; then return; fi
    run install -D -m 0755 "$1" "$program.new"
    run mv -f "$program.new" "$program"
    changed=true
}

put_unit() {
    if cmp -s "$here/crew.service" "$unit"; then return; fi
    run install -D -m 0644 "$here/crew.service" "$unit"
    changed=true
    if has_systemd; then run systemctl daemon-reload; fi
}

put_settings() {
    folder 0755 root:root "$settings"
    if [ ! -e "$settings/environment" ]; then
        run install -m 0640 /dev/null "$settings/environment"
        if ! $dry; then
            printf '%s\n' '# Read by crew.service: keys of model endpoints, and options.' \
                '#OPENAI_API_KEY=' '#CREW_OPTIONS="--host 0.0.0.0 --keys /etc/crew/keys"' \
                > "$settings/environment"
        fi
        if of_machine; then run chown root:crew "$settings/environment"; fi
    fi
    # Only its group reads it; 'crew keys new' adds to it.
    if [ ! -e "$settings/keys" ]; then
        run install -m 0640 /dev/null "$settings/keys"
        if of_machine; then run chown root:crew "$settings/keys"; fi
    fi
    if [ -d "$settings/crew" ]; then return; fi
    if [ -n "$crew" ]; then
        run cp -R "$crew" "$settings/crew"
        run rm -rf "$settings/crew/.crew"
    else
        run "$program" init "$settings/crew"
    fi
    run chmod -R u=rwX,go=rX "$settings/crew"
}

remove() {
    if has_systemd && [ -e "$unit" ]; then run systemctl disable --now crew.service; fi
    for file in "$unit" "$program"; do
        if [ -e "$file" ]; then run rm -f "$file"; fi
    done
    if has_systemd; then run systemctl daemon-reload; fi
    if ! $purge; then
        echo "install: kept $settings and $state; --purge removes them too"
        return
    fi
    for kept in "$settings" "$state"; do
        if [ -e "$kept" ]; then run rm -rf "$kept"; fi
    done
    if of_machine && id crew > /dev/null 2>&1; then run userdel crew; fi
}

if $uninstall; then
    remove
    echo "install: removed"
    exit 0
fi

if [ -z "$binary" ]; then
    flags='-c release --static-swift-stdlib --product crew -Xlinker -s'
    # shellcheck disable=SC2086 # a list of plain words
    run env SWIFT_DETERMINISTIC_HASHING=1 swift build --package-path "$here/.." $flags
    binary=$here/../.build/release/crew
fi
$dry || [ -x "$binary" ] || fail "$binary is no program."
if [ -n "$crew" ] && [ ! -f "$crew/crew.yaml" ]; then fail "$crew holds no crew.yaml."; fi
make_user
put_program "$binary"
folder 0700 crew:crew "$state"
put_settings
put_unit
if has_systemd; then
    if ! systemctl is-enabled --quiet crew.service 2> /dev/null; then run systemctl enable crew.service; fi
    if $start && $changed; then
        run systemctl restart crew.service
    elif $start; then
        run systemctl start crew.service
    fi
fi
if $changed; then echo "install: done"; else echo "install: nothing to change"; fi
