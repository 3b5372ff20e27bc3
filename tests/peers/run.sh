#!/usr/bin/env bash
# Runs a command with live peers beside it:
#
#     tests/peers/run.sh cargo test -p jackfield-e2e --test peers -- --ignored
#
# The command finds in its environment
#     JACKFIELD_PEER_LLAMA        llama-server: chat, embeddings, Anthropic Messages
#     JACKFIELD_PEER_LLAMA_TOOL   the same with a model that calls tools
#     JACKFIELD_PEER_LLAMA_RANK   the same as a reranker
#     JACKFIELD_PEER_LLAMA_KEY    the API key of all three
#     JACKFIELD_PEER_LITELLM      LiteLLM proxy in front of the first two
#     JACKFIELD_PEER_LITELLM_KEY  its API key
#     JACKFIELD_PEER_SIGV4        a server that checks AWS signatures with botocore
#     JACKFIELD_FOREIGN           folder of the guests made of other languages
#     JACKFIELD_PEER_ORACLE       see oracle.py; only where recordings exist:
#                                 JACKFIELD_RECORDED, or ../shared/recorded
# The addresses are base URLs without a path, on free loopback ports. Whatever
# happens to the command, the peers end with it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}
recorded=${JACKFIELD_RECORDED:-$here/../../../shared/recorded}

if (($# == 0)); then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi
if ! command -v curl >/dev/null; then
    echo "$0: \`curl\` is missing; it tells when a server is up" >&2
    exit 1
fi
"$here/install.sh"

# shellcheck source=tests/peers/jobs.sh
. "$here/jobs.sh"
skipped=()

# Taken together, so that they differ.
free_ports() {
    "$root/sdk/bin/python" - "$1" <<'PYTHON'
import socket
import sys

sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(server.getsockname()[1] for server in sockets))
PYTHON
}

llama() {
    local kind=$1 port=$2
    shift 2
    start "llama-$kind" "$root/bin/llama-server" \
        --model "$root/models/$kind.gguf" --alias "$kind" \
        --host 127.0.0.1 --port "$port" --api-key "$llama_key" \
        --ctx-size 8192 --threads 1 --seed 1 --no-warmup "$@"
}

if [[ -d $recorded ]]; then
    oracle=$root/oracle.jsonl
    input=$(cat "$here"/*.py "$here/sdk.txt" "$recorded"/*.jsonl | sha256sum)
    if [[ ! -f $oracle || ! -f $oracle.stamp || $(<"$oracle.stamp") != "$input" ]]; then
        # -B: no bytecode into the source tree.
        "$root/sdk/bin/python" -B "$here/oracle.py" "$recorded" "$oracle" >"$logs/oracle" 2>&1 ||
            fail "oracle.py failed"
        # Says what was replayed and what was skipped.
        mv "$logs/oracle" "$root/logs/oracle.log"
        echo "$input" >"$oracle.stamp"
    fi
    export JACKFIELD_PEER_ORACLE=$oracle
else
    skipped+=("recorded traffic: there is none; JACKFIELD_RECORDED may name its folder")
fi

llama_key=$(random_key)
litellm_key=$(random_key)
read -r chat_port tool_port rank_port litellm_port bedrock_port < <(free_ports 5)

llama chat "$chat_port" --jinja --embeddings --pooling mean
llama tool "$tool_port" --jinja
llama rank "$rank_port" --reranking
start litellm env \
    NO_PROXY=127.0.0.1 LITELLM_LOCAL_MODEL_COST_MAP=True \
    LITELLM_MASTER_KEY="$litellm_key" PEER_KEY="$llama_key" \
    PEER_CHAT_BASE="http://127.0.0.1:$chat_port/v1" \
    PEER_TOOL_BASE="http://127.0.0.1:$tool_port/v1" \
    "$root/litellm/bin/litellm" --config "$here/litellm.yaml" \
    --host 127.0.0.1 --port "$litellm_port"
# botocore is among what LiteLLM needs. -B: no bytecode into the source tree.
start sigv4 "$root/litellm/bin/python" -B "$here/sigv4_server.py"
bedrock_stub=${JACKFIELD_BEDROCK_STUB:-$here/../../../shared/tools/bedrock_stub.py}
if [[ -f $bedrock_stub ]]; then
    start bedrock "$root/litellm/bin/python" -B "$bedrock_stub" "$bedrock_port"
    bedrock_group=$last
else
    skipped+=("Bedrock: there is no server that stands for it; JACKFIELD_BEDROCK_STUB may name one")
fi
await_url sigv4 "$last"
export JACKFIELD_PEER_SIGV4=$url
if [[ -n ${bedrock_group:-} ]]; then
    # Whatever it says to a GET, it listens.
    await_that bedrock "$bedrock_group" "answer" \
        curl --noproxy '*' --max-time 5 -so /dev/null "http://127.0.0.1:$bedrock_port/"
    export JACKFIELD_PEER_BEDROCK=http://127.0.0.1:$bedrock_port
fi
await llama-chat "${groups[0]}" "http://127.0.0.1:$chat_port/health"
await llama-tool "${groups[1]}" "http://127.0.0.1:$tool_port/health"
await llama-rank "${groups[2]}" "http://127.0.0.1:$rank_port/health"
await litellm "${groups[3]}" "http://127.0.0.1:$litellm_port/health/liveliness"

export JACKFIELD_PEER_LLAMA=http://127.0.0.1:$chat_port
export JACKFIELD_PEER_LLAMA_TOOL=http://127.0.0.1:$tool_port
export JACKFIELD_PEER_LLAMA_RANK=http://127.0.0.1:$rank_port
export JACKFIELD_PEER_LLAMA_KEY=$llama_key
export JACKFIELD_PEER_LITELLM=http://127.0.0.1:$litellm_port
export JACKFIELD_PEER_LITELLM_KEY=$litellm_key
export JACKFIELD_FOREIGN=$root/foreign

status=0
run "$@" || status=$?
for what in ${skipped[@]+"${skipped[@]}"}; do
    echo "skipped: $what"
done
exit "$status"
