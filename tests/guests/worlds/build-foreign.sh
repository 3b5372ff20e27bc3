#!/usr/bin/env bash
# Builds the guests that aren't written in Rust: llm-python.wasm and
# llm-javascript.wasm, into the folder given. The tools go into the cache
# folder, $JACKFIELD_PEERS or ~/.cache/jackfield-peers, and stay there.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 OUTPUT-FOLDER" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
wit=$(cd "$here/../../../wit/0.1" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
peers=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}

python_version=0.25.1
javascript_version=0.23.0

sdk=$peers/sdk
if ! "$sdk/bin/componentize-py" --version 2>/dev/null | grep -qF "$python_version"; then
    [ -x "$sdk/bin/python" ] || python3 -m venv "$sdk"
    "$sdk/bin/python" -m pip install --quiet "componentize-py==$python_version"
fi

js=$peers/js
package=$js/node_modules/@bytecodealliance/componentize-js/package.json
if ! grep -qsF "\"version\": \"$javascript_version\"" "$package"; then
    mkdir -p "$js"
    npm install --prefix "$js" --silent --no-audit --no-fund "@bytecodealliance/componentize-js@$javascript_version"
fi

# Both tools write bindings beside where they run: not into the repository.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$here/python/app.py" "$here/javascript/app.js" "$scratch/"
cd "$scratch"

# Without --stub-wasi a component made of Python imports sockets and a file
# system, which the host doesn't link, whether the guest uses them or not.
echo "llm-python.wasm: componentize-py $python_version"
"$sdk/bin/componentize-py" --quiet --wit-path "$wit" --world llm-plugin componentize app --stub-wasi -o "$out/llm-python.wasm"

# Features that the contract doesn't give a plugin are off.
echo "llm-javascript.wasm: componentize-js $javascript_version"
"$js/node_modules/.bin/componentize-js" app.js --wit "$wit" --world-name llm-plugin \
    --disable random http fetch-event --out "$out/llm-javascript.wasm"

ls -l "$out/llm-python.wasm" "$out/llm-javascript.wasm"
