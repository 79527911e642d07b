#!/usr/bin/env bash
# Rewrites what is generated or snapshot, then shows what changed: read the difference before you commit it.
set -euo pipefail
cd "$(dirname "$0")/.."
export UPDATE=1 INSTA_UPDATE=always
make --no-print-directory -s ui/node_modules/.package-lock.json engine
cargo fmt --all; (cd ui && npm run --silent fix)
cargo test --workspace || true # a test that rewrites may be red once
cargo build --workspace --bins --tests && cargo test --workspace --test corpus
git --no-pager diff --stat; git --no-pager diff -- '*.snap' '*openapi.json' 'ui/src/api/generated' '*.golden' tests benches/counts.toml
