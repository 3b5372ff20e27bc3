#!/usr/bin/env bash
# Writes every template out into the folder given, as the command line does,
# and builds, checks and tests it. Names of interfaces may follow the folder.
set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: $0 OUTPUT-FOLDER [INTERFACE...]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- llm embedding rerank tool vector-store callback speech transcription
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$out/target}

for interface; do
    name=new-$interface
    plugin=$out/$name
    rm -rf "$plugin"
    for folder in "$here/shared" "$here/$interface"; do
        (cd "$folder" && find . -type f -name '*.tmpl') | while read -r file; do
            to=$plugin/${file%.tmpl}
            [ "$(basename "$to")" != gitignore ] || to=$(dirname "$to")/.gitignore
            mkdir -p "$(dirname "$to")"
            sed -e "s|{{name}}|$name|g" -e "s|{{artifact}}|${name//-/_}|g" -e "s|{{interface}}|$interface|g" \
                -e "s|{{sdk}}|{ path = \"$here/../rust\" }|g" "$folder/$file" > "$to"
        done
    done
    echo "== $interface"
    ! grep -rn '{{[a-z]*}}' "$plugin" || { echo "$interface: a placeholder is left" >&2; exit 1; }
    (
        cd "$plugin"
        cargo test --quiet
        cargo clippy --quiet --all-targets -- -D warnings
        cargo build --quiet --release --target wasm32-wasip2
    )
    ls -l "$CARGO_TARGET_DIR/wasm32-wasip2/release/${name//-/_}.wasm"
done
