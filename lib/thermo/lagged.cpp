#include "thermo/lagged.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "num/real.hpp"
#include "thermo/fluctuations.hpp"

namespace calor::thermo {

namespace {

using Dense = num::Matrix<double>;
using Column = num::Vector<double>;

/// Everything a history needs besides the splitting of time.
struct Setting {
  Setting(const LaggedRoom& r, const ThetaMotion& m)
      : room(r), motion(m), start(m.start.asDiagonal() * r.spaces.conditional) {}

  const LaggedRoom& room;
  const ThetaMotion& motion;
  Dense start;
};

/// One history in the making: the symmetrised joint density and its ledger.
class Walk {
 public:
  explicit Walk(const Setting& s) : s_(s), psi_(s.start) {
    if (s.room.kernel_round_off > 0) tails_.emplace(s.room.spaces, s.room.energy, s.room.kernel_round_off);
    state_ = look();
    if (s.room.fluctuations) fluctuations_ = Fluctuations<double>(psi_);
  }

  void move_theta(const ThetaMotion::Move& move) {
    const Dense before = psi_;
    psi_ = move(before);
    if (s_.room.fluctuations) fluctuations_.theta_moved(s_.room.energy, before, psi_, move);
    const auto after = look();
    ledger_.theta_moved(state_, after);
    state_ = after;
    hidden_ += unseen();
  }
  void move_x(const XMove& own) {
    const auto move = [&](const Dense& f) {
      Dense out = own(f);
      if (tails_) clear_tails(s_.room.kernel_round_off, out);
      return out;
    };
    const Dense before = psi_;
    psi_ = move(before);
    if (s_.room.fluctuations)
      fluctuations_.x_moved(s_.room.energy, s_.room.spaces.conditional, before, psi_, move, s_.motion.noise);
    const auto after = look();
    ledger_.x_moved(state_, after);
    state_ = after;
    if (tails_) tails_->x_moved(density());
  }
  void record(double t, JointHistory<double>& out) const {
    out.joint.push_back(density());
    const auto put = [&](const std::string& name, double value) { out.totals[name].push_back(value); };
    put("heat_x", ledger_.heat_x);
    put("work_x", ledger_.work_x);
    put("flow_x", ledger_.flow_x);
    put("flow_theta", ledger_.flow_theta);
    put("ep_x", ledger_.ep_x);
    put("_flow_hidden", hidden_);
    if (tails_) out.tails.push_back(tails_->so_far());
    if (!s_.room.fluctuations) return;
    for (const auto& [name, value] :
         fluctuations_.totals(s_.room.spaces.theta_weight.cwiseProduct(s_.motion.root), s_.room.spaces.x_weight))
      put(name, value);
    put("ift_theta", s_.motion.ift(t));
  }

 private:
  Dense density() const { return s_.motion.root.asDiagonal() * psi_; }
  /// What round-off d of a move of Theta makes of the entropy, beyond what averages out: d²/P, or d where P is less.
  /// Moves of X smooth it again, so that flows collect it move by move.
  double unseen() const {
    const auto& s = s_.room.spaces;
    const double whole = s_.motion.start.norm();
    double sum = 0;
    for (Eigen::Index k = 0; k < psi_.cols(); ++k) {
      const double share = s.x_weight[k] * psi_.col(k).norm() / whole;
      for (Eigen::Index i = 0; i < psi_.rows(); ++i) {
        const double d = share * s_.motion.noise[i], p = s.x_weight[k] * std::fabs(psi_(i, k));
        sum += s.theta_weight[i] * s_.motion.root[i] * (p > d ? d * d / p : d);
      }
    }
    return sum;
  }
  JointState<double> look() const { return joint_state<double>(s_.room.spaces, s_.room.energy, density()); }

  const Setting& s_;
  Dense psi_;
  JointState<double> state_;
  Ledger<double> ledger_;
  double hidden_ = 0;
  std::optional<TailNoise<double>> tails_;
  Fluctuations<double> fluctuations_;
};

constexpr double most_substeps = 1e7;

/// Continuous time with every interval split into `factor` times its coarsest number of substeps.
JointHistory<double> split(const Setting& s, const Splitting& splitting, int factor) {
  JointHistory<double> out;
  Walk walk(s);
  walk.record(0, out);
  const auto& points = s.room.points;
  for (std::size_t j = 1; j < points.size(); ++j) {
    const double length = points[j] - points[j - 1];
    const double coarsest = std::ceil(length / splitting.substep);
    if (!(coarsest < most_substeps))
      throw AccuracyError(num::to_text(coarsest, 3) +
                          " substeps of a sampler in continuous time are too many; allowed: a lower rate or a shorter "
                          "time, with " +
                          num::to_text(most_substeps, 1) + " at most");
    const int steps = factor * static_cast<int>(coarsest);
    const double tau = length / steps;
    auto theta = s.motion.over(points[j - 1], tau);
    const auto half = splitting.over(tau / 2), whole = splitting.over(tau);
    walk.move_x(half);
    for (int k = 0; k < steps; ++k) {
      if (s.motion.changes && k) theta = s.motion.over(points[j - 1] + k * tau, tau);
      walk.move_theta(theta);
      walk.move_x(k + 1 < steps ? whole : half);
    }
    walk.record(points[j], out);
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

/// Sum of the absolute weights with which the extrapolation takes its columns: prod_{i != k} k²/(k² - i²).
double amplification(int columns) {
  double sum = 0;
  for (int k = 1; k <= columns; ++k) {
    double weight = 1;
    for (int i = 1; i <= columns; ++i)
      if (i != k) weight *= k * k / static_cast<double>(k * k - i * i);
    sum += std::fabs(weight);
  }
  return sum;
}

void add_round_off(const Setting& s, JointHistory<double>& out) {
  const Column own = s.motion.noise.cwiseProduct(s.motion.root);
  out.round_off = own;
  for (const auto& joint : out.joint) {
    const Column marginal = (joint * s.room.spaces.x_weight).cwiseAbs();
    out.round_off = out.round_off.cwiseMax(own + 4 * num::epsilon<double>() * marginal);
  }
}

}  // namespace

XMove by_kernels(XKernels kernels) {
  std::vector<XKernels> rows;
  rows.push_back(std::move(kernels));
  return by_kernels(std::move(rows));
}

XMove by_kernels(std::vector<XKernels> rows, int threads) {
  return [rows = std::make_shared<const std::vector<XKernels>>(std::move(rows)), threads](const Dense& f) -> Dense {
    const Dense before = f.transpose();  // the x of a node side by side
    Dense after(before.rows(), before.cols());
    const auto part = [&](Eigen::Index begin, Eigen::Index end) {
      Eigen::Index at = 0;
      for (const auto& kernels : *rows) {
        const Eigen::Index count = kernels.front().rows();
        for (Eigen::Index i = begin; i < end; ++i)
          after.col(i).segment(at, count).noalias() =
              kernels[static_cast<std::size_t>(i)] * before.col(i).segment(at, count);
        at += count;
      }
    };
    const Eigen::Index nodes = before.cols();
    num::parallel_for(threads, threads, [&](int k) { part(nodes * k / threads, nodes * (k + 1) / threads); });
    return after.transpose();
  };
}

ThetaMotion motion_by_modes(const evolve::ThetaBasis& basis, const evolve::ThetaDynamics& dynamics,
                            const Column& log_initial) {
  const auto modes = std::make_shared<evolve::Modes>(basis, dynamics, Column());
  ThetaMotion out;
  out.root = dynamics.root();
  out.start = log_initial.array().exp() / out.root.array();
  const Column start = modes->analyse(out.start), ground = modes->analyse(out.root);
  // as in evolve/spectral.cpp
  out.noise = 4 * num::epsilon<double>() * start.norm() * basis.weight.cwiseSqrt().cwiseInverse();
  out.over = [modes](double, double tau) -> ThetaMotion::Move {
    return [kernel = modes->kernel(tau)](const Dense& f) -> Dense { return kernel * f; };
  };
  // int rho_t K_t^T 1 under detailed balance; both factors propagated
  out.ift = [modes, start, ground](double t) {
    return (start.array() * ground.array() * (-2 * t * modes->values().array()).exp()).sum();
  };
  return out;
}

double split_moves(std::span<const double> points, double substep, int columns) {
  double steps = 0;
  for (std::size_t j = 1; j < points.size(); ++j) steps += std::ceil((points[j] - points[j - 1]) / substep);
  return steps * columns * (columns + 1) / 2;
}

JointHistory<double> follow_turns(const LaggedRoom& room, const ThetaMotion& motion, const Turns& turns) {
  const Setting s(room, motion);
  JointHistory<double> out;
  Walk walk(s);
  walk.record(0, out);
  auto theta = motion.over(0, turns.step);
  long done = 0;
  for (std::size_t j = 1; j < room.points.size(); ++j) {
    for (const long goal = std::lround(room.points[j] / turns.step); done < goal; ++done) {
      if (motion.changes) theta = motion.over(static_cast<double>(done) * turns.step, turns.step);
      walk.move_theta(theta);
      walk.move_x(turns.turn);
    }
    walk.record(room.points[j], out);
  }
  add_round_off(s, out);
  return out;
}

/// The factors of the round-off are for the many steps, and 8 for the large energies in the tails of x where kernels
/// are not exact there; not derived, judged by the closed form of `ou` (tests/run/test_fluctuations.cpp), and redraws
/// by the spread of runs at different resolution, which is a tenth of it. Neville's scheme in tau² over substeps 1,
/// 1/2, 1/3, ... of the coarsest (Hairer, Nørsett, Wanner, Solving ODEs I, section II.9).
JointHistory<double> follow_split(const LaggedRoom& room, const ThetaMotion& motion, const Splitting& splitting) {
  const Setting s(room, motion);
  std::vector<JointHistory<double>> row;
  std::vector<double> hidden;  // of the finest column
  for (int k = 1; k <= splitting.columns; ++k) {
    std::vector<JointHistory<double>> next{split(s, splitting, k)};
    hidden = next.front().totals.at("_flow_hidden");
    for (int m = 1; m < k; ++m) {
      const double ratio = static_cast<double>(k) / (k - m);
      next.push_back(combine(row[static_cast<std::size_t>(m - 1)], next.back(), 1 / (ratio * ratio - 1)));
    }
    row = std::move(next);
  }
  add_round_off(s, row.back());
  row.back().round_off *= splitting.caution * amplification(splitting.columns);
  for (double& h : hidden) h *= amplification(splitting.columns);
  row.back().totals["_flow_hidden"] = hidden;
  for (auto& tail : row.back().tails)
    for (double& noise : tail) noise *= amplification(splitting.columns);
  return std::move(row.back());
}

}  // namespace calor::thermo
