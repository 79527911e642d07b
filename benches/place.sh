# Sourced by the yardsticks: where the yardstick's own programs and captures are, and the head of a table of results.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
YARD=$PWD/../shared/bench
[ -d "$YARD" ] || { echo "no yardstick at ../shared/bench beside the checkout; \`make bench-counts\` needs none" >&2; exit 2; }
CACHE=${MIZU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mizu}/bench
TARGET=${CARGO_TARGET_DIR:-$PWD/target}
SIDECAR=$TARGET/release/mizu-sidecar
mkdir -p "$CACHE"
export LIMIT=$CACHE/limit
[ "$LIMIT" -nt "$YARD/limit/limit.c" ] || cc -O2 -march=x86-64-v2 -o "$LIMIT" "$YARD/limit/limit.c"
cargo build --quiet --release --workspace --bin mizu-sidecar
head_of_results() { # title
  printf '\n## %s\n%s, commit %s%s, %s, %s cores, Linux %s\n\n' "$1" "$(date -u +%F)" "$(git rev-parse --short HEAD)" \
    "$(git diff --quiet HEAD -- '*.rs' '*.toml' || echo ' with changes')" "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" "$(nproc)" "$(uname -r | cut -d- -f1)"
}
