#!/bin/sh
# Regenerates leaderboard.csv: our estimators, each as a program of its own, on the shipped experiments. A minute or two.
# Usage: leaderboard.sh [CALOR]     (default: build/tools/calor)
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
calor=${1:-$here/../../build/tools/calor}
board=$here/leaderboard.csv

new=$(mktemp -d)
trap 'rm -rf -- "$new"' EXIT
run() { # EXPERIMENT ESTIMATOR...
  experiment=$1
  shift
  for estimator; do
    "$calor" score "'$here/ours.sh' $estimator" --name "calor estimate $estimator" --experiment "$here/../experiments/$experiment.toml" \
      --replicates 40 --samples 500 --leaderboard "$new/board.csv"
  done
}
run coin entropy-plugin entropy-miller-madow entropy-grassberger entropy-nsb entropy-kl mi-plugin mi-ksg1 mi-ksg2 mi-gaussian
run gaussian entropy-kl mi-ksg1 mi-ksg2 mi-gaussian
run one_bit entropy-plugin mi-plugin
cp -- "$new/board.csv" "$board"
