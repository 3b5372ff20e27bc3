#!/usr/bin/env bash
# Installs the independent counterparts that the tests talk to: two Python
# environments (official SDKs, the LiteLLM proxy), llama.cpp's server built
# from source, tiny random models for it, test guests made of Python and
# JavaScript by the tools of those languages, and clients of the gateway, old
# and new. The first run takes about ten minutes on two cores, later runs well
# under a second. Safe to interrupt and to run twice at once. Silent unless there
# is something to do.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${JACKFIELD_PEERS:-$HOME/.cache/jackfield-peers}
worlds=$here/../guests/worlds
python=${PYTHON:-python3}

llama_package='llama-cpp-python==0.3.36'
llama_sha256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
build_tools=(cmake==4.4.4 ninja==1.13.2)
# Low optimisation: the models are tiny, and compiling is what costs time.
# No native tuning: the result may be cached and restored on another machine.
cmake_flags=(
    -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_C_FLAGS_RELEASE=-O1
    -DCMAKE_CXX_FLAGS_RELEASE=-O1
    -DBUILD_SHARED_LIBS=OFF
    -DGGML_NATIVE=OFF
    -DGGML_OPENMP=OFF
    -DGGML_CCACHE=OFF
    -DLLAMA_OPENSSL=OFF
    -DLLAMA_BUILD_UI=OFF
    -DLLAMA_USE_PREBUILT_UI=OFF
    -DLLAMA_BUILD_APP=OFF
    -DLLAMA_BUILD_EXAMPLES=OFF
    -DLLAMA_BUILD_TESTS=OFF
)

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

# stage NAME INPUT FUNCTION: runs FUNCTION unless its stamp already records
# INPUT. The stamp is written last, by rename, so a stage that was cut short
# has none and runs again from the start.
stage() {
    local name=$1 input=$2 function=$3
    local stamp=$root/stamps/$name log=$root/logs/$name.log
    if [[ -f $stamp && $(<"$stamp") == "$input" ]]; then
        return
    fi
    require_tools
    echo "installing $name (log: $log)" >&2
    rm -f "$stamp"
    # Not `if ! (...)`: a condition would switch `set -e` off inside.
    local status=0
    set +e
    (set -e; "$function") >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if ((status != 0)); then
        echo "installing $name failed; the end of $log:" >&2
        tail -n 30 "$log" >&2
        exit 1
    fi
    printf '%s' "$input" >"$stamp.new"
    mv "$stamp.new" "$stamp"
}

# Says everything that is missing at once, and only where something is to be
# installed: what is there keeps working without the tools that made it.
require_tools() {
    local missing=()
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        missing+=("Python 3.11 or newer as \`$python\` (or name another in \$PYTHON)")
    elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        missing+=("Python's venv module (Debian: apt install python3-venv)")
    fi
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        missing+=("Node.js 20 or newer, with npm")
    fi
    if ! command -v c++ >/dev/null && [[ ! ${CXX:-} ]]; then
        missing+=("a C++ compiler as \`c++\` (Debian: apt install g++; or name one in \$CXX)")
    fi
    if ((${#missing[@]})); then
        echo "can't install the peers; these are missing:" >&2
        printf '  %s\n' "${missing[@]}" >&2
        exit 1
    fi
}

digest() {
    cat -- "$@" | sha256sum | cut -d' ' -f1
}

# environment NAME FILE: a Python environment with the packages of FILE.
environment() {
    rm -rf "${root:?}/$1"
    "$python" -m venv "$root/$1"
    "$root/$1/bin/pip" install --no-deps -r "$2"
    "$root/$1/bin/pip" check
}

install_sdk() {
    environment sdk "$here/sdk.txt"
}

install_litellm() {
    environment litellm "$here/litellm.txt"
}

install_clients() {
    local age
    for age in old new llama-index; do
        environment "clients-$age" "$here/clients/$age.txt"
    done
    for age in old new; do
        rm -rf "${root:?}/clients-js-$age"
        mkdir -p "$root/clients-js-$age"
        cp "$here/clients/js/$age"/package*.json "$root/clients-js-$age"
        npm ci --prefix "$root/clients-js-$age" --no-audit --no-fund
    done
}

# Object files stay until the server is built, so an interrupted build goes on
# where it stopped; only a finished unpacking counts.
install_llama_server() {
    local work=$root/build
    mkdir -p "$work" "$root/bin"
    if [[ ! -f $work/unpacked || $(<"$work/unpacked") != "$llama_sha256" ]]; then
        rm -rf "${work:?}"
        mkdir -p "$work/sdist" "$work/source"
        "$python" -m venv "$work/tools"
        "$work/tools/bin/pip" install -q "${build_tools[@]}"
        echo "$llama_package --hash=sha256:$llama_sha256" >"$work/sdist.txt"
        "$work/tools/bin/pip" download -q --require-hashes --no-deps \
            --no-binary llama-cpp-python --dest "$work/sdist" -r "$work/sdist.txt"
        tar -xf "$work"/sdist/*.tar.gz -C "$work/source" --strip-components=1
        rm -rf "$work/sdist"
        printf '%s' "$llama_sha256" >"$work/unpacked"
    fi
    local path=$work/tools/bin:$PATH
    PATH=$path cmake -G Ninja -S "$work/source/vendor/llama.cpp" -B "$work/objects" "${cmake_flags[@]}"
    PATH=$path nice -n 19 ninja -C "$work/objects" -j "$(nproc)" llama-server
    cp "$work/objects/bin/llama-server" "$root/bin/llama-server.new"
    "$root/bin/llama-server.new" --version
    mv "$root/bin/llama-server.new" "$root/bin/llama-server"
    rm -rf "${work:?}"
}

install_models() {
    mkdir -p "$root/models"
    local kind
    for kind in chat tool rank; do
        "$root/sdk/bin/python" "$here/tiny_model.py" "$kind" "$root/models/$kind.gguf"
    done
}

install_foreign() {
    rm -rf "${root:?}/foreign.new"
    "$worlds/build-foreign.sh" "$root/foreign.new"
    rm -rf "${root:?}/foreign"
    mv "$root/foreign.new" "$root/foreign"
}

for tool in flock sha256sum; do
    if ! command -v "$tool" >/dev/null; then
        echo "can't install the peers: \`$tool\` is missing (util-linux and coreutils have them)" >&2
        exit 1
    fi
done
mkdir -p "$root/stamps" "$root/logs"
# A child that outlives a killed run keeps this lock, which is what we want:
# nobody else may write to the same build folder meanwhile.
exec 9>"$root/lock"
flock 9

stage sdk "$(digest "$here/sdk.txt")" install_sdk
stage litellm "$(digest "$here/litellm.txt")" install_litellm
stage models "$(digest "$here/sdk.txt" "$here/tiny_model.py")" install_models
stage llama-server "$llama_sha256 ${build_tools[*]} ${cmake_flags[*]}" install_llama_server
stage foreign "$(digest "$here/sdk.txt" "$worlds/build-foreign.sh" "$worlds"/{python,javascript}/app.* \
    "$here"/../../wit/0.1/*.wit)" install_foreign
stage clients "$(digest "$here"/clients/*.txt "$here"/clients/js/*/package*.json)" install_clients
