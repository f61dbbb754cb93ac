#pragma once
// Entropies and mutual informations of (B, Theta, X) from the densities on a grid (theory.md section 4). Units: nats.

#include <functional>

#include "info/row.hpp"
#include "num/eigen.hpp"

namespace calor::info {

/// The nodes of Theta and of X with their quadrature weights (1 for states and outcomes) and the model on them.
template <num::Real R>
struct Spaces {
  num::Vector<R> theta_weight;  // n
  num::Vector<R> x_weight;      // K
  num::Matrix<R> conditional;   // n x K: p(x_k | theta_i)
  num::Vector<R> x_entropy;     // n: S(X | theta_i)
};

/// Every data set's density of Theta at one time.
template <num::Real R>
struct Snapshot {
  num::Vector<R> probability;    // p(B), one a set
  num::Matrix<R> density;        // n x sets
  num::Matrix<R> log_density;    // n x sets; -infinity where unknown or 0
  num::Matrix<R> round_off;      // n x sets: absolute round-off of `density`
  num::Matrix<R> log_round_off;  // n x sets: that of `log_density`; infinity where worthless
};

/// -sum w f ln f with its round-off; f <= 0 counts as 0. `round_off` may be empty (size 0) for exact f.
template <num::Real R>
Raw<R> entropy(const num::Vector<R>& weight, const num::Vector<R>& f, const num::Vector<R>& round_off);

/// sum w f g with its round-off.
template <num::Real R>
Raw<R> average(const num::Vector<R>& weight, const num::Vector<R>& f, const num::Vector<R>& round_off,
               const num::Vector<R>& g);

/// The same for f that was divided by its integral: its round-off integrates to 0, so that only deviations of g from
/// its average count.
template <num::Real R>
Raw<R> average_of_normalised(const num::Vector<R>& weight, const num::Vector<R>& f, const num::Vector<R>& round_off,
                             const num::Vector<R>& g);

/// entropy_theta, entropy_theta_given_b, m_info, lautum_info (I1, section 7).
template <num::Real R>
void parameter_information(const Spaces<R>& spaces, const Snapshot<R>& snapshot, Row<R>& row);

/// sum_B p(B) int (rho_B + rho-bar) |ln rho_B - ln pi_B|, pi_B = exp(-L_B/T)/Z_B, from above round-off: a bound of what
/// I16 lacks while the densities still differ from the stationary ones, for m_info + lautum_info - gap/T =
/// sum_B p(B) int (rho_B - rho-bar) ln(rho_B/pi_B) at any time. loss(b): L_B at the nodes.
template <num::Real R>
R unrelaxed(const Spaces<R>& spaces, const Snapshot<R>& snapshot,
            const std::function<const num::Vector<R>&(Eigen::Index)>& loss, const R& temperature);

/// With X ~ p(x|Theta) (equilibrium sampler, I2): entropy_x, entropy_x_given_b, entropy_x_given_theta, l_info, r_info,
/// info_x_theta, info_x_theta_given_b.
template <num::Real R>
void equilibrium_information(const Spaces<R>& spaces, const Snapshot<R>& snapshot, Row<R>& row);

}  // namespace calor::info
