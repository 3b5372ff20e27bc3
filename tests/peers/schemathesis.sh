#!/usr/bin/env bash
# schemathesis (https://schemathesis.io) against `jackfield serve` over the
# pretended provider, by the gateway's own /openapi.json:
#
#     tests/peers/schemathesis.sh [SEED]
#
# Requests that the document allows and requests that it doesn't, to the gateway
# as it is, and by way of a provider that is passed through, one that is decoded,
# and one of the other protocol. No answer may be a 5xx, have a status, media
# type or header that the document doesn't know, or a body of another shape. The
# seed is fixed: what is found is found again. Installs schemathesis on first
# use; the program and the plugins are those of `make guests`.
set -euo pipefail

seed=${1:-1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}
target=${CARGO_TARGET_DIR:-$here/../../target}
jackfield=${JACKFIELD:-$target/debug/jackfield}
checks=not_a_server_error,status_code_conformance,content_type_conformance
checks+=,response_headers_conformance,response_schema_conformance
# Seconds that one run may take. On two idle cores all of them take 30.
longest=300

# shellcheck source=tests/peers/jobs.sh
. "$here/jobs.sh"
# Less than the script of the peers has.
grace=20

# The stamp is written last: an installation that was cut short counts for nothing.
install() {
    local wanted stamp=$root/stamps/schemathesis log=$root/logs/schemathesis.log
    mkdir -p "$root/stamps" "$root/logs"
    exec 9>"$root/lock"
    flock 9
    wanted=$(sha256sum <"$here/schemathesis.txt")
    if [[ ! -f $stamp || $(<"$stamp") != "$wanted" ]]; then
        echo "installing schemathesis (log: $log)" >&2
        rm -rf "$stamp" "${root:?}/schemathesis"
        {
            "${PYTHON:-python3}" -m venv "$root/schemathesis" &&
                "$root/schemathesis/bin/pip" install --no-input --no-deps -r "$here/schemathesis.txt" &&
                "$root/schemathesis/bin/pip" check
        } >"$log" 2>&1 </dev/null || fail "schemathesis can't be installed: see $log"
        echo "$wanted" >"$stamp"
    fi
    exec 9>&-
}
install

export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
start upstream "$jackfield" dev upstream
await_url upstream "$last"
sed -e "s|@UPSTREAM@|$url|" -e "s|@PLUGINS@|$(cd "$target/plugins" && pwd)|" \
    "$here/schemathesis.toml" >"$logs/jackfield.toml"
start gateway "$jackfield" serve --config "$logs/jackfield.toml" --listen 127.0.0.1:0
await_url gateway "$last"
gateway=$url

# Schemathesis asks Hypothesis to look for inputs that are accepted. With a large
# document that search can go on without end, its cases being too long to be asked.
cat >"$logs/hooks.py" <<'PYTHON'
import hypothesis

hypothesis.target = lambda *args, **kwargs: None
PYTHON
export SCHEMATHESIS_HOOKS=$logs/hooks.py

names=() jobs=()
# check NAME OPTION...: begins a run, in a folder of its own for what it writes.
check() {
    local name=$1
    shift
    mkdir "$logs/.$name"
    (cd "$logs/.$name" && exec timeout "$longest" "$root/schemathesis/bin/schemathesis" --no-color \
        run "$gateway/openapi.json" --checks "$checks" --seed "$seed" --continue-on-failure \
        --request-timeout 20 --generation-database none --warnings off "$@") >"$logs/of-$name" 2>&1 </dev/null &
    names+=("$name") jobs+=("$!") groups+=("$!")
}
check plain --phases coverage,fuzzing --max-examples 5
for config in passed decoded claude; do
    check "$config" --phases fuzzing --max-examples 20 --header "x-portkey-config: $config"
done

status=0
for index in "${!names[@]}"; do
    if wait "${jobs[index]}"; then
        # As "1060 generated, 1060 passed".
        echo "schemathesis, ${names[index]}: $(grep -m 1 generated "$logs/of-${names[index]}" | xargs)"
    else
        code=$?
        status=1
        # As `timeout` says it.
        found="found something"
        ((code != 124)) || found="didn't end within $longest s"
        echo "schemathesis, ${names[index]}, $found:" >&2
        cat "$logs/of-${names[index]}" >&2
    fi
done
exit "$status"
