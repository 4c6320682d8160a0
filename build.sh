#!/usr/bin/env bash
# The only entry to this repository: people and continuous integration call the same verbs. './build.sh help' lists them.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
logs=$root/out/logs
configuration=Release
tick=15     # seconds between the dots of a long step
shown=400   # lines of a failed step's log; the whole stays in its file

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1

case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64 | arm64) rid=linux-arm64 ;;
    *) printf 'build.sh: no build for the processor %s: x86_64 and aarch64 are known\n' "$(uname -m)" >&2; exit 1 ;;
esac
binary=$root/out/$rid/aws-nats

# ---------------------------------------------------------------- words of the script

fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

plain() { sed -E 's/\x1b\[[0-9;]*m//g'; }   # takes out colours

# A descriptor on which nothing ever arrives: reading it with a time limit is a sleep that leaves no process behind.
exec {never}<> <(:)

# step WHAT LOG COMMAND...: says what begins, runs it with its output in out/logs/LOG.log, says how long it took. Returns the
# command's exit code; the log is shown when that is not 0.
step() {
    local what=$1 log=$logs/$2.log began=$SECONDS ticker code=0
    shift 2
    mkdir -p "$logs"
    printf '%s ... ' "$what"
    (while ! read -r -t "$tick" -u "$never" && kill -0 $$ 2>/dev/null; do printf '.'; done) &
    ticker=$!
    "$@" >"$log" 2>&1 || code=$?
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    if ((code == 0)); then
        printf ' %d s\n' $((SECONDS - began))
    else
        printf ' failed after %d s (exit code %d); from %s:\n' $((SECONDS - began)) "$code" "${log#"$root"/}"
        tail -n "$shown" "$log" | plain
        printf '\n'   # a log need not end with a line's end, and what follows begins a line
    fi
    return "$code"
}

must() { step "$@" || fail "stopped: the step above failed"; }

# ---------------------------------------------------------------- dependencies

have_command() { command -v "$1" >/dev/null 2>&1; }

# missing PACKAGE: is that Debian package's gift absent? Asked by what it brings, not by its name, so that a Node.js or a
# compiler from elsewhere is left alone.
missing() {
    case $1 in
        gcc) ! have_command gcc && ! have_command clang ;;
        libc6-dev) [ ! -e /usr/include/stdio.h ] ;;
        nodejs) ! have_command node ;;
        npm) ! have_command npm ;;
        shellcheck) ! have_command shellcheck ;;
        python3-boto3) [ ! -d /usr/lib/python3/dist-packages/boto3 ] ;;
        faketime) [ -z "$(find /usr/lib -name libfaketime.so.1 -print -quit 2>/dev/null)" ] ;;
        debian-archive-keyring) [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] ;;
        *) fail "a bug: nobody knows how to look for the package $1" ;;
    esac
}

install_packages() { # with rights: root, or sudo
    local -a as_root=()
    if ((EUID != 0)); then as_root=(sudo); fi
    # An index of some other source that cannot be read is no reason to give up: the installation tells.
    "${as_root[@]}" apt-get update -q -o Acquire::Retries=3 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}

packages() { # packages PACKAGE...: installs those that are missing
    local package
    local -a wanted=()
    for package in "$@"; do
        if missing "$package"; then wanted+=("$package"); fi
    done
    if ((${#wanted[@]} == 0)); then return 0; fi
    have_command apt-get || fail "please install what these Debian packages bring, then try again: ${wanted[*]}"
    if ((EUID != 0)) && ! { have_command sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; then
        fail "these Debian packages are missing, and only root may install them: ${wanted[*]}
  run: apt-get update && apt-get install --no-install-recommends ${wanted[*]}"
    fi
    must "Installing Debian packages: ${wanted[*]}" packages install_packages "${wanted[@]}"
    for package in "${wanted[@]}"; do
        if missing "$package"; then fail "the package $package is installed, yet what it should bring is not there"; fi
    done
}

need_dotnet() {
    local version
    version=$(sed -nE 's/.*"version": *"([^"]+)".*/\1/p' global.json)
    have_command dotnet || fail "no dotnet on PATH: install the .NET SDK $version"
    dotnet --version >/dev/null 2>&1 || fail "this repository is built with exactly the .NET SDK $version (global.json); here: $(dotnet --list-sdks | tr '\n' ' ')"
}

npm_ci() { (cd tests/dynalite && npm ci --ignore-scripts --no-audit --no-fund); }

need_dynalite() {
    local folder=tests/dynalite
    # npm writes this file last: older than the lock file, or absent, means that an installation is due.
    if [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then return 0; fi
    must "Installing dynalite (npm, by its lock file)" npm npm_ci
}

need_servers() { must "Fetching nats-server from Debian's suites" nats-servers tests/fetch-nats-servers.sh; }

deps_build() { need_dotnet; packages gcc libc6-dev; }
deps_run() { packages nodejs npm debian-archive-keyring; need_dynalite; need_servers; }   # a cloud and a cluster on this machine
deps_all() {
    need_dotnet
    packages gcc libc6-dev nodejs npm debian-archive-keyring shellcheck faketime python3-boto3
    need_dynalite
    need_servers
}

# ---------------------------------------------------------------- build

restore() { must "Restoring NuGet packages by their lock files" restore dotnet restore AwsNats.sln --locked-mode; }

compile() { # compile WHAT: AwsNats.sln, or a project
    must "Building $1" "build-$(basename "$1")" dotnet build "$1" -c "$configuration" --no-restore
}

publish_binary() {
    dotnet publish src/AwsNats -c Release -r "$rid" --no-restore -o "$(dirname "$binary")" || return 1
    # A warning of the trimmer or of the AOT compiler is a fault that waits for run time.
    if grep -qE '(^|[^[:alnum:]])warning( [A-Z]+[0-9]+)?( ?:|$)' "$logs/publish.log"; then
        echo "the publish step printed warnings, and none is allowed"
        return 1
    fi
}

publish() {
    must "Publishing the native binary for $rid" publish publish_binary
    printf '%s: %s bytes\n' "${binary#"$root"/}" "$(stat -c %s "$binary" | sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta')"
}

# ---------------------------------------------------------------- test

passed=0 failed=0 skipped=0
finished=no   # an exit before the suites are through is a failure of its own

totals() {
    local code=$?
    if [ "$finished" = no ]; then failed=$((failed + 1)); fi
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    if ((code == 0)) && ((failed > 0 || passed + failed + skipped == 0)); then code=1; fi
    exit "$code"
}

# number WORD LOG: the last number that a test summary gives for one of the words (a pattern); nothing when there is none.
# Two forms are known: 'failed: 1' on lines of their own, and 'Total: 3, Errors: 0, Failed: 1, ...' on one.
number() {
    plain <"$2" | grep -E '^ *[a-z]+: [0-9]+ *$|Total: [0-9]+' | grep -oiE "\b($1): [0-9]+" | grep -oE '[0-9]+$' | tail -n 1
}

# count SUITE LOG CODE: adds a suite's summary to the totals. No summary, no test, or an exit code that the summary does not
# explain each count as one failed test: a crashed or empty suite must never look green.
count() {
    local suite=$1 log=$2 code=$3 total bad skips errors unasked
    total=$(number total "$log") || true
    unasked=$(number 'not run' "$log") || true
    bad=$(number failed "$log") || true
    errors=$(number errors "$log") || true
    skips=$(number skipped "$log") || true
    if [ -z "$total" ]; then
        printf '  %s: the test program ended without a summary (exit code %d): counted as 1 failed\n' "$suite" "$code"
        failed=$((failed + 1))
        return 0
    fi
    total=$((total - ${unasked:-0}))
    bad=$((${bad:-0} + ${errors:-0}))
    skips=${skips:-0}
    if ((total == 0)); then
        printf '  %s: ran no test: counted as 1 failed\n' "$suite"
        bad=1
    elif ((code != 0 && bad == 0)); then
        printf '  %s: exit code %d though no test failed: counted as 1 failed\n' "$suite" "$code"
        bad=1
        total=$((total + 1))
    fi
    if ((total > 0)); then passed=$((passed + total - (bad > total ? total : bad) - skips)); fi
    failed=$((failed + bad))
    skipped=$((skipped + skips))
}

# A hung suite is stopped, so that the others still run and the totals are still printed.
limit_of() { # seconds
    case $1 in
        AwsNats.Tests) echo 600 ;;
        AwsNats.Simulation) echo 1200 ;;
        *) echo 3000 ;;
    esac
}

run_suite() { # run_suite PROJECT ARGUMENTS...
    local project=$1
    shift
    timeout --foreground --kill-after=20 "$(limit_of "$project")" "tests/$project/bin/$configuration/net10.0/$project" "$@"
}

suite() { # suite PROJECT
    local code=0
    step "Running $1" "$1" run_suite "$1" || code=$?
    if ((code == 124 || code == 137)); then printf '  %s: stopped after %s s\n' "$1" "$(limit_of "$1")"; fi
    count "$1" "$logs/$1.log" "$code"
}

scripts() { find . -name '*.sh' -not -path './.deps/*' -not -path './out/*' -not -path '*/node_modules/*' -not -path './.git/*' | sort; echo .ci/run; }

check_scripts() {
    local script
    local -a all
    mapfile -t all < <(scripts)
    for script in "${all[@]}"; do
        if step "Checking $script" shellcheck shellcheck "$script"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    done
}

one_suite() { # one_suite NAME ARGUMENTS...: a single suite, its output on the terminal, arguments handed to the test program
    local project log code=0
    case $1 in
        unit) project=AwsNats.Tests ;;
        simulation) project=AwsNats.Simulation ;;
        e2e) project=AwsNats.EndToEnd ;;
        *) finished=yes; trap - EXIT; fail "no suite is called '$1': unit, simulation and e2e are known" ;;
    esac
    shift
    if [ "$project" = AwsNats.EndToEnd ]; then deps_all; else deps_build; fi
    restore
    compile "tests/$project"
    if [ "$project" = AwsNats.EndToEnd ]; then publish; fi
    log=$logs/$project.log
    run_suite "$project" "$@" 2>&1 | tee "$log" || code=$?
    printf '\n'   # the totals stand alone on their line
    count "$project" "$log" "$code"
    finished=yes
}

all_suites() {
    deps_all
    check_scripts
    restore
    compile AwsNats.sln
    publish
    suite AwsNats.Tests
    suite AwsNats.Simulation
    suite AwsNats.EndToEnd
    finished=yes
}

# ---------------------------------------------------------------- verbs

run_project() { # run_project FOLDER PROJECT ARGUMENTS...: builds it and the native binary, then becomes it
    local folder=$1 project=$2
    shift 2
    restore
    compile "$folder/$project.csproj"
    publish
    exec "$folder/bin/$configuration/net10.0/$project" "$@"
}

usage() {
    cat <<'TEXT'
usage: ./build.sh VERB

  deps                 installs what the other verbs need: Debian packages that are missing, npm packages by their lock file,
                       nats-server 2.9, 2.10 and the newest below .deps. Only this may need root, and only once.
  build                restores by the lock files and builds everything
  publish              makes the native binary: out/<rid>/aws-nats; a single warning fails
  test                 all of it: scripts checked, everything built and published, then unit tests, simulation and end-to-end tests
  test SUITE [ARGS]    one suite: unit, simulation or e2e; ARGS go to the test program
  demo [--keep]        a cluster of three nodes on this machine, shown live: it loses a server and heals
  bench [--long]       one table of measured values beside their goals; --long: a quiet cluster for 10 minutes instead of 2
  help                 this text

Each verb does first what it needs of the others. Full output of every step: out/logs/.
TEXT
}

verb=${1:-help}
if (($# > 0)); then shift; fi
case $verb in
    deps) deps_all ;;
    build) deps_build; restore; compile AwsNats.sln ;;
    publish) deps_build; restore; publish ;;
    test)
        trap totals EXIT
        if (($# > 0)); then one_suite "$@"; else all_suites; fi
        ;;
    demo) deps_build; deps_run; run_project demo Demo "$@" ;;
    bench) deps_build; packages python3-boto3; deps_run; run_project bench Bench "$@" ;;
    help | --help | -h) usage ;;
    *) usage >&2; fail "no verb is called '$verb'" ;;
esac
