#pragma once
// Fluctuations of X along single trajectories (theory.md section 6, I15) where Theta and X move in turn: joint
// densities weighted by the powers 1 to 3 of the heat and of the work so far, and by e^{-sigma_X}. Both sums telescope
// within a move: q grows by phi(x') - phi(x), w by phi_theta'(x) - phi_theta(x).

#include <array>
#include <functional>
#include <map>
#include <string>

#include "info/row.hpp"
#include "num/eigen.hpp"

namespace calor::thermo {

template <num::Real R>
class Fluctuations {
 public:
  /// A move of (signed) joint densities, n x K.
  using Move = std::function<num::Matrix<R>(const num::Matrix<R>&)>;

  Fluctuations() = default;
  explicit Fluctuations(const num::Matrix<R>& start);

  /// energy: phi, n x K; before, after: the joint density before and after the move.
  void theta_moved(const num::Matrix<R>& energy, const num::Matrix<R>& before, const num::Matrix<R>& after,
                   const Move& move);
  /// conditional: p(x|theta), with respect to the same measure of x as the densities. Where the density before is not
  /// above `floor` (one a node; may be empty), its round-off, e^{-sigma} is not known and taken as 1.
  void x_moved(const num::Matrix<R>& energy, const num::Matrix<R>& conditional, const num::Matrix<R>& before,
               const num::Matrix<R>& after, const Move& move, const num::Vector<R>& floor = {});

  /// "_heat_x_1" .. "_3", "_work_x_1" .. "_3": moments; "ift_x".
  std::map<std::string, R> totals(const num::Vector<R>& theta_weight, const num::Vector<R>& x_weight) const;

 private:
  std::array<num::Matrix<R>, 3> heat_, work_;
  num::Matrix<R> tilted_;
};

/// "_NAME_1" .. "_3" of a row become NAME_variance and NAME_skewness (where the variance is not 0); "_NAME_1" stays.
template <num::Real R>
void cumulants(info::Row<R>& row, const std::string& name);

/// cumulants of heat_x and work_x, and "_ift_x", "_ift_theta": what is missing to 1. Quantities that are absent stay
/// so.
template <num::Real R>
void finish_fluctuations(info::Row<R>& row);

}  // namespace calor::thermo
