#!/usr/bin/env bash
# limits.sh [PROGRAM]: computes every table of LIMITS.md (theory.md I13, I14) and writes it to standard output. PROGRAM: the calor to run.
set -euo pipefail
cd "$(dirname "$0")"
calor=$(realpath -m "${1:-../../build/tools/calor}")

section() { printf '\n## %s\n\n%s\n' "$1" "$2"; }
table() {  # quantities, experiments...
  local q=$1 e; shift
  for e in "$@"; do
    printf '\n    calor run validation/limits/%s --quantities %s --format markdown\n\n' "$e" "$q"
    "$calor" run "$e" --quantities "$q" --format markdown | sed 's/^#/###/'
  done
}

printf '# Limits as results\n\nWritten by `validation/limits/limits.sh`; every number is of the program, the command above each table.\n'

section 'A fast sampler reaches the equilibrium sampler, with ep_x → 0 like 1/rate' \
'Theory I13, I14. rate × ep_x tends to a constant; heat_x, work_x, the flows and the observers'"'"' entropy productions tend to the values of the
equilibrium sampler in the second table. fisher_dissipation depends on the learner alone and stays: a fast sampler makes ep_x small, not 𝓕.
The fluctuations of heat and work reach those of thermo/equilibrium_fluctuations.hpp.'
table ep_x,heat_x,work_x,flow_x,flow_theta,ep_x_given_b,ep_x_naive,fisher_dissipation,heat_x_variance,work_x_variance fast_sampler.toml equilibrium.toml

section 'Turns with short steps reach continuous time' 'The learner moves for `step`, then X by the exact transition of its sampler over `step`; the second table is the limit.'
table ep_x,heat_x,work_x,flow_x,flow_theta,ep_x_naive,heat_x_variance,work_x_variance short_steps.toml continuous.toml

section 'Cold learning from a sharp start: all dissipation is learned information' \
'T → 0 with ρ_0 of variance T: ep_x_naive → l_info, since info_x_theta_given_b and 𝓕 vanish with T.'
table ep_x_naive,l_info,info_x_theta_given_b,fisher_dissipation cold_sharp_0.1.toml cold_sharp_0.03.toml cold_sharp_0.01.toml cold_sharp_0.003.toml
table ep_x_naive,l_info,info_x_theta_given_b,fisher_dissipation gaussian_sharp_1e-2.toml gaussian_sharp_1e-4.toml gaussian_sharp_1e-6.toml gaussian_sharp_1e-8.toml

section 'Cold learning from a wide start' \
'T → 0 with a fixed ρ_0: ep_x_naive → l_info + Δ info_x_theta_given_b (t = 0 is printed for the difference); 𝓕 vanishes with T.'
table ep_x_naive,l_info,info_x_theta_given_b,fisher_dissipation cold_wide.toml gaussian_wide.toml
