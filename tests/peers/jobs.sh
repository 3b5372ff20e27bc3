# Jobs in the background for scripts that source this: each is started with a log,
# waited for, and ended with the script, whatever happens to it.
# shellcheck shell=bash

# Job control gives every background job its own process group, named by its
# pid: one signal reaches the job and all its children, and nobody else. Disowned
# jobs are off the job list, so that the shell doesn't report how they ended.
set -m
logs=$(mktemp -d)
groups=()
# Seconds until a job must have begun. Generous, because machines that run tests
# are busy ones.
patience=180
# Tenths of a second that jobs have for their own end. A script that is itself a
# job of another has less than that one.
grace=50

# shellcheck disable=SC2329  # called by the trap
stop_all() {
    trap '' INT TERM HUP
    disown -a
    local group alive tick
    for group in ${groups[@]+"${groups[@]}"}; do
        kill -TERM -- "-$group" 2>/dev/null || true
    done
    for ((tick = 0; tick < grace; tick++)); do
        alive=0
        for group in ${groups[@]+"${groups[@]}"}; do
            if kill -0 -- "-$group" 2>/dev/null; then
                alive=1
            fi
        done
        ((alive)) || break
        sleep 0.1
    done
    for group in ${groups[@]+"${groups[@]}"}; do
        kill -KILL -- "-$group" 2>/dev/null || true
    done
    rm -rf "$logs"
}
trap stop_all EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND...: its output goes to the file NAME in $logs, what it says
# of errors to NAME.err, and its process group is $last.
start() {
    local name=$1
    shift
    "$@" >"$logs/$name" 2>"$logs/$name.err" </dev/null &
    last=$!
    groups+=("$last")
    disown
}

# run COMMAND...: waits for its end, and has its status. Other than a command in
# the foreground it doesn't keep the script from hearing a signal.
run() {
    "$@" &
    local job=$! status=0
    groups+=("$job")
    wait "$job" || status=$?
    return "$status"
}

# await NAME GROUP URL: until it answers there.
await() {
    await_that "$1" "$2" "answer" curl --noproxy '*' --max-time 5 -fso /dev/null "$3"
}

# await_url NAME GROUP: until it has said on a line of its own where it listens,
# which becomes $url.
await_url() {
    await_that "$1" "$2" "say where it listens" grep -qs '^http.' "$logs/$1"
    # shellcheck disable=SC2034  # for the script
    url=$(grep -m 1 '^http.' "$logs/$1")
}

await_that() {
    local name=$1 group=$2 what=$3 deadline=$((SECONDS + patience))
    shift 3
    until "$@"; do
        if ! kill -0 "$group" 2>/dev/null; then
            fail "$name ended before it could $what"
        elif ((SECONDS >= deadline)); then
            fail "$name didn't $what within $patience s"
        fi
        sleep 0.1
    done
}

fail() {
    local log
    echo "$1; the ends of the logs:" >&2
    for log in "$logs"/*; do
        [[ -s $log ]] || continue
        echo "--- ${log##*/}" >&2
        tail -n 25 "$log" >&2
    done
    exit 1
}

random_key() {
    echo "sk-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}
