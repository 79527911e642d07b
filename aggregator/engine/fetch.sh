#!/bin/sh
# Fetches the storage engine (libchdb 26.7.3 = ClickHouse 26.7.2.1) into a cache folder outside the tree.
#
# In:  npm and sha256sum on PATH. MIZU_CACHE or XDG_CACHE_HOME move the cache; MIZU_LIBCHDB names a library that is
#      there already, then nothing is fetched.
# Out: ${MIZU_CACHE:-${XDG_CACHE_HOME:-~/.cache}/mizu}/libchdb/<version>/libchdb.so, whose path is the one line on stdout.
# The package comes through npm's ordinary client, pinned by version and by the sha256 of its tarball. The library
# appears under its final name only when it is whole; running this again does nothing.
set -eu

version=26.7.3-stable.1
package=@chdb/lib-linux-x64-gnu
tarball=chdb-lib-linux-x64-gnu-$version.tgz
sha256=c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad

fail() {
    echo "error: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

if [ -n "${MIZU_LIBCHDB:-}" ]; then
    [ -f "$MIZU_LIBCHDB" ] || fail "MIZU_LIBCHDB names $MIZU_LIBCHDB, which is not there" "unset it, or give the path of a libchdb.so"
    echo "$MIZU_LIBCHDB"
    exit 0
fi

cache=${MIZU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mizu}
target=$cache/libchdb/$version
if [ -f "$target/libchdb.so" ]; then
    echo "$target/libchdb.so"
    exit 0
fi

case $(uname -sm) in
"Linux x86_64") ;;
*) fail "the engine is packaged for Linux on x86_64 with glibc only, this is $(uname -sm)" "run the aggregator with --clickhouse-url, or set MIZU_LIBCHDB to a libchdb.so of your own" ;;
esac
command -v npm >/dev/null || fail "npm is not on PATH" "install Node.js 20 or newer (Debian: apt-get install npm)"

mkdir -p "$cache/libchdb"
work=$(mktemp -d "$cache/libchdb/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

echo "fetching $package@$version (178 MB, once)" >&2
(cd "$work" && npm pack --silent "$package@$version" >/dev/null) ||
    fail "npm could not fetch $package@$version" "check that 'npm ping' answers, then run 'make engine' again"
[ -f "$work/$tarball" ] || fail "npm packed something else than $tarball" "run 'npm pack $package@$version' by hand and look"
echo "$sha256  $work/$tarball" | sha256sum --check --status ||
    fail "$tarball has another sha256 than $sha256: not used" "the package changed or was damaged on the way; run 'make engine' again, and report it if it stays"
tar -xzf "$work/$tarball" -C "$work" package/libchdb.so
chmod 0644 "$work/package/libchdb.so"
# Another fetch may have won in between; its library is the same, checked by the same sum.
mv -T "$work/package" "$target" 2>/dev/null || [ -f "$target/libchdb.so" ] ||
    fail "$target could not be made" "look at its permissions and at the free space (df -h $cache)"
echo "$target/libchdb.so"
