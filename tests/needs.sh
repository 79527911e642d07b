#!/usr/bin/env bash
# Sees that what the named tiers need is on the machine, and installs Debian packages that are missing when root.
#   tests/needs.sh TIER...
set -euo pipefail
missing=() packages=()
need() { command -v "$1" >/dev/null || { missing+=("$1"); [ -z "${2:-}" ] || packages+=("$2"); }; }
need git git; need cargo; need node; need npm; need make make; need python3 python3
for tier in "$@"; do
  case $tier in
    counts) need valgrind valgrind ;;
    browser) need chromium chromium ;;
  esac
done
[ ${#missing[@]} -gt 0 ] || exit 0
for tool in cargo node npm; do
  if ! command -v $tool >/dev/null; then
    echo "missing: $tool. Install Rust with rustup (https://rustup.rs) and Node 20 or newer, then run this again." >&2; exit 1
  fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing: ${packages[*]}"
  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
else
  echo "missing: ${missing[*]}" >&2; echo "hint: sudo apt-get install ${packages[*]}" >&2; exit 1
fi
