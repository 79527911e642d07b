#!/usr/bin/env bash
# Runs the tiers named, or all of them, by rising cost; says the time of each, counts the tests by what the runners say, stops at the first red.
#   tests/run.sh [TIER...]      tiers: format tidy lint drift unit page corpus counts pipeline browser
# Everything of Rust is built in one profile (dev), always as the whole workspace with the same features, so that nothing is built twice;
# only `counts` builds the release profile too, since it measures what users run.
set -euo pipefail
cd "$(dirname "$0")/.."
ALL=(format tidy lint unit page corpus counts pipeline browser)

# The seeds tier takes the libraries in; tidy does without, so that it stays a matter of seconds.
WHOLE=(--workspace --features mizu-tests/seeds)
sub_make() { make --no-print-directory -s "$@"; }
binaries() { cargo build "${WHOLE[@]}" --bins --tests; }

tier_format() { cargo fmt --all --check; sub_make ui/node_modules/.package-lock.json; npm --prefix ui run --silent check; }
tier_tidy() { cargo test --workspace --test tidy; }
tier_lint() {
  sub_make ui
  cargo clippy "${WHOLE[@]}" --all-targets -- -D warnings
  cargo clippy "${WHOLE[@]}" --test corpus --test counts --test pipeline -- -D warnings
  if cargo deny --version >/dev/null 2>&1; then cargo deny check bans licenses sources; else echo "cargo-deny is not installed; tidy holds the same lists"; fi
}
# Tests that hold generated files to their source; they run with `unit` too.
tier_drift() { sub_make ui; cargo test "${WHOLE[@]}" -- have_not_drifted contract_that_is_checked_in in_step_with_the_proto; }
tier_unit() { sub_make ui engine; cargo test "${WHOLE[@]}"; }
tier_page() { sub_make ui/node_modules/.package-lock.json; npm --prefix ui test --silent; }
tier_corpus() { binaries; cargo test "${WHOLE[@]}" --test corpus -- --nocapture; }
tier_counts() { benches/counts.sh; }
tier_pipeline() { sub_make ui engine; binaries; cargo test "${WHOLE[@]}" --test pipeline; }
tier_browser() { sub_make ui engine; binaries; npm --prefix ui run --silent e2e; }

# Each tier is a process of its own: `set -e` holds in it, which it would not in a condition of this one.
if [ "${1:-}" = --one ]; then "tier_$2"; exit; fi

TIERS=("$@"); [ $# -gt 0 ] || TIERS=("${ALL[@]}")
for tier in "${TIERS[@]}"; do
  declare -F "tier_$tier" >/dev/null || { echo "no tier \`$tier\`; there are: ${ALL[*]}" >&2; exit 2; }
done
tests/needs.sh "${TIERS[@]}"
LOG=$(mktemp); trap 'rm -f "$LOG"' EXIT
counted() { # what the runners of Rust, vitest and node said
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '/^test result:/ { n += $4 } / Tests .* passed/ { for (i = 1; i < NF; i++) if ($(i + 1) ~ /^passed/) n += $i } /^(# |ℹ )pass / { n += $3 } END { print n + 0 }'
}
began=$SECONDS all=0
for tier in "${TIERS[@]}"; do
  printf '\n== %s\n' "$tier"; at=$SECONDS
  if ! tests/run.sh --one "$tier" 2>&1 | tee "$LOG"; then
    printf '\n== %s is red after %d s. Again, alone: make test TIERS=%s\n' "$tier" $((SECONDS - at)) "$tier"; exit 1
  fi
  n=$(counted "$LOG"); all=$((all + n))
  lines+=("$(printf '%6d s %6d tests  %s' $((SECONDS - at)) "$n" "$tier")")
done
printf '\n'; printf '%s\n' "${lines[@]}"; printf '%6d s %6d tests  all\n' $((SECONDS - began)) "$all"
