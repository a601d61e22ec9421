#!/usr/bin/env bash
# Builds every fuzz target for libFuzzer, with its seeds and the dictionary, into $OUT.
# OSS-Fuzz and ClusterFuzzLite set CXX, CXXFLAGS, LIB_FUZZING_ENGINE and OUT; check.sh
# does so without them. Targets that are named as arguments are built alone.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$OUT"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go build -o "$work/mlsref" ./cmd/mlsref
targets=${*:-$("$work/mlsref" fuzz list --names)}
"$work/mlsref" fuzz dictionary >"$work/dict"

for target in $targets; do
	# Only our own packages are instrumented: what the cryptography inside circl does
	# with its bytes is no concern of a search for inputs.
	CGO_ENABLED=1 go build -buildmode=c-archive -tags libfuzzer -gcflags=mlsref/...=-d=libfuzzer \
		-ldflags "-X main.name=$target" -o "$work/$target.a" ./fuzz/libfuzzer
	# shellcheck disable=SC2086 # the flags are several words
	$CXX ${CXXFLAGS:-} $LIB_FUZZING_ENGINE "$work/$target.a" -o "$OUT/$target"
	rm "$work/$target.a"

	"$work/mlsref" fuzz corpus "$target" -o "$work/corpus"
	rm -f "$OUT/${target}_seed_corpus.zip"
	(cd "$work/corpus/$target" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)
	cp "$work/dict" "$OUT/$target.dict"
done
