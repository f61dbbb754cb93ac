#!/bin/sh
# Calor's own estimators by the door that is open to all: ours.sh ESTIMATOR DIRECTORY, a COMMAND of calor score.
# At the last time: entropies of x (discrete) or theta (entropy-kl), mutual informations of x (mi-plugin: l_info) or theta
# (mi-ksg1, mi-ksg2, mi-gaussian: m_info) with the sum of the examples.
set -eu
estimator=$1 directory=$2
calor=${CALOR:-calor}
last=$directory/last.csv

# The rows of the last time as x,theta,sum.
awk -F, '
  NR == 1 { for (i = 1; i <= NF; ++i) { at[$i] = i; if ($i ~ /^b[0-9]+$/) data[i] = 1 } next }
  $1 != replicate && NR > 2 { print line }
  { replicate = $1; sum = 0; for (i in data) sum += $i; line = $(at["x0"]) "," $(at["theta0"]) "," sum }
  END { print line }' OFMT=%.17g CONVFMT=%.17g "$directory/samples.csv" | { echo x,theta,sum; cat; } >"$last"

case $estimator in
  entropy-kl) quantity=entropy_theta options='--x theta' ;;
  entropy-nsb) quantity=entropy_x options='--x x --alphabet 2' ;;
  entropy-*) quantity=entropy_x options='--x x' ;;
  mi-plugin) quantity=l_info options='--x x --y sum' ;;
  mi-*) quantity=m_info options='--x theta --y sum' ;;
  *) echo "ours.sh: no estimator $estimator" >&2 && exit 2 ;;
esac

# shellcheck disable=SC2086 # options are words
"$calor" estimate "$estimator" "$last" $options --format json | tr -d '\n' |
  sed -n 's/.*"value": *\([^,}]*\).*"stderr": *\([^,}]*\).*/\1,\2/p' |
  sed "s/,null\$/,/; s/^null/nan/; s/^/$quantity,/"
