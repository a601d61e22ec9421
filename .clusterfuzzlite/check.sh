#!/usr/bin/env bash
# Builds every target as OSS-Fuzz would, and has libFuzzer run its seeds. It needs clang
# and zip, but no container. Usage: check.sh [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v clang++ >/dev/null || ! command -v zip >/dev/null || ! command -v unzip >/dev/null; then
	echo "not checked: clang++, zip and unzip are needed to build the targets for libFuzzer" >&2
	exit 3
fi
OUT=${OUT:-$(mktemp -d)}
export OUT CXX=clang++ CXXFLAGS='' LIB_FUZZING_ENGINE=-fsanitize=fuzzer
.clusterfuzzlite/build.sh "$@"
for zip in "$OUT"/*_seed_corpus.zip; do
	target=$(basename "$zip" _seed_corpus.zip)
	seeds=$(mktemp -d)
	unzip -q "$zip" -d "$seeds"
	if ! "$OUT/$target" -runs=0 -dict="$OUT/$target.dict" "$seeds" >"$OUT/$target.log" 2>&1; then
		tail -n 30 "$OUT/$target.log"
		echo "$target: its seeds do not run under libFuzzer" >&2
		exit 1
	fi
	# libFuzzer says how many files it read; all must be there.
	read=$(sed -n 's/.*seed corpus: files: \([0-9]*\).*/\1/p' "$OUT/$target.log")
	want=$(find "$seeds" -type f -size +0 | wc -l) # an empty file is no seed to libFuzzer
	if [ "${read:-0}" -ne "$want" ]; then
		echo "$target: libFuzzer read ${read:-0} of $want seeds" >&2
		exit 1
	fi
	rm -rf "$seeds"
	echo "$target: builds, $want seeds run"
done
