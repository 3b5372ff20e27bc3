#!/usr/bin/env bash
# Builds every plugin and every test guest of this workspace, and packs each with
# the plugin.toml beside its Cargo.toml: plugins into target/plugins, guests into
# target/guests. What hasn't changed is left alone. The argument is the program
# that packs, as `make guests` builds it.
set -euo pipefail

if (($# != 1)); then
    echo "usage: $0 PATH-OF-JACKFIELD" >&2
    exit 2
fi
jackfield=$(realpath "$1")
cd "$(dirname "$0")/../.."
target=wasm32-wasip2
built=${CARGO_TARGET_DIR:-target}/$target/guest

if command -v rustup > /dev/null && ! rustup target list --installed | grep -qx "$target"; then
    echo "adding the Rust target $target"
    rustup target add "$target"
fi

# The folders that hold a crate of this workspace and what it asks for.
folders=()
while IFS= read -r manifest; do
    folder=$(dirname "$manifest")
    [[ -f $folder/Cargo.toml ]] && folders+=("$folder")
done < <(find plugins tests/guests -name plugin.toml -not -path '*/target/*' | sort)

name_in() { # the first name of a TOML file
    sed -n 's/^name = "\(.*\)"$/\1/p' "$1" | head -n 1
}

packages=()
for folder in "${folders[@]}"; do
    packages+=(-p "$(name_in "$folder/Cargo.toml")")
done
cargo build --profile guest --target "$target" "${packages[@]}"

for folder in "${folders[@]}"; do
    package=$(name_in "$folder/Cargo.toml")
    component=$built/${package//-/_}.wasm
    kind=guests
    [[ $folder == plugins/* ]] && kind=plugins
    out=target/$kind/$(name_in "$folder/plugin.toml").wasm
    if [[ ! $out -nt $component || ! $out -nt $folder/plugin.toml ]]; then
        "$jackfield" plugin pack "$component" --manifest "$folder/plugin.toml" --out "$out"
    fi
done
