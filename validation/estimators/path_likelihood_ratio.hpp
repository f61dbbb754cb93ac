#pragma once
// Entropy production along trajectories from their likelihoods forwards and backwards (Seifert, PRL 95, 040602 (2005)):
//   σ = ln ρ_0(z_0) − ln ρ_n(z_n) + Σ_s [ln K_s(z_{s+1}|z_s) − ln K_s(z_s|z_{s+1})].
// Unbiased for the exact ep given exact log-probabilities (theory.md I8, I15). Regime: every forward step is possible
// backwards; the statistical error is s(σ)/√N.

#include <span>
#include <vector>

#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// σ of each of N trajectories, nats. `forward` and `backward`: N × `steps` log-probabilities, trajectory by
/// trajectory; `first` and `last`: ln ρ_0(z_0) and ln ρ_n(z_n), N of each (both empty: the medium part alone). +inf
/// where a step cannot be undone. Throws InputError on wrong sizes, NaN, +inf, or a step whose own probability is 0.
std::vector<double> path_entropy_production(std::span<const double> forward, std::span<const double> backward,
                                            std::size_t steps, std::span<const double> first = {},
                                            std::span<const double> last = {});

/// ⟨σ⟩ with its standard error. Throws InputError if there are no trajectories.
Result path_likelihood_ratio(std::span<const double> sigma);

}  // namespace calor::estimators
