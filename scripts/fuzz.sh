#!/usr/bin/env bash
# fuzz.sh [TARGET]: bad bytes for each target of fuzz/ (or one), SECONDS_EACH (60) long. libFuzzer needs a nightly
# toolchain and cargo-fuzz; what is missing is installed and named.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -f fuzz/Cargo.toml ]] || { echo "fuzz.sh: there are no targets in fuzz/ yet" >&2; exit 1; }
if ! rustup toolchain list | grep -q '^nightly'; then
    echo "fuzz.sh: installing a nightly toolchain by rustup"
    rustup toolchain install nightly --profile minimal --no-self-update
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz.sh: building cargo-fuzz into target/tools (once)"
    cargo install cargo-fuzz --locked --quiet --root target/tools
fi
for target in ${1:-$(cargo +nightly fuzz list)}; do
    echo "== $target"
    seeds=(); [[ -d ../shared/corpus/ts ]] && seeds=(../shared/corpus/ts)
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "${seeds[@]}" -- -max_total_time="${SECONDS_EACH:-60}" -timeout=10 -rss_limit_mb=2048
done
