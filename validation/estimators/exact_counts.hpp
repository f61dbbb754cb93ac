#pragma once
// Exact mean and variance, at finite sample size, of what estimators make of the counts of N independent samples.
// Two routes: sums over binomials for statistics that are sums over letters (any alphabet), and enumeration of every
// possible table of counts for any statistic (small alphabets). They separate a bug from a known bias.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "validation/estimators/additive.hpp"
#include "validation/estimators/entropy_grassberger.hpp"

namespace calor::estimators {

struct Moments {
  double mean = 0;
  double variance = 0;
};

/// P(n = m) for m = 0..N, n ~ Bin(N, p); relative error about 1e-13, 0 below 1e-40 of the largest.
std::vector<double> binomial_probabilities(std::size_t samples, double p);

/// Mean and variance of Σ_i g(n_i) for multinomial counts: ⟨g(n_i)⟩ over Bin(N, p_i) and ⟨g(n_i) g(n_j)⟩ over
/// Bin(N, p_i) × Bin(N − n_i, p_j/(1−p_i)). Time N² for every pair of different probabilities. Throws InputError unless
/// the p_i are >= 0 and add up to 1 (to 1e-9; they are then divided by their sum) and N >= 1.
Moments additive_moments(std::span<const double> probabilities, std::size_t samples,
                         const std::function<double(std::size_t)>& g);

/// Of entropy_plugin, entropy_miller_madow and entropy_grassberger, nats. Throws as above.
Moments plugin_moments(std::span<const double> probabilities, std::size_t samples);
Moments miller_madow_moments(std::span<const double> probabilities, std::size_t samples);
Moments grassberger_moments(std::span<const double> probabilities, std::size_t samples, Grassberger variant);

/// Mean of mi_plugin for N independent samples of p(x, y), row by row with `columns` letters y; nats. By linearity over
/// the cells, rows and columns, so any alphabet will do. Throws as above.
double expected_mi_plugin(std::span<const double> joint, std::size_t columns, std::size_t samples);

/// Calls visit(counts, probability) for every table of counts of N samples. Throws InputError as above, and if there
/// are more than 20 million tables.
void for_each_counts(std::span<const double> probabilities, std::size_t samples,
                     const std::function<void(Counts, double)>& visit);

/// Mean and variance of any statistic of the counts, by enumeration. Throws as for_each_counts does.
Moments enumerated_moments(std::span<const double> probabilities, std::size_t samples,
                           const std::function<double(Counts)>& statistic);

}  // namespace calor::estimators
