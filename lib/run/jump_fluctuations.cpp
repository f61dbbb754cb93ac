#include "run/jump_fluctuations.hpp"

#include <cmath>

#include "learner/course.hpp"
#include "sampler/sampler.hpp"
#include "thermo/fluctuations.hpp"

namespace calor::run {

namespace {

template <Real R>
Powers<R> start_powers(const Vector<R>& zeroth) {
  const Vector<R> none = Vector<R>::Zero(zeroth.size());
  return {zeroth, none, none, none};
}

template <Real R>
R exit_rate(const std::vector<CountedJump<R>>& jumps, Eigen::Index n) {
  Vector<R> out = Vector<R>::Zero(n);
  for (const auto& j : jumps) out[j.from] += j.rate;
  return out.maxCoeff();
}

/// (G + r) applied once.
template <Real R>
Powers<R> apply(const std::vector<CountedJump<R>>& jumps, const R& r, const Powers<R>& m) {
  Powers<R> out;
  for (std::size_t k = 0; k < 4; ++k) out[k] = r * m[k];
  for (const auto& j : jumps) {
    const R &a = m[0][j.from], &b = m[1][j.from], &c = m[2][j.from], &d = m[3][j.from];
    const auto& g = j.gain;
    out[0][j.to] += j.rate * a;
    out[1][j.to] += j.rate * (b + g[0] * a);
    out[2][j.to] += j.rate * (c + 2 * g[0] * b + g[1] * a);
    out[3][j.to] += j.rate * (d + 3 * g[0] * c + 3 * g[1] * b + g[2] * a);
    for (std::size_t k = 0; k < 4; ++k) out[k][j.from] -= j.rate * m[k][j.from];
  }
  return out;
}

template <Real R>
std::array<R, 3> powers_of(const R& x) {
  return {x, x * x, x * x * x};
}

/// Jumps of the joint chain, state i K + k; what counts is the heat or the work.
template <Real R>
std::vector<CountedJump<R>> joint_jumps(const JumpSetting<R>& s, const learner::Ladder<R>& w, bool work) {
  const int n = static_cast<int>(s.energy.rows()), outcomes = static_cast<int>(s.energy.cols());
  const R rate = num::from_rational<R>(*s.experiment->sampler.rate);
  const std::array<R, 3> none{R(0), R(0), R(0)};
  std::vector<CountedJump<R>> out;
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < outcomes && i + 1 < n; ++k) {
      const R gain = s.energy(i + 1, k) - s.energy(i, k);
      const int a = i * outcomes + k, b = a + outcomes;
      out.push_back({a, b, w.up[i], work ? powers_of<R>(gain) : none, i, true});
      out.push_back({b, a, w.down[i], work ? powers_of<R>(R(-gain)) : none, i, false});
    }
    const Vector<R> p = s.spaces.conditional.row(i);
    const auto g =
        sampler::generator<R>(s.experiment->sampler.kind, p, s.neighbours, s.alternation[static_cast<std::size_t>(i)]);
    for (int k = 0; k < outcomes; ++k)
      for (int l = 0; l < outcomes; ++l)
        if (l != k && g(l, k) > 0)
          out.push_back({i * outcomes + k, i * outcomes + l, rate * g(l, k),
                         work ? none : powers_of<R>(R(s.energy(i, l) - s.energy(i, k)))});
  }
  return out;
}

/// The powers at all points. Jumps of Theta come with their edge; with a schedule their rates are those of the time.
template <Real R>
std::vector<Powers<R>> powers_at_points(const JumpSetting<R>& s, const Vector<R>& loss,
                                        const std::vector<CountedJump<R>>& jumps, const Powers<R>& start) {
  std::vector<Powers<R>> out{start};
  if (!learner::scheduled(s.experiment->learner)) {
    for (std::size_t j = 1; j < s.points.size(); ++j) {
      out.push_back(out.back());
      evolve_powers<R>(jumps, R(s.points[j] - s.points[j - 1]), out.back());
    }
    return out;
  }
  const Eigen::Index n = start[0].size();
  Vector<R> flat(4 * n);
  flat << start[0], start[1], start[2], start[3];
  const auto stations = march_scheduled<R>(s, loss, jumps, n, flat, std::span<const R>(s.points), 0, {});
  for (std::size_t j = 1; j < stations.size(); ++j) {
    out.emplace_back();
    for (Eigen::Index k = 0; k < 4; ++k) out.back()[static_cast<std::size_t>(k)] = stations[j].state.segment(k * n, n);
  }
  return out;
}

/// <e^{-sigma_X}> of X(tau/2) Theta(tau) X(tau/2), a few steps an interval: 1 for every tau, as for tau -> 0.
template <Real R>
std::vector<R> tilted_steps(const JumpSetting<R>& s, const Vector<R>& loss) {
  const R rate = num::from_rational<R>(*s.experiment->sampler.rate);
  constexpr int steps = 8;
  Matrix<R> joint = equilibrium_start(s);
  thermo::Fluctuations<R> tilted(joint);
  std::vector<R> out{R(1)};
  for (std::size_t j = 1; j < s.points.size(); ++j) {
    const R tau = (s.points[j] - s.points[j - 1]) / steps;
    Matrix<R> theta = transition_kernel<R>(s, loss, s.points[j - 1], tau).kernel;
    std::vector<Matrix<R>> half;
    for (Eigen::Index i = 0; i < s.energy.rows(); ++i) {
      const Vector<R> p = s.spaces.conditional.row(i);
      half.push_back(sampler::continuous_kernel<R>(s.experiment->sampler.kind, p, s.neighbours, R(rate * tau / 2),
                                                   s.alternation[static_cast<std::size_t>(i)]));
    }
    const auto x_move = [&](const Matrix<R>& f) {
      Matrix<R> moved(f.rows(), f.cols());
      for (Eigen::Index i = 0; i < f.rows(); ++i)
        moved.row(i).transpose() = half[static_cast<std::size_t>(i)] * f.row(i).transpose();
      return moved;
    };
    const auto theta_move = [&](const Matrix<R>& f) { return Matrix<R>(theta * f); };
    for (int k = 0; k < steps; ++k) {
      if (k && learner::scheduled(s.experiment->learner))
        theta = transition_kernel<R>(s, loss, R(s.points[j - 1] + k * tau), tau).kernel;
      for (const int part : {0, 1, 0}) {
        const Matrix<R> before = joint;
        joint = part ? theta_move(before) : x_move(before);
        part ? tilted.theta_moved(s.energy, before, joint, theta_move)
             : tilted.x_moved(s.energy, s.spaces.conditional, before, joint, x_move);
      }
    }
    out.push_back(tilted.totals(s.spaces.theta_weight, s.spaces.x_weight).at("ift_x"));
  }
  return out;
}

}  // namespace

template <Real R>
void evolve_powers(const std::vector<CountedJump<R>>& jumps, const R& time, Powers<R>& powers) {
  using std::exp;
  const R r = exit_rate(jumps, powers[0].size());
  const int pieces = 1 + static_cast<int>(num::to_double(R(r * time)) / 4);
  const R tau = time / pieces, factor = exp(R(-r * tau));
  for (int piece = 0; piece < pieces; ++piece) {
    Powers<R> term = powers;
    for (int k = 1; k < 1000; ++k) {
      term = apply(jumps, r, term);
      R size = 0, total = 0;
      for (std::size_t m = 0; m < 4; ++m) {
        term[m] *= tau / k;
        powers[m] += term[m];
        size += term[m].cwiseAbs().sum();
        total += powers[m].cwiseAbs().sum();
      }
      if (size < num::epsilon<R>() * total / 16) break;
    }
    for (auto& p : powers) p *= factor;
  }
}

template <Real R>
void add_fluctuations(const JumpSetting<R>& s, const Vector<R>& loss, PairHistory<R>& history) {
  using std::fabs;
  const auto w = learner::rates(s.learner, loss);
  const Matrix<R> by_outcome = equilibrium_start(s).transpose();
  const Vector<R> start = Eigen::Map<const Vector<R>>(by_outcome.data(), by_outcome.size());
  const auto put = [&](const std::string& name, const R& value, const R& relative) {
    history.history.totals[name].push_back(value);
    history.noise[name].push_back(relative * (1 + fabs(value)));
  };
  for (const bool work : {false, true}) {
    const auto jumps = joint_jumps(s, w, work);
    const R r = exit_rate(jumps, start.size());
    const auto powers = powers_at_points(s, loss, jumps, start_powers(start));
    for (std::size_t j = 0; j < s.points.size(); ++j) {
      const R relative = input_error(s, loss) + num::epsilon<R>() * (32 + 2 * r * s.points[j]);
      for (int k = 1; k <= 3; ++k)
        put((work ? "_work_x_" : "_heat_x_") + std::to_string(k), powers[j][static_cast<std::size_t>(k)].sum(),
            relative);
    }
  }
  const auto ift = tilted_steps(s, loss);
  for (std::size_t j = 0; j < ift.size(); ++j)
    put("ift_x", ift[j], input_error(s, loss) + num::epsilon<R>() * R(64 * (j + 1)));
}

template <Real R>
void add_fluctuations(const JumpSetting<R>& s, const Vector<R>& loss, LearnerHistory<R>& history) {
  using std::fabs;
  const auto w = learner::rates(s.learner, loss);
  const int n = static_cast<int>(loss.size());
  const Matrix<R> weight = s.spaces.conditional * s.spaces.x_weight.asDiagonal();
  std::vector<CountedJump<R>> jumps;
  const auto gain = [&](int i, int j) {
    std::array<R, 3> out;
    Vector<R> d = (s.energy.row(j) - s.energy.row(i)).transpose(), power = d;
    for (auto& g : out) {
      g = weight.row(i).transpose().dot(power);
      power = power.cwiseProduct(d);
    }
    return out;
  };
  for (int i = 0; i + 1 < n; ++i) {
    jumps.push_back({i, i + 1, w.up[i], gain(i, i + 1), i, true});
    jumps.push_back({i + 1, i, w.down[i], gain(i + 1, i), i, false});
  }
  std::array<Vector<R>, 3> phi;  // <phi^k> at each state
  Matrix<R> power = weight;
  for (auto& p : phi) {
    power = power.cwiseProduct(s.energy);
    p = power.rowwise().sum();
  }
  const R r = exit_rate(jumps, n);
  auto sum = start_powers(s.learner.initial);
  const auto works = powers_at_points(s, loss, jumps, sum);
  for (std::size_t k = 0; k < 3; ++k) sum[k + 1] = s.learner.initial.cwiseProduct(phi[k]);
  const auto sums = powers_at_points(s, loss, jumps, sum);  // of phi(start) + work
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    const R relative = input_error(s, loss) + num::epsilon<R>() * (32 + 2 * r * s.points[j]);
    const auto put = [&](const std::string& name, const R& value) {
      history.totals[name].push_back({value, s.points[j] > 0 ? R(relative * (1 + fabs(value))) : R(0)});
    };
    const auto &work = works[j], &both = sums[j];
    for (std::size_t k = 1; k <= 3; ++k) put("_work_x_" + std::to_string(k), work[k].sum());
    const R started = s.points[j] > 0 ? R(1) : R(0);  // X has moved
    put("_heat_x_1", started * (phi[0].dot(both[0]) - both[1].sum()));
    put("_heat_x_2", started * (phi[1].dot(both[0]) - 2 * phi[0].dot(both[1]) + both[2].sum()));
    put("_heat_x_3",
        started * (phi[2].dot(both[0]) - 3 * phi[1].dot(both[1]) + 3 * phi[0].dot(both[2]) - both[3].sum()));
    history.totals["ift_x"].push_back({R(1), R(0)});
  }
}

#define CALOR_INSTANTIATE(R)                                                                \
  template void evolve_powers(const std::vector<CountedJump<R>>&, const R&, Powers<R>&);    \
  template void add_fluctuations(const JumpSetting<R>&, const Vector<R>&, PairHistory<R>&); \
  template void add_fluctuations(const JumpSetting<R>&, const Vector<R>&, LearnerHistory<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
