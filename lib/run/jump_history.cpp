#include "run/jump_history.hpp"

#include "num/sum.hpp"
#include "run/jump_moves.hpp"

namespace calor::run {

template <Real R>
LearnerHistory<R> follow_learner(const JumpSetting<R>& s, const Vector<R>& loss) {
  const auto w = learner::rates(s.learner, loss);
  const Eigen::Index n = loss.size();
  const Vector<R> fisher = per_jump(w, [&](auto i, auto j) { return divergence(s, i, j); });
  const bool in_turn = s.experiment->time.step.has_value();
  Matrix<R> functionals(4, n);
  functionals.row(0) = fisher;
  functionals.row(1) = per_jump(w, [&](auto i, auto j) { return divergence_size(s, i, j); });
  functionals.row(2) = per_jump(w, [&](auto i, auto j) { return R(loss[j] - loss[i]); });
  functionals.row(3) = per_jump(w, [&](auto i, auto j) { return difference_size(loss[i], loss[j]); });
  evolve::ChainPropagator<R> propagator({static_cast<int>(n), theta_moves(w, 1)}, functionals);

  const evolve::RateFunction<R> rates = [&](const Vector<R>& rho) {
    auto out = nothing<R>(2);
    for (Eigen::Index i = 0; i + 1 < n; ++i)
      add_current<R>(w.up[i] * rho[i], w.down[i] * rho[i + 1], out.value[0], out.size[0]);
    out.value[1] = out.size[1] = fisher.dot(rho);
    return out;
  };
  auto stations = evolve::march(propagator, s.learner.initial, std::span<const R>(s.points), rates, s.quadrature);
  for (auto& at : stations) at.round_off += input_error(s, loss);

  LearnerHistory<R> out{Matrix<R>(n, static_cast<Eigen::Index>(stations.size())), {}, {}, {}};
  for (std::size_t j = 0; j < stations.size(); ++j) {
    const auto& at = stations[j];
    out.density.col(static_cast<Eigen::Index>(j)) = at.state;
    out.round_off.push_back(at.round_off);
    out.left_out.push_back(at.left_out);
    if (!in_turn) {
      out.totals["fisher_dissipation"].push_back(linear(at, 0, 1));
      out.totals["_fisher_panels"].push_back(integral(at, 1));
    }
    out.totals["_heat_theta"].push_back(linear(at, 2, 3));
    out.totals["_ep_currents"].push_back(integral(at, 0));
    // <e^{-sigma}> = probability that the reversed process from rho_t ends where rho_0 > 0 (I15; detailed balance: the
    // reversed is the same)
    const std::vector<R> back{s.points[j]};
    const auto flight = propagator.advance(at.state, back).front();
    num::Sum<R> returned;
    for (Eigen::Index i = 0; i < n; ++i)
      if (s.learner.initial[i] > 0) returned.add(flight.state[i]);
    out.totals["ift_theta"].push_back(
        {returned.value(), at.round_off + flight.round_off + R(static_cast<double>(n)) * flight.left_out});
  }
  return out;
}

#define CALOR_INSTANTIATE(R) template LearnerHistory<R> follow_learner(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
