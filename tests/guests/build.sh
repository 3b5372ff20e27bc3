#!/usr/bin/env bash
# Every plugin and every test guest of this workspace:
#
#     build.sh PATH-OF-JACKFIELD   builds them and packs each with the plugin.toml
#                                  beside its Cargo.toml: plugins into
#                                  target/plugins, guests into target/guests
#     build.sh --lint              runs clippy over them
#
# What hasn't changed is left alone. PATH-OF-JACKFIELD is the program that packs,
# as `make guests` builds it.
set -euo pipefail

if (($# != 1)); then
    echo "usage: $0 PATH-OF-JACKFIELD | --lint" >&2
    exit 2
fi
lint=
if [[ $1 == --lint ]]; then
    lint=1
else
    jackfield=$(realpath "$1")
fi
cd "$(dirname "$0")/../.."
cargo=${CARGO:-cargo}
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
if [[ $lint ]]; then
    exec "$cargo" clippy --target "$target" "${packages[@]}" -- -D warnings
fi
"$cargo" build --profile guest --target "$target" "${packages[@]}"

mkdir -p target/plugins target/guests
for folder in "${folders[@]}"; do
    package=$(name_in "$folder/Cargo.toml")
    component=$built/${package//-/_}.wasm
    kind=guests
    [[ $folder == plugins/* ]] && kind=plugins
    out=target/$kind/$(name_in "$folder/plugin.toml").wasm
    # By content, not by time: a shared target folder brings back older builds.
    # And by rename, so that whoever reads it never sees half a file.
    said=$("$jackfield" plugin pack "$component" --manifest "$folder/plugin.toml" --out "$out.new")
    if cmp -s "$out.new" "$out"; then
        rm "$out.new"
    else
        mv "$out.new" "$out"
        echo "${said/"$out.new"/"$out"}"
    fi
done
