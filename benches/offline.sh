#!/usr/bin/env bash
# Seconds, memory and entries found over captures of real servers, against tshark and the limit in the same run, medians of RUNS.
#   SIZE=medium RUNS=5 FILES=h1-small,h2-100 benches/offline.sh     (root to record the captures; they are kept in the cache)
# The table goes to stdout: `make bench | tee -a benches/RESULTS.md`. Run nothing else on the machine beside it.
set -euo pipefail
. "$(dirname "$0")/place.sh"
SIZE=${SIZE:-medium} RUNS=${RUNS:-5} FILES=${FILES:-h1-small,h1-churn,h1-64k,h2-100,h2-post}
PCAPS=$CACHE/$SIZE; want=()
for f in ${FILES//,/ }; do [ -s "$PCAPS/$f.truth" ] || want+=("$f"); done
[ ${#want[@]} -eq 0 ] || "$YARD/gen-pcaps.sh" -o "$PCAPS" -s "$SIZE" "${want[@]}" >&2
head_of_results "Offline, $SIZE, medians of $RUNS"
"$YARD/offline.py" -d "$PCAPS" -n "$RUNS" -t 300 -f "$FILES" limit tshark mizu="$SIDECAR --pcap {pcap} --count"
