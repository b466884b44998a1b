#!/usr/bin/env bash
# Every check in CI's order (`fast`: only what takes seconds). It goes on after a failure; the last line counts.
# A runner's own counts are added up; a check without counts is one.
set -uo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target} logs=target/test-logs
export TELECAST_BIN=${TELECAST_BIN:-$(realpath -m "$target")/debug/telecast}
export TELECAST_CORPUS=${TELECAST_CORPUS:-$(realpath -m ../shared/corpus)} INSTA_UPDATE=no
rm -rf "$logs" "$target/tmp/logs"
mkdir -p "$logs"
passed=0 failed=0 broken=()

counts() { # the numbers in a log's summary lines: "passed failed", nothing if it has none
    sed -E 's/\x1b\[[0-9;]*m//g' "$1" | awk -v want="$2" '$0 ~ want {
        seen = 1
        for (i = 1; i < NF; i++) {
            if ($(i+1) ~ /^passed/) p += $i
            if ($(i+1) ~ /^(failed|timed)/) f += $i
            if ($i == "pass") p += $(i+1)
            if ($i == "fail" || $i == "cancelled") f += $(i+1)
        }
    } END { if (seen) print p + 0, f + 0 }'
}

check() { # check NAME SUMMARY-PATTERN COMMAND…
    local name=$1 pattern=$2 log p f status
    shift 2
    log=$logs/${name// /-}.log
    printf '\n== %s\n' "$name"
    "$@" 2>&1 </dev/null | tee "$log"
    status=${PIPESTATUS[0]}
    read -r p f <<<"$(counts "$log" "$pattern")"
    if [[ -z $p ]]; then p=$((status == 0)) f=$((status != 0)); fi
    if ((status != 0 && f == 0)); then f=1; fi
    passed=$((passed + p)) failed=$((failed + f))
    ((f == 0)) || broken+=("$name")
}

crates() {
    if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --locked "$@"; else cargo test --locked "$@"; fi
}
summary='^ *Summary .*tests? run:'
cargo nextest --version >/dev/null 2>&1 || summary='^test result:'
node_summary='^ *Tests +[0-9]'
browser_summary='^[^ ]+ (pass|fail|cancelled) [0-9]'
own_summary='^[0-9]+ passed, [0-9]+ failed'

check format - cargo fmt --all --check
if [[ ${1:-} == fast ]]; then
    check lints - cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
    check "unit tests" "$summary" crates --workspace --lib --bins
    check "house rules" "$summary" crates -p telecast-server --test it tidy
else
    check lints - cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
    check dependencies - scripts/audit.sh
    check "pages install" - make --no-print-directory web/node_modules/.package-lock.json e2e/node_modules/.package-lock.json
    check pages "$node_summary" npm --prefix web run check
    check "pages build" - make --no-print-directory web/dist/index.html
    check crates "$summary" crates --workspace
    # The tests of the crates have built it. Alone it would be built with other features of its dependencies, and so would they all, anew.
    check binary - test -x "$TELECAST_BIN"
    check browser "$browser_summary" npm --prefix e2e test
    check judges "$own_summary" python3 scripts/judges.py
    check "guide judges" "$own_summary" python3 scripts/judge_guide.py
    check "tuner judges" "$own_summary" python3 scripts/judge_tuner.py
    check "own judges" "$own_summary" python3 scripts/judge_own.py
    check secrets - python3 scripts/secrets.py
fi

echo
((failed == 0)) || echo "not clean: ${broken[*]} (logs in $logs)"
echo "$passed passed, $failed failed"
((failed == 0))
