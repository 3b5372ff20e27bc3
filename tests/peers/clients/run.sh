#!/usr/bin/env bash
# Clients that others wrote, each in an old and the newest version, against
# `jackfield serve`:
#
#     tests/peers/clients/run.sh [PATTERN]
#
# With a PATTERN, only what it matches of names such as `python-old/portkey`. Behind
# the gateway is `jackfield dev upstream`, and where the peers are running (see
# ../run.sh) llama-server and LiteLLM too. The program and the plugins are those
# of `make guests`; ../install.sh has installed the clients.
#
# The tests find in their environment
#     GATEWAY, GATEWAY_KEY  base URL without a path, and an API key for it
#     NARROW_KEY            one for the provider openai alone
#     OPEN_GATEWAY          another gateway of the same providers, without keys
#     UPSTREAM              what is behind it
#     UPSTREAM_KEY          the only key that the upstream takes
#     LIVE                  1 where llama-server and LiteLLM are there
set -euo pipefail

pattern=${1:-*}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}
target=${CARGO_TARGET_DIR:-$here/../../../target}
jackfield=${JACKFIELD:-$target/debug/jackfield}

# shellcheck source=tests/peers/jobs.sh
. "$here/../jobs.sh"
# Less than the script of the peers has.
grace=20

# Nothing of the caller's may get between the clients and the gateway, and no
# client may call home.
unset "${!OPENAI_@}" "${!ANTHROPIC_@}" "${!PORTKEY_@}" "${!LANGCHAIN_@}" "${!LANGSMITH_@}"
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
export LANGSMITH_TRACING=false DO_NOT_TRACK=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
# Nor what its packages think of each other.
export PYTHONWARNINGS=ignore TRANSFORMERS_VERBOSITY=error TRANSFORMERS_NO_ADVISORY_WARNINGS=1

UPSTREAM_KEY=$(random_key)
GATEWAY_KEY=$(random_key)
NARROW_KEY=$(random_key)
export UPSTREAM_KEY GATEWAY_KEY NARROW_KEY

start upstream "$jackfield" dev upstream --key "$UPSTREAM_KEY"
await_url upstream "$last"
export UPSTREAM=$url

parts=("$here/gateway.toml")
if [[ ${JACKFIELD_PEER_LLAMA:-} ]]; then
    parts+=("$here/live.toml")
    export LIVE=1
fi
fill() {
    sed -e "s|@UPSTREAM@|$UPSTREAM|" -e "s|@PLUGINS@|$(cd "$target/plugins" && pwd)|" \
        -e "s|@LLAMA@|${JACKFIELD_PEER_LLAMA:-}|" -e "s|@LLAMA_TOOL@|${JACKFIELD_PEER_LLAMA_TOOL:-}|" \
        -e "s|@LITELLM@|${JACKFIELD_PEER_LITELLM:-}|" "$@"
}
fill "${parts[@]}" >"$logs/open.toml"
fill "${parts[@]}" "$here/keys.toml" >"$logs/keys.toml"
start gateway "$jackfield" serve --config "$logs/keys.toml" --listen 127.0.0.1:0
gateway=$last
start open-gateway "$jackfield" serve --config "$logs/open.toml" --listen 127.0.0.1:0
open_gateway=$last
await_url gateway "$gateway"
export GATEWAY=$url
await_url open-gateway "$open_gateway"
export OPEN_GATEWAY=$url

failed=() ran=0
# Named one by one, since not every version knows everything.
tests() {
    local environment=$1 name
    shift
    for name in "$@"; do
        # shellcheck disable=SC2254  # it is a pattern
        case $environment/$name in
        $pattern)
            ran=$((ran + 1))
            "test_${environment%%-*}" "${environment#*-}" "$name" || failed+=("$environment/$name")
            ;;
        esac
    done
}

# -B: no bytecode into the source tree.
test_python() {
    run "$root/clients-$1/bin/python" -B "$here/python/report.py" "$2"
}

# Beside a copy of the tests, since they look for packages where they are
# themselves.
test_js() {
    local folder=$logs/js-$1
    if [[ ! -d $folder ]]; then
        mkdir "$folder"
        cp "$here"/js/*.mjs "$folder"
        ln -s "$root/clients-js-$1/node_modules" "$folder/node_modules"
    fi
    local packages=(openai)
    [[ $2 == openai_js ]] || packages=(ai @ai-sdk/openai @ai-sdk/anthropic @ai-sdk/openai-compatible)
    run node --no-warnings "$folder/report.mjs" "$2" "${packages[@]}"
}

began=$SECONDS
for age in old new; do
    tests python-$age openai_chat openai_tools openai_rest openai_errors anthropic_messages anthropic_rest \
        live portkey langchain_clients
done
tests python-old llamaindex
tests python-llama-index openai_chat openai_tools openai_responses openai_errors llamaindex
tests python-new openai_responses bedrock_client cohere_client gemini_client
for age in old new; do
    tests js-$age openai_js ai_sdk
done

if ((ran == 0)); then
    echo "$pattern matches no tests; names are such as python-old/portkey" >&2
    exit 2
fi
if ((${#failed[@]})); then
    echo "clients failed: ${failed[*]}; what the gateway said:" >&2
    tail -n 40 "$logs"/gateway.err "$logs"/open-gateway.err >&2
    exit 1
fi
echo "all clients agree with the gateway ($((SECONDS - began)) s)"
