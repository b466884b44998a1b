#!/usr/bin/env bash
# need.sh build|demo|test|bench: installs what is missing for that door on Debian and Ubuntu, says what, and
# skips what is there. Elsewhere it prints what is needed and fails. What no package gives goes to target/tools.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/tools
has() { command -v "$1" >/dev/null 2>&1; }
node_is_new() { has node && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b >= 2019 ? 0 : 1)'; }

missing=()
want() { for c in "${@:2}"; do has "$c" || { missing+=("$1"); return; }; done; } # want PACKAGE COMMAND…
want build-essential cc c++
want ca-certificates update-ca-certificates
has cargo || want curl curl
node_is_new || { want nodejs node; want npm npm; }
if [[ $1 != build ]]; then want ffmpeg ffmpeg ffprobe; fi
if [[ $1 == test || $1 == bench ]]; then
    want chromium chromium
    want python3 python3
    want nginx-light nginx
fi
if [[ $1 == test ]]; then
    want mpv mpv
    want libxml2-utils xmllint
    want xmltv-util tv_validate_file
    want hdhomerun-config hdhomerun_config
    want iproute2 ip
    want util-linux unshare
    want openssl openssl
    want vlc-bin cvlc
    want vlc-plugin-base cvlc
    want gstreamer1.0-tools gst-launch-1.0
    for plugin in souphttpsrc:plugins-good hlsdemux:plugins-bad avdec_h264:libav; do
        gst-inspect-1.0 --exists "${plugin%:*}" 2>/dev/null || missing+=("gstreamer1.0-${plugin#*:}")
    done
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
fi
if [[ $1 == bench ]]; then want wrk wrk; fi

if ((${#missing[@]})); then
    if ! has apt-get; then
        echo "need.sh: this is not Debian or Ubuntu. Please install what these packages hold, then try again: ${missing[*]}" >&2
        exit 1
    fi
    root=(); ((EUID == 0)) || root=(sudo)
    echo "need.sh: installing by apt: ${missing[*]}"
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if ! has cargo; then
    echo "need.sh: installing rustup (https://rustup.rs) into ~/.cargo; the toolchain is the one in rust-toolchain.toml"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --default-toolchain none --no-modify-path
fi
if ! node_is_new; then
    echo "need.sh: $(node --version) is older than the pages need; putting Node 22 into target/tools"
    mkdir -p "$tools" && npm install --prefix "$tools" --no-audit --no-fund --silent node@22
fi
[[ $1 == test ]] || exit 0
if ! cargo deny --version >/dev/null 2>&1; then
    echo "need.sh: building cargo-deny into target/tools (about a minute, once)"
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_STRIP=symbols \
        CARGO_TARGET_DIR=target/tools/build cargo install cargo-deny@0.20.2 --locked --quiet --root "$tools"
    rm -rf target/tools/build
fi
if ! cmp -s scripts/judges.txt "$tools/venv/judges.txt"; then
    echo "need.sh: putting the judges from PyPI into target/tools/venv: $(grep -v '^#' scripts/judges.txt | xargs)"
    python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install --quiet -r scripts/judges.txt
    cp scripts/judges.txt "$tools/venv/judges.txt"
fi
