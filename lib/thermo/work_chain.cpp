#include "thermo/work_chain.hpp"

namespace calor::thermo {

namespace {

using Dense = num::Matrix<double>;
using Column = num::Vector<double>;

Dense scaled(const Eigen::Ref<const Column>& factor, const Dense& f) { return factor.asDiagonal() * f; }

/// k (-2 D phi' d/dtheta - D phi'') W_{k-1} + k (k-1) D phi'² W_{k-2} of class x.
Dense source(const WorkTerms& t, int x, int k, const Dense& lower, const Dense& lowest) {
  const Column slope = t.slope.col(x), bend = t.bend.col(x);
  Dense out = -2.0 * scaled(slope, t.basis.gradient * lower) - scaled(bend, lower);
  out *= k * t.diffusion;
  if (k > 1) out += k * (k - 1) * t.diffusion * scaled(slope.cwiseAbs2(), lowest);
  return out;
}

}  // namespace

Dense commutator(const WorkTerms& t, const Dense& f) {
  return t.diffusion * (2.0 * scaled(t.dp.col(1), t.basis.gradient * f) + scaled(t.ddp.col(1), f));
}

WorkChain::WorkChain(const WorkTerms& terms, const evolve::Modes& free, const evolve::Modes& killed,
                     const std::array<Dense, 3>& start)
    : terms_(terms), end_(start) {
  for (std::size_t k = 0; k < 3; ++k) {
    const Column sum = start[k].rowwise().sum();
    const Column lag = start[k].col(1) - terms.p.col(1).cwiseProduct(sum);
    sum_[k] = free.analyse(sum);
    lag_[k] = killed.analyse(lag);
  }
}

void WorkChain::advance(const PanelSolvers& s, const Pair& zeroth) {
  const Eigen::Index order = zeroth[0].cols() - 1;
  const auto inside = [&](const Dense& f) -> Dense { return f.leftCols(order); };
  Pair lowest, lower = zeroth;
  for (int k = 1; k <= 3; ++k) {
    Pair gain;
    for (int x = 0; x < 2; ++x) {
      const auto c = static_cast<std::size_t>(x);
      gain[c] = source(terms_, x, k, inside(lower[c]), k > 1 ? inside(lowest[c]) : Dense());
    }
    const auto at = static_cast<std::size_t>(k - 1);
    const Dense both = gain[0] + gain[1];
    const Dense sum_modes = s.free_decay.solve(sum_[at], s.free.analyse(both));
    sum_[at] = sum_modes.col(order);
    const Dense sum = s.free.synthesise(sum_modes);
    Dense lag = Dense::Zero(sum.rows(), sum.cols());
    if (k < 3) {
      const Dense drive = commutator(terms_, inside(sum)) + gain[1] - scaled(terms_.p.col(1), both);
      const Dense lag_modes = s.killed_decay.solve(lag_[at], s.killed.analyse(drive));
      lag_[at] = lag_modes.col(order);
      lag = s.killed.synthesise(lag_modes);
    }
    lowest = std::move(lower);
    lower = {scaled(terms_.p.col(0), sum) - lag, scaled(terms_.p.col(1), sum) + lag};
    end_[at] = Dense(sum.rows(), 2);
    for (int x = 0; x < 2; ++x) end_[at].col(x) = lower[static_cast<std::size_t>(x)].col(order);
  }
}

}  // namespace calor::thermo
