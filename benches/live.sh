#!/usr/bin/env bash
# Live on two network namespaces (root): the highest rate without loss for small and large answers, and what tapping costs the server.
#   benches/live.sh [rates|big|cost]...     default: all three
# The tables go to stdout: `make bench-live | tee -a benches/RESULTS.md`. Run nothing else on the machine beside it.
set -euo pipefail
. "$(dirname "$0")/place.sh"
TAP="mizu=$SIDECAR --interface {if} --count"
for part in "${@:-rates big cost}"; do for p in $part; do
  case $p in
    rates) head_of_results 'Live, loss-free rate, 300 B answers'; "$YARD/live.sh" rates limit "$TAP" ;;
    big) head_of_results 'Live, loss-free rate, 64 KiB answers'; URL=/api/big RATES='250 500 1000 2000 4000 8000' "$YARD/live.sh" rates limit "$TAP" ;;
    cost) head_of_results 'Live, cost to the server'; "$YARD/live.sh" cost none limit "$TAP" ;;
    *) echo "rates, big or cost?" >&2; exit 2 ;;
  esac
done; done
