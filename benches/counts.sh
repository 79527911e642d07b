#!/usr/bin/env bash
# Instructions an entry: builds what users run, then holds it to benches/counts.toml. UPDATE=1 writes the file.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --workspace --bin mizu-sidecar
cargo test --workspace --test counts -- --nocapture
