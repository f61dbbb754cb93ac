#include "thermo/lagged.hpp"

#include <algorithm>
#include <cmath>

#include "evolve/exponential.hpp"
#include "evolve/spectral.hpp"

namespace calor::thermo {

namespace {

using num::Matrix;
using num::Vector;
using Dense = Matrix<double>;

/// exp(-tau H) for any tau, from one eigen-decomposition.
class ParameterKernel {
 public:
  explicit ParameterKernel(const evolve::Problem<double>& p)
      : solver_(evolve::hamiltonian(p).dense()), root_(evolve::root_weight(p)) {}

  Dense over(double tau) const {
    const Vector<double> decay = (-tau * solver_.eigenvalues().cwiseMax(0.0)).array().exp();
    return solver_.eigenvectors() * decay.asDiagonal() * solver_.eigenvectors().transpose();
  }
  /// sqrt(w) at the nodes: P = sqrt(w) Psi.
  const Vector<double>& root() const { return root_; }

 private:
  Eigen::SelfAdjointEigenSolver<Dense> solver_;
  Vector<double> root_;
};

/// X's kernels at every node over one turn; row i of a joint matrix is multiplied by turn[i] transposed.
class SamplerKernel {
 public:
  SamplerKernel(const info::Spaces<double>& spaces, const Lag& lag) : spaces_(spaces), lag_(lag) {}

  /// Continuous moves for a time.
  std::vector<Dense> over(double time) const {
    std::vector<Dense> out;
    const double rate = num::from_rational<double>(*lag_.sampler.rate);
    for (Eigen::Index i = 0; i < spaces_.conditional.rows(); ++i)
      out.push_back(sampler::continuous_kernel<double>(lag_.sampler.kind, spaces_.conditional.row(i).transpose(),
                                                       lag_.neighbours, rate * time));
    return out;
  }
  /// One turn of the lagged dynamics: redraw, sweeps, or the exact moves over the step where a rate is given.
  std::vector<Dense> turn() const {
    if (lag_.sampler.rate) return over(num::from_rational<double>(*lag_.step));
    std::vector<Dense> out;
    for (Eigen::Index i = 0; i < spaces_.conditional.rows(); ++i)
      out.push_back(
          sampler::discrete_kernel<double>(lag_.sampler, spaces_.conditional.row(i).transpose(), lag_.neighbours));
    return out;
  }

 private:
  const info::Spaces<double>& spaces_;
  const Lag& lag_;
};

/// One history in the making: the symmetrised joint density and its ledger.
class Walk {
 public:
  Walk(const info::Spaces<double>& spaces, const Dense& energy, const Vector<double>& root, const Dense& start)
      : spaces_(spaces), energy_(energy), root_(root), psi_(root.cwiseInverse().asDiagonal() * start) {
    state_ = look();
  }

  void move_theta(const Dense& kernel) {
    psi_ = kernel * psi_;
    const auto after = look();
    ledger_.theta_moved(state_, after);
    state_ = after;
  }
  void move_x(const std::vector<Dense>& kernel) {
    for (Eigen::Index i = 0; i < psi_.rows(); ++i)
      psi_.row(i) = (kernel[static_cast<std::size_t>(i)] * psi_.row(i).transpose()).transpose();
    const auto after = look();
    ledger_.x_moved(state_, after);
    state_ = after;
  }
  void record(JointHistory<double>& out) const {
    out.joint.push_back(density());
    out.totals["heat_x"].push_back(ledger_.heat_x);
    out.totals["work_x"].push_back(ledger_.work_x);
    out.totals["flow_x"].push_back(ledger_.flow_x);
    out.totals["flow_theta"].push_back(ledger_.flow_theta);
    out.totals["ep_x"].push_back(ledger_.ep_x);
  }

 private:
  Dense density() const { return root_.asDiagonal() * psi_; }
  JointState<double> look() const { return joint_state<double>(spaces_, energy_, density()); }

  const info::Spaces<double>& spaces_;
  const Dense& energy_;
  const Vector<double>& root_;
  Dense psi_;
  JointState<double> state_;
  Ledger<double> ledger_;
};

/// Everything a history needs besides the splitting of time.
struct Setting {
  const info::Spaces<double>& spaces;
  const Lag& lag;
  std::span<const double> points;
  Dense energy, start;
  ParameterKernel theta;
  SamplerKernel x;
};

JointHistory<double> lagged_dynamics(const Setting& s) {
  JointHistory<double> out;
  Walk walk(s.spaces, s.energy, s.theta.root(), s.start);
  walk.record(out);
  const double step = num::from_rational<double>(*s.lag.step);
  const Dense theta = s.theta.over(step);
  const auto x = s.x.turn();
  long done = 0;
  for (std::size_t j = 1; j < s.points.size(); ++j) {
    for (const long goal = std::lround(s.points[j] / step); done < goal; ++done) {
      walk.move_theta(theta);
      walk.move_x(x);
    }
    walk.record(out);
  }
  return out;
}

/// Continuous time with every interval split into `factor` times its coarsest number of substeps.
JointHistory<double> split(const Setting& s, int factor) {
  JointHistory<double> out;
  Walk walk(s.spaces, s.energy, s.theta.root(), s.start);
  walk.record(out);
  for (std::size_t j = 1; j < s.points.size(); ++j) {
    const double length = s.points[j] - s.points[j - 1];
    const int steps = factor * static_cast<int>(std::ceil(length / s.lag.substep));
    const double tau = length / steps;
    const Dense theta = s.theta.over(tau);
    const auto half = s.x.over(tau / 2), whole = s.x.over(tau);
    walk.move_x(half);
    for (int k = 0; k < steps; ++k) {
      walk.move_theta(theta);
      walk.move_x(k + 1 < steps ? whole : half);
    }
    walk.record(out);
  }
  return out;
}

/// out = b + (b - a) factor, for every number of a history.
JointHistory<double> combine(const JointHistory<double>& a, const JointHistory<double>& b, double factor) {
  JointHistory<double> out = b;
  for (std::size_t j = 0; j < b.joint.size(); ++j) out.joint[j] += (b.joint[j] - a.joint[j]) * factor;
  for (auto& [name, values] : out.totals)
    for (std::size_t j = 0; j < values.size(); ++j) values[j] += (values[j] - a.totals.at(name)[j]) * factor;
  return out;
}

/// Neville's scheme in tau² over substeps 1, 1/2, 1/3, ... of the coarsest (Hairer, Nørsett, Wanner, Solving ODEs I,
/// section II.9).
JointHistory<double> continuous_time(const Setting& s) {
  std::vector<JointHistory<double>> row;
  for (int k = 1; k <= s.lag.columns; ++k) {
    std::vector<JointHistory<double>> next{split(s, k)};
    for (int m = 1; m < k; ++m) {
      const double ratio = static_cast<double>(k) / (k - m);
      next.push_back(combine(row[static_cast<std::size_t>(m - 1)], next.back(), 1 / (ratio * ratio - 1)));
    }
    row = std::move(next);
  }
  return row.back();
}

}  // namespace

JointHistory<double> follow_lagged(const evolve::Problem<double>& problem, const info::Spaces<double>& spaces,
                                   const Lag& lag, std::span<const double> points) {
  const auto n = static_cast<Eigen::Index>(problem.grid.size);
  Setting s{
      spaces, lag, points, energies(spaces), spaces.conditional, ParameterKernel(problem), SamplerKernel(spaces, lag)};
  for (Eigen::Index i = 0; i < n; ++i) s.start.row(i) *= std::exp(problem.log_initial[static_cast<std::size_t>(i)]);
  return lag.step ? lagged_dynamics(s) : continuous_time(s);
}

}  // namespace calor::thermo
