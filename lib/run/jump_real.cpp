#include "run/jump_real.hpp"

#include <cmath>

#include "learner/course.hpp"
#include "num/errors.hpp"
#include "run/jump_moves.hpp"
#include "sampler/ou.hpp"

namespace calor::run {

const thermo::XKernels& RealKernels::ou(double decay) {
  const std::lock_guard lock(guard_);
  auto& kernels = known_[{true, decay}];
  if (!kernels.empty()) return kernels;
  const Eigen::Index states = axes_.mean.rows(), columns = spaces_.x_weight.size();
  kernels.assign(static_cast<std::size_t>(states), Matrix<double>::Zero(columns, columns));
  Eigen::Index first = 0;
  for (std::size_t row = 0; row < axes_.grid.size(); ++row) {
    const auto& x = axes_.grid[row];
    std::map<double, sampler::OuTransition> of_width;
    for (Eigen::Index i = 0; i < states; ++i) {
      const auto& transition = of_width.try_emplace(axes_.stddev[i], x, axes_.stddev[i], decay).first->second;
      kernels[static_cast<std::size_t>(i)].block(first, first, x.size, x.size) =
          transition.at(axes_.mean(i, static_cast<Eigen::Index>(row)));
    }
    first += x.size;
  }
  return kernels;
}

const thermo::XKernels& RealKernels::heat_bath(double kept) {
  const std::lock_guard lock(guard_);
  auto& kernels = known_[{false, kept}];
  if (!kernels.empty()) return kernels;
  const Eigen::Index columns = spaces_.x_weight.size();
  for (Eigen::Index i = 0; i < axes_.mean.rows(); ++i) {
    Matrix<double> kernel = Matrix<double>::Zero(columns, columns);
    Eigen::Index first = 0;
    for (const auto& x : axes_.grid) {  // the row of the design stays
      const auto own = spaces_.conditional.row(i).segment(first, x.size);
      kernel.block(first, first, x.size, x.size) =
          (1 - kept) * x.spacing * own.transpose() * Eigen::RowVectorXd::Ones(x.size);
      first += x.size;
    }
    kernel.diagonal().array() += kept;
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

namespace {

/// Times towards 0: X of a state from which nobody has come yet lies like p(.|theta), and of those who come the
/// farthest out outweigh it from the first moment on, so that entropies are smooth in ln t only.
std::vector<double> graded(const std::vector<double>& points, double substep) {
  constexpr double ratio = 3, first = 1e-9;
  std::vector<double> out{points.front()};
  if (points.size() > 1) {
    std::vector<double> inner;
    for (double t = std::min(substep, points[1] / ratio); t > first * substep; t /= ratio) inner.push_back(t);
    out.insert(out.end(), inner.rbegin(), inner.rend());
  }
  out.insert(out.end(), points.begin() + 1, points.end());
  return out;
}

}  // namespace

template <Real R>
std::vector<Matrix<R>> real_turn(const JumpSetting<R>& s) {
  if constexpr (std::same_as<R, double>) {
    const auto& sampler = s.experiment->sampler;
    const auto real = [](const num::Rational& q) { return num::from_rational<double>(q); };
    if (sampler.kind == "ou") return s.kernels->ou(real(*sampler.rate * *s.experiment->time.step));
    return s.kernels->heat_bath(sampler.rate ? std::exp(-real(*sampler.rate * *s.experiment->time.step))
                                             : 1 - real(*sampler.probability));
  } else {
    throw AccuracyError("a sampler of real x that lags behind a jump learner is computed in double precision");
  }
}

template <Real R>
PairHistory<R> follow_real(const JumpSetting<R>& s, const Vector<R>& loss) {
  if constexpr (std::same_as<R, double>) {
    const double rate = num::from_rational<double>(*s.experiment->sampler.rate);
    const bool ou = s.experiment->sampler.kind == "ou";
    const Eigen::Index n = loss.size();
    thermo::ThetaMotion motion;
    motion.root = Vector<double>::Ones(n);
    motion.start = s.learner.initial;
    motion.noise = Vector<double>::Zero(n);  // positive arithmetic: relative to the marginal only
    motion.over = [&](double start, double tau) -> thermo::ThetaMotion::Move {
      return [kernel = transition_kernel<double>(s, loss, start, tau).kernel](const Matrix<double>& f) {
        return Matrix<double>(kernel * f);
      };
    };
    const thermo::Splitting splitting{
        [&](double time) { return ou ? s.kernels->ou(rate * time) : s.kernels->heat_bath(std::exp(-rate * time)); },
        s.lag_substep, s.lag_columns};
    const auto points = graded(s.points, s.lag_substep);
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
    out.round_off.assign(s.points.size(), input_error(s, loss) + 64 * num::epsilon<double>());
    return out;
  } else {
    throw AccuracyError("a sampler of real x that lags behind a jump learner is computed in double precision");
  }
}

#define CALOR_INSTANTIATE(R)                                                \
  template std::vector<Matrix<R>> real_turn(const JumpSetting<R>& setting); \
  template PairHistory<R> follow_real(const JumpSetting<R>&, const Vector<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
