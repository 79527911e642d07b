#!/usr/bin/env bash
# Runs fuzz targets one after the other at low priority: FOR seconds each (600), all of them or those named.
#   FOR=60 dissect/fuzz/run.sh [TARGET...]
# Needs a nightly toolchain (rustup toolchain install nightly) and cargo-fuzz (cargo install cargo-fuzz). What it learns is kept in
# <target>/fuzz-corpus; a finding is printed with its file, which belongs into seeds/<target>/ once it is understood.
set -euo pipefail
cd "$(dirname "$0")"
cargo +nightly fuzz --version >/dev/null || { echo "hint: rustup toolchain install nightly && cargo install cargo-fuzz" >&2; exit 1; }
TARGET=${CARGO_TARGET_DIR:-$PWD/../../target}/fuzz
targets=("$@"); [ $# -gt 0 ] || mapfile -t targets < <(ls targets | sed 's/\.rs$//')
for t in "${targets[@]}"; do
  mkdir -p "$TARGET/corpus/$t" "$TARGET/findings/$t"
  echo "== $t, ${FOR:-600} s"
  # No sanitizer: the code has no unsafe blocks; overflow checks and debug assertions are on (Cargo.toml).
  nice -n 19 cargo +nightly fuzz run --fuzz-dir . --target-dir "$TARGET" --sanitizer none "$t" "$TARGET/corpus/$t" "seeds/$t" -- \
    -max_total_time="${FOR:-600}" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 \
    -artifact_prefix="$TARGET/findings/$t/" -print_final_stats=1 -verbosity=0
done
