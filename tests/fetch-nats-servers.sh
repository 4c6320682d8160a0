#!/usr/bin/env bash
# Brings the nats-server lines that the end-to-end suite runs against: those of Debian's bookworm (2.9), trixie (2.10) and
# sid (the newest). Each lands at .deps/nats-server/<line>/nats-server. What is there already stays.
#
# The machine's apt settings stay as they are: apt works in a private root below .deps, with the mirror that the machine's own
# sources name. Signatures are checked for each suite. A keyring too old for a suite is replaced, privately, by the one that
# the suite before it carries: each suite, once verified, vouches for the next.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
servers=$root/.deps/nats-server
private=$root/.deps/apt
attempts=4           # downloads are tried so often: mirrors hiccup
first_pause=2        # seconds before the second attempt; doubled each time
oldest_of_sid=2.11   # sid moves; anything from this line on will do

fail() { printf 'fetch-nats-servers: %s\n' "$*" >&2; exit 1; }

retry() { # retry COMMAND...: its output goes to the log, which is shown when the last attempt fails; a missing key stays missing
    local attempt pause=$first_pause
    for ((attempt = 1; ; attempt++)); do
        if "$@" >>"$log" 2>&1; then return 0; fi
        if ((attempt == attempts)) || grep -q NO_PUBKEY "$log"; then return 1; fi
        sleep "$pause"
        pause=$((pause * 2))
    done
}

line_of() { # line_of BINARY: prints its line, "2.10"
    "$1" --version 2>/dev/null | sed -nE 's/^nats-server: v([0-9]+\.[0-9]+)\..*$/\1/p'
}

at_least() { # at_least LINE LINE: is the first one the same or newer?
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

present() { # present WANTED: prints the line on disk that answers to "2.9", "2.10" or "newest"
    local binary line found=
    for binary in "$servers"/*/nats-server; do
        [ -x "$binary" ] || continue
        line=$(line_of "$binary")
        if [ -z "$line" ] || [ "$(basename "$(dirname "$binary")")" != "$line" ]; then continue; fi
        case $1 in
            newest) if at_least "$line" "$oldest_of_sid" && at_least "$line" "${found:-0.0}"; then found=$line; fi ;;
            *) if [ "$line" = "$1" ]; then found=$line; fi ;;
        esac
    done
    [ -n "$found" ] && printf '%s\n' "$found"
}

mirror() { # the base address of the Debian archive that this machine uses
    local codename
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    [ -n "$codename" ] || fail "/etc/os-release names no VERSION_CODENAME: only Debian is known here"
    apt-get update --print-uris 2>/dev/null | sed -nE "s|^'([^']+)/dists/$codename/InRelease'.*|\1|p" | head -n 1
}

in_suite() { # in_suite SUITE APT-COMMAND...: runs apt-get or apt-cache in the private root of that suite
    local suite=$1 command=$2
    shift 2
    (cd "$private/$suite/archives" && "$command" -c "$private/$suite/apt.conf" "$@")
}

lay_root() { # lay_root SUITE: a private apt root that knows this suite alone
    local dir=$private/$1
    rm -rf "$dir"
    mkdir -p "$dir/state/lists/partial" "$dir/archives/partial" "$dir/parts"
    : >"$dir/status"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$1" >"$dir/sources.list"
    # Read after the machine's own settings (a proxy stays in force). Hooks are cleared: they would touch the machine. The
    # sandbox user is cleared because it may not enter this folder.
    cat >"$dir/apt.conf" <<CONF
#clear APT::Update;
#clear DPkg;
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "$dir/parts";
Dir::Etc::preferences "$dir/none";
Dir::Etc::preferencesparts "$dir/parts";
Dir::State "$dir/state";
Dir::State::status "$dir/status";
Dir::Cache "$dir";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Update::Error-Mode "any";
CONF
}

package_of() { # package_of SUITE PACKAGE: downloads and unpacks it; prints the folder
    local dir=$private/$1/unpacked-$2
    rm -rf "$dir" "$private/$1/archives/$2"_*.deb
    retry in_suite "$1" apt-get download "$2" || return 1
    dpkg-deb -x "$private/$1/archives/$2"_*.deb "$dir" || return 1
    printf '%s\n' "$dir"
}

open_suite() { # open_suite SUITE: reads its index, with a newer keyring from the suite before when the keyring is too old
    local unpacked
    lay_root "$1"
    if retry in_suite "$1" apt-get update -q; then return 0; fi
    if ! grep -q NO_PUBKEY "$log" || [ -z "$verified" ]; then return 1; fi
    unpacked=$(package_of "$verified" debian-archive-keyring) || return 1
    keyring=$(find "$unpacked/usr/share/keyrings" -name 'debian-archive-keyring.*' | head -n 1)
    [ -n "$keyring" ] || return 1
    printf 'keyring: taken from %s to verify %s\n' "$verified" "$1"
    : >"$log"
    lay_root "$1"
    retry in_suite "$1" apt-get update -q
}

bring() { # bring SUITE WANTED
    local suite=$1 wanted=$2 line unpacked binary
    if line=$(present "$wanted"); then
        printf 'nats-server %s: present\n' "$line"
        return 0
    fi
    log=$private/$suite.log
    : >"$log"
    open_suite "$suite" || { cat "$log" >&2; fail "cannot read the index of Debian's $suite from $mirror"; }
    verified=$suite
    unpacked=$(package_of "$suite" nats-server) || { cat "$log" >&2; fail "cannot download nats-server of Debian's $suite"; }
    binary=$(find "$unpacked" -type f -name nats-server -perm -u+x | head -n 1)
    line=$(line_of "${binary:-/nonexistent}") || true
    [ -n "$line" ] || fail "the nats-server of Debian's $suite does not run here: '$binary --version' printed no version"
    case $wanted in
        newest) at_least "$line" "$oldest_of_sid" || fail "Debian's $suite carries nats-server $line; $oldest_of_sid or newer was expected" ;;
        *) [ "$line" = "$wanted" ] || fail "Debian's $suite carries nats-server $line; $wanted was expected" ;;
    esac
    mkdir -p "$servers/$line"
    mv "$binary" "$servers/$line/nats-server.new"
    mv "$servers/$line/nats-server.new" "$servers/$line/nats-server"
    printf 'nats-server %s: brought from %s (%s)\n' "$line" "$suite" "$("$servers/$line/nats-server" --version)"
}

mkdir -p "$servers" "$private"
exec 9>"$servers/.lock"
flock 9   # two runs at once would unpack into the same folders

keyring=${DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
verified=
log=
if ! { present 2.9 && present 2.10 && present newest; } >/dev/null; then
    [ -e "$keyring" ] || fail "no $keyring: install debian-archive-keyring"
    mirror=$(mirror)
    [ -n "$mirror" ] || fail "apt's sources name no Debian archive to take packages from"
fi
bring bookworm 2.9
bring trixie 2.10
bring sid newest
rm -rf "$private"
