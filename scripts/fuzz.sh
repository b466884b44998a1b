#!/usr/bin/env bash
# fuzz.sh [TARGET]: bad bytes for each target of fuzz/ (or one), SECONDS_EACH (60) long. libFuzzer needs a nightly
# toolchain and cargo-fuzz; what is missing is installed and named. It begins with the seeds in fuzz/seeds, goes on with
# what earlier runs have kept in fuzz/corpus, and leaves what it finds in fuzz/artifacts: mend it, and keep it as a seed.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/tools
export PATH="$tools/bin:$PATH"
command -v rustup >/dev/null || { echo "fuzz.sh: libFuzzer needs a nightly toolchain by rustup (https://rustup.rs)" >&2; exit 1; }
if ! rustup toolchain list | grep -q '^nightly'; then
    echo "fuzz.sh: installing a nightly toolchain by rustup"
    rustup toolchain install nightly --profile minimal --no-self-update
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz.sh: building cargo-fuzz into target/tools (once)"
    cargo +stable install cargo-fuzz --locked --quiet --root "$tools" ||
        cargo install cargo-fuzz --locked --quiet --root "$tools"
fi
for target in ${1:-$(cargo +nightly fuzz list)}; do
    echo "== $target"
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="${SECONDS_EACH:-60}" -timeout=10 -rss_limit_mb=1024 -max_len=32768 -print_final_stats=1
done
