// heat-bath of an x on the real line, or in the plane, behind a jump learner. x keeps the value it was drawn with:
// given the state theta_l of Theta at that time, it has the density p(.|theta_l), whatever Theta has done since. The
// pair of the state now and the state then is a finite chain,
//   dw(i,l)/dt = sum_j W_ij w(j,l) + rate (delta_il sum_k w(i,k) - w(i,l)),      P(x,theta_i) = sum_l w(i,l)
//   p(x|theta_l).

#include "run/jump_pairs.hpp"

namespace calor::run {

namespace {

/// PairChain::rates, by sums over x.
template <Real R>
Rates<R> rates_of_redraws(const JumpSetting<R>& s, const R& rate, const learner::Ladder<R>& w, const Matrix<R>& pairs) {
  using std::fabs, std::log;
  const Eigen::Index n = pairs.rows();
  const Matrix<R> joint = pairs * s.spaces.conditional;
  const Vector<R> rho = pairs.rowwise().sum();
  auto out = nothing<R>(3);
  for (Eigen::Index k = 0; k < joint.cols(); ++k) {
    const R& weight = s.spaces.x_weight[k];
    const auto add = [&](Eigen::Index which, const R& current, const R& size, const R& logarithm) {
      out.value[which] += weight * current * logarithm;
      out.size[which] += weight * size * (fabs(logarithm) + 1);
    };
    R below = 0;  // ln P of the state before
    for (Eigen::Index i = 0; i < n; ++i) {
      const R& p = joint(i, k);
      const R here = p > 0 ? R(log(p)) : R(0), fresh = rho[i] * s.spaces.conditional(i, k);
      if (p > 0) add(0, rate * (p - fresh), rate * (p + fresh), here);
      if (p > 0) add(2, rate * (p - fresh), rate * (p + fresh), here - log(rho[i]) + s.energy(i, k));
      if (i > 0 && p > 0 && joint(i - 1, k) > 0) {
        const R forth = w.up[i - 1] * joint(i - 1, k), back = w.down[i - 1] * p;
        add(1, forth - back, forth + back, below - here);
      }
      below = here;
    }
  }
  return out;
}

}  // namespace

template <Real R>
PairHistory<R> follow_redraws(const JumpSetting<R>& s, const Vector<R>& loss) {
  const R rate = num::from_rational<R>(*s.experiment->sampler.rate);
  const int n = static_cast<int>(loss.size());
  PairChain<R> chain;
  chain.labels = n;
  chain.energy = s.energy * s.spaces.x_weight.asDiagonal() * s.spaces.conditional.transpose();
  chain.start = as_pairs<R>(s.learner.initial.asDiagonal() * Matrix<R>::Identity(n, n));
  for (int i = 0; i < n; ++i)
    for (int l = 0; l < n; ++l)
      if (l != i) chain.x_moves.push_back({i * n + l, i * n + i, rate, R(0)});
  chain.rates = [&](const learner::Ladder<R>& w, const Vector<R>& pairs) {
    return rates_of_redraws(s, rate, w, as_matrix(pairs, n));
  };
  chain.joint = [&](const Vector<R>& pairs) -> Matrix<R> { return as_matrix(pairs, n) * s.spaces.conditional; };
  return follow_pairs(s, loss, chain);
}

#define CALOR_INSTANTIATE(R) template PairHistory<R> follow_redraws(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
