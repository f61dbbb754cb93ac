// A jump learner and an x on the real line that follows it by `ou`, in double precision.

#include <algorithm>
#include <cmath>

#include "learner/course.hpp"
#include "num/errors.hpp"
#include "run/jump_moves.hpp"

namespace calor::run {

template <Real R>
std::vector<R> graded(const JumpSetting<R>& s) {
  constexpr double first = 1e-9;
  const double ratio = s.lag_growth;
  std::vector<R> out{s.points.front()};
  if (s.points.size() > 1) {
    std::vector<R> inner;
    for (R t = std::min(R(s.lag_substep), R(s.points[1] / ratio)); t > first * s.lag_substep; t /= ratio)
      inner.push_back(t);
    out.insert(out.end(), inner.rbegin(), inner.rend());
  }
  out.insert(out.end(), s.points.begin() + 1, s.points.end());
  if (!learner::scheduled(s.experiment->learner)) return out;
  for (const auto& piece : learner::course<R>(s.experiment->learner))
    if (piece.start > 0 && piece.start < s.points.back()) out.push_back(piece.start);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

template <Real R>
std::vector<Matrix<R>> ou_turn(const JumpSetting<R>& s) {
  if constexpr (std::same_as<R, double>) {
    return s.kernels->ou(num::from_rational<double>(*s.experiment->sampler.rate * *s.experiment->time.step));
  } else {
    throw AccuracyError("ou behind a jump learner is computed in double precision");
  }
}

template <Real R>
PairHistory<R> follow_ou(const JumpSetting<R>& s, const Vector<R>& loss) {
  if constexpr (std::same_as<R, double>) {
    const double rate = num::from_rational<double>(*s.experiment->sampler.rate);
    const Eigen::Index n = loss.size();
    thermo::ThetaMotion motion;
    motion.root = Vector<double>::Ones(n);
    motion.start = s.learner.initial;
    motion.noise = Vector<double>::Zero(n);  // positive arithmetic: relative to the marginal only
    motion.changes = learner::scheduled(s.experiment->learner);
    double round_off = 0;  // of the moves of all columns
    motion.over = [&](double start, double tau) -> thermo::ThetaMotion::Move {
      auto moved = transition_kernel<double>(s, loss, start, tau);
      round_off += moved.round_off;
      return [kernel = std::move(moved.kernel)](const Matrix<double>& f) { return Matrix<double>(kernel * f); };
    };
    const thermo::Splitting splitting{[&](double time) { return thermo::by_kernels(s.kernels->ou(rate * time)); },
                                      s.lag_substep, s.lag_columns};
    const auto points = graded(s);
    auto all = thermo::follow_split({s.spaces, s.energy, points, false}, motion, splitting);
    PairHistory<double> out;
    out.history.round_off = std::move(all.round_off);
    for (std::size_t j = 0, k = 0; k < points.size(); ++k) {
      if (points[k] != s.points[j]) continue;
      out.history.joint.push_back(std::move(all.joint[k]));
      for (const auto& [name, values] : all.totals) out.history.totals[name].push_back(values[k]);
      ++j;
    }
    for (const auto& [name, values] : out.history.totals) out.noise[name].assign(values.size(), 0.0);
    const double of_finest = motion.changes ? 2 * round_off / (s.lag_columns + 1) : 0;
    out.round_off.assign(s.points.size(), input_error(s, loss) + 64 * num::epsilon<double>() + of_finest);
    return out;
  } else {
    throw AccuracyError("ou behind a jump learner is computed in double precision");
  }
}

#define CALOR_INSTANTIATE(R)                                              \
  template std::vector<R> graded(const JumpSetting<R>&);                  \
  template std::vector<Matrix<R>> ou_turn(const JumpSetting<R>& setting); \
  template PairHistory<R> follow_ou(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
