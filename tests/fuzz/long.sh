#!/bin/sh
# libFuzzer on the readers, with address and undefined-behaviour sanitizers: long.sh SECONDS [BUILD_DIRECTORY]
# Needs clang++ with libFuzzer (Debian: clang libclang-rt-14-dev). Corpora and findings stay in the build directory.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
root=$here/../..
seconds=$1 build=${2:-$root/build-fuzz}

[ -f "$build/build.ninja" ] || CXX="${CXX:-clang++}" meson setup "$build" "$root" -Dunity=on -Dunity_size=24 -Dpart=outside -Db_sanitize=address,undefined \
  -Db_lundef=false -Db_ndebug=false -Doptimization=1 -Dwerror=false -Dcpp_args=-fsanitize=fuzzer-no-link >/dev/null
ninja -C "$build" tests/fuzz/fuzz_toml tests/fuzz/fuzz_csv tests/fuzz/fuzz_json >"$build/fuzz-build.log" || {
  tail -n 20 "$build/fuzz-build.log"
  exit 1
}
cd "$build"
status=0
for name in toml csv json; do
  mkdir -p "corpus-$name"
  cp -- "$here/seeds"/*."$name" "$root/tests/reference"/*."$name" "corpus-$name" 2>/dev/null || true
  printf '%s: ' "$name"
  if "tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4000 -max_len=20000 -print_final_stats=1 "corpus-$name" \
    >"fuzz-$name.log" 2>&1; then
    sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$name.log" | tr '\n' ' '
    printf 'inputs, %s in the corpus, nothing found\n' "$(ls "corpus-$name" | wc -l)"
  else
    tail -n 30 "fuzz-$name.log"
    status=1
  fi
done
exit $status
