#!/usr/bin/env bash
# What `make test-peers` runs beside the peers (see run.sh): the plugins against
# live servers, guests in other languages, recorded traffic as the providers' own
# SDKs read it, clients of the gateway, and all pairs of dialects. $CARGO is the
# cargo to use.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}

echo "the oracle's own tests"
# -B: no bytecode into the source tree.
(cd "$here" && "$root/sdk/bin/python" -B -m unittest --quiet oracle_test oracle_neutral_test)

echo "signatures as botocore makes them"
"$root/litellm/bin/python" -B "$here/sigv4_cases.py" "$here/../../host/runtime/src/egress/auth/aws/cases.json"

cd "$here/../.."
# Of the whole workspace, so that nothing is built with other features than by
# `make test`.
"${CARGO:-cargo}" test --workspace --test recorded --test peers --test foreign -- --include-ignored

echo "clients of the gateway"
"$here/clients/run.sh"

echo "pairs of dialects"
"$here/pairs/run.sh"

"$here/schemathesis.sh"
