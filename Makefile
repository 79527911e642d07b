# The only door. `make` alone says what there is; what is longer than three lines is a script beside what it serves.
# RELEASE: what users run, and what is measured. dev: every tier of the tests (see [profile.dev] in Cargo.toml).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
RELEASE := $(TARGET)/release
UI_SOURCES := $(shell git ls-files --cached --others --exclude-standard -- ui ':!ui/e2e' 2>/dev/null)

help: ## Says what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo: build engine ## Installs what it needs, builds, taps a small shop on this machine and prints the page's address
	@exec $(RELEASE)/mizu demo

test: ## Installs what it needs and runs every tier, cheap ones first (one tier: make test TIERS=corpus)
	@tests/run.sh $(TIERS)

check: ## Formatting, lints, types, tidy, generated files in step: what needs no run of the product
	@tests/run.sh format tidy lint drift

accept: ## Rewrites snapshots and generated files after a wanted change, and shows the difference
	@tests/accept.sh

build: ui ## The binaries as users run them, with the page inside
	cargo build --release --workspace --bins

ui: ui/dist/index.html ## The page

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && npm run build

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund

engine: ## Fetches the store's engine (pinned by version and sha256) into the cache outside the tree
	@aggregator/engine/fetch.sh

corpus: ## Scores the sidecar against captures with known content
	@tests/run.sh corpus

bench: ## Seconds and ratios to tshark over captures made on the spot (root, Debian packages; see benches/README.md)
	@benches/offline.sh

bench-live: ## Loss-free rate and cost to the server, live on two network namespaces (root)
	@benches/live.sh

bench-ingest: engine ## What storing costs the aggregator and its engine, against the engine alone
	cargo bench --package mizu-aggregator --bench ingest_cost

kills: engine ## Exactly once under forty kills of aggregator and engine, two minutes at 1,000 entries/s
	cargo build --workspace --bins --tests
	cargo test --workspace --test kills

bench-counts: ## Instructions an entry under callgrind, gated at +3 %
	@tests/run.sh counts

fuzz: ## Runs each fuzz target for FOR seconds (default 600) at low priority; needs a nightly toolchain
	@dissect/fuzz/run.sh

hooks: ## Lets git run .githooks/pre-commit before each commit
	git config core.hooksPath .githooks

clean: ## Takes away what was built (the cache outside the tree stays)
	rm -rf $(TARGET) ui/dist ui/node_modules

.PHONY: help demo test check accept build ui engine corpus bench bench-live bench-ingest bench-counts kills fuzz hooks clean
