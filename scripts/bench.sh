#!/usr/bin/env bash
# bench.sh NAME: one bench of bench/, its closing lines as docs/design/performance.md names them.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
for file in bench/"$name".py bench/"$name".mjs; do
    [[ -n $name && -f $file ]] || continue
    case $file in *.py) exec python3 "$file" ;; *.mjs) exec node "$file" ;; esac
done
echo "make bench NAME=…: one of" first-part guide-export guide-import guide-page guide-window latency limits pages prepare receiver-calls reload remux scan schedule serve sessions transcode zap >&2
exit 2
