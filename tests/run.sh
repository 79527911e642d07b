#!/usr/bin/env bash
# Runs the tiers named, or all of them, by rising cost; says the time of each and stops at the first red.
#   tests/run.sh [TIER...]      tiers: format tidy lint drift unit page corpus counts pipeline browser
# Everything of Rust is built in one profile (dev) and always with --workspace, so that features are the same and nothing is built twice;
# only `counts` builds the release profile, since it measures what users run.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}

ALL=(format tidy lint unit page corpus counts pipeline browser)
TIERS=("$@"); [ $# -gt 0 ] || TIERS=("${ALL[@]}")
LOG=$(mktemp); trap 'rm -f "$LOG"' EXIT

page_packages() { make --no-print-directory -s ui/node_modules/.package-lock.json; }
binaries() { cargo build --workspace --bins --tests; }

tier_format() { cargo fmt --all --check; page_packages; (cd ui && npm run --silent check); }
tier_tidy() { cargo test --workspace --test tidy; }
tier_lint() {
  make --no-print-directory -s ui
  cargo clippy --workspace --all-targets -- -D warnings
  cargo clippy --workspace --test corpus --test counts -- -D warnings
  if cargo deny --version >/dev/null 2>&1; then cargo deny check bans licenses sources; else echo "cargo-deny is not installed; tidy holds the same lists"; fi
}
tier_unit() { make --no-print-directory -s ui engine; cargo test --workspace; }
tier_page() { page_packages; (cd ui && npm test --silent); }
tier_corpus() { binaries; cargo test --workspace --test corpus -- --nocapture; }
tier_counts() { benches/counts.sh; }
tier_pipeline() { make --no-print-directory -s ui engine; binaries; cargo test --workspace --test pipeline; }
tier_browser() { make --no-print-directory -s ui engine; binaries; (cd ui && npm run --silent e2e); }

tests/needs.sh "${TIERS[@]}"
began=$SECONDS
for tier in "${TIERS[@]}"; do
  declare -F "tier_$tier" >/dev/null || { echo "no tier \`$tier\`; there are: ${ALL[*]}" >&2; exit 2; }
  printf '\n== %s\n' "$tier"; at=$SECONDS
  if ! (set -e; "tier_$tier") > >(tee -a "$LOG") 2>&1; then
    printf '\n== %s is red after %d s. Again, alone: make test TIERS=%s\n' "$tier" $((SECONDS - at)) "$tier"; exit 1
  fi
  times+=("$(printf '%5d s  %s' $((SECONDS - at)) "$tier")")
done
printf '\n'; printf '%s\n' "${times[@]}"; printf '%5d s  all\n' $((SECONDS - began))
