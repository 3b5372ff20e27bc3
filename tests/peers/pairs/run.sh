#!/usr/bin/env bash
# All pairs of a client's dialect and an upstream's, with the official clients:
#
#     tests/peers/pairs/run.sh [PATTERN]
#
# The program and the plugins are those of `make guests`; ../install.sh has
# installed the clients. What PATTERN may be is in pairs.py.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}
target=${CARGO_TARGET_DIR:-$here/../../../target}

# shellcheck source=tests/peers/jobs.sh
. "$here/../jobs.sh"

# Nothing of the caller's may get between the clients and the gateway.
unset "${!OPENAI_@}" "${!ANTHROPIC_@}" "${!GOOGLE_@}" "${!GEMINI_@}" "${!CO_API_@}" "${!AWS_@}"
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 PYTHONWARNINGS=ignore

# -B: no bytecode into the source tree.
run "$root/clients-new/bin/python" -B "$here/pairs.py" "${JACKFIELD:-$target/debug/jackfield}" \
    "$(cd "$target/plugins" && pwd)" "$@"
