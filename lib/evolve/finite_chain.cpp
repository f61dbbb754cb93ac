#include "evolve/finite_chain.hpp"

#include <algorithm>

#include "evolve/cram.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Vector;

namespace {

/// Chains of up to so many states keep the relative accuracy of every entry: no weight is left out that first reaches a
/// state.
constexpr int far = 64;

/// Products of a step and a state up to which uniformization is taken (a second in double precision), and beyond which
/// it would never end.
constexpr double affordable = 1e8, endless = 1e11;
constexpr Eigen::Index small_chain = 2000;

/// Poisson weights of one mean from k = first on, normalised, and their upper sums.
template <num::Real R>
struct Poisson {
  std::size_t first = 0;
  std::vector<R> weight;
  std::vector<R> above;  // above[j] = Pr(> first + j)

  std::size_t end() const { return first + weight.size(); }
};

template <num::Real R>
Poisson<R> poisson(const R& mean, const R& smallest, int beyond) {
  using std::floor;
  // ratios from the mode outwards: no logarithms of large numbers
  const R mode = floor(mean);
  std::vector<R> below, upward{R(1)};
  R w = 1;
  for (R k = mode; k > 0 && w > smallest; k -= 1) below.push_back(w *= k / mean);
  w = 1;
  for (R k = mode + 1; mean > 0 && w > 0 && (w > smallest || beyond-- > 0); k += 1) upward.push_back(w *= mean / k);
  Poisson<R> out;
  out.first = static_cast<std::size_t>(num::to_double(mode)) - below.size();
  out.weight.assign(below.rbegin(), below.rend());
  out.weight.insert(out.weight.end(), upward.begin(), upward.end());
  out.above.resize(out.weight.size());
  R sum = 0;
  for (std::size_t j = out.weight.size(); j-- > 0;) {
    out.above[j] = sum;
    sum += out.weight[j];
  }
  for (R& x : out.weight) x /= sum;
  for (R& x : out.above) x /= sum;
  return out;
}

template <num::Real R>
void normalise_columns(Matrix<R>& m) {
  for (Eigen::Index j = 0; j < m.cols(); ++j) m.col(j) /= R(m.col(j).sum());
}

}  // namespace

template <num::Real R>
FiniteChain<R>::FiniteChain(int states, std::vector<Edge<R>> edges) : states_(states), edges_(std::move(edges)) {
  Vector<R> out = Vector<R>::Zero(states);
  for (const auto& e : edges_) {
    out[e.a] += e.forth;
    out[e.b] += e.back;
  }
  const R fastest = out.maxCoeff();
  q_ = fastest > 0 ? R(fastest + fastest / 4) : R(1);
  for (auto& e : edges_) {
    e.forth /= q_;
    e.back /= q_;
  }
}

template <num::Real R>
void FiniteChain<R>::step(Carried<R>& p) const {
  for (const auto& e : edges_) {
    const R net = e.forth * p.value[e.a] - e.back * p.value[e.b];
    p.lost[e.a] -= net;
    p.lost[e.b] += net;
  }
  for (Eigen::Index i = 0; i < states_; ++i) {
    const R next = p.value[i] + p.lost[i];
    p.lost[i] -= next - p.value[i];
    p.value[i] = next;
  }
}

template <num::Real R>
std::optional<Chain> FiniteChain<R>::neighbours() const {
  Chain out;
  for (const auto& e : edges_) {
    if (e.a != static_cast<int>(out.up.size()) || e.b != e.a + 1) return {};
    out.up.push_back(num::to_double(R(q_ * e.forth)));
    out.down.push_back(num::to_double(R(q_ * e.back)));
  }
  if (static_cast<Eigen::Index>(out.size()) != states_) return {};
  return out;
}

template <num::Real R>
ChainPropagator<R>::ChainPropagator(FiniteChain<R> chain, Matrix<R> functionals)
    : chain_(std::move(chain)), functionals_(std::move(functionals)) {
  if (std::same_as<R, double> && chain_.states() > small_chain) neighbours_ = chain_.neighbours();
}

template <num::Real R>
std::vector<Flight<R>> ChainPropagator<R>::by_steps(const Vector<R>& start, std::span<const R> times) const {
  using std::sqrt;
  const R& q = chain_.uniform_rate();
  const bool few = start.size() <= far;
  const R smallest = few ? R(num::epsilon<R>() * num::epsilon<R>()) : R(num::epsilon<R>() / 1024);
  const int beyond = few ? static_cast<int>(start.size()) : 0;
  std::vector<Poisson<R>> weights;
  std::vector<Flight<R>> out;
  std::size_t last = 0;
  for (const R& t : times) {
    weights.push_back(poisson<R>(q * t, smallest, beyond));
    last = std::max(last, weights.back().end());
    const R terms(static_cast<double>(weights.back().weight.size()));
    out.push_back({Vector<R>::Zero(start.size()), Vector<R>::Zero(functionals_.rows()),
                   num::epsilon<R>() * (8 + sqrt(terms)), few && q * t < far ? R(0) : R(4 * smallest)});
  }
  Carried<R> p{start, Vector<R>::Zero(start.size())};
  Vector<R> rate;
  for (std::size_t k = 0; k < last; ++k) {
    if (k) chain_.step(p);
    rate = functionals_ * p.value / q;
    for (std::size_t j = 0; j < times.size(); ++j) {
      const auto& w = weights[j];
      if (k >= w.end()) continue;
      if (k < w.first) {
        out[j].integral += rate;
        continue;
      }
      out[j].state += w.weight[k - w.first] * p.value;
      out[j].integral += w.above[k - w.first] * rate;
    }
  }
  return out;
}

template <num::Real R>
bool ChainPropagator<R>::ladder_pays(const R& longest, std::size_t times) const {
  const double steps = num::to_double(R(longest * chain_.uniform_rate())), n = static_cast<double>(chain_.states());
  if (n > 1000 || steps < far) return false;
  if (n <= far) return true;  // windows that leave early weights out would lose the tails' relative accuracy
  const double rungs = std::log2(steps) + 1, edges = 2 * static_cast<double>(chain_.edges()) + 2 * n;
  const double built = static_cast<double>(power_.size()), missing = std::max(0.0, rungs - built);
  const double squares = missing * n * n * n + (built == 0 ? 40 * n * edges : 0);
  const double by_window = (steps + 60) * edges + static_cast<double>(times) * 20 * std::sqrt(steps) * n;
  return squares + static_cast<double>(times) * (rungs * n * n + 60 * edges) < by_window;
}

template <num::Real R>
void ChainPropagator<R>::raise_ladder(std::size_t rungs) {
  const Eigen::Index n = chain_.states();
  if (power_.empty()) {
    Matrix<R> first(n, n), integral(functionals_.rows(), n);
    const std::vector<R> unit{R(1 / chain_.uniform_rate())};
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto flight = by_steps(Vector<R>::Unit(n, i), unit);
      first.col(i) = flight.front().state;
      integral.col(i) = flight.front().integral;
    }
    normalise_columns(first);
    power_.push_back(std::move(first));
    integral_.push_back(std::move(integral));
  }
  while (power_.size() < rungs) {
    const Matrix<R>& last = power_.back();
    integral_.push_back(integral_.back() + integral_.back() * last);
    Matrix<R> square = last * last;
    normalise_columns(square);
    power_.push_back(std::move(square));
  }
}

template <num::Real R>
std::vector<Flight<R>> ChainPropagator<R>::by_ladder(const Vector<R>& start, std::span<const R> times) {
  using std::floor, std::sqrt;
  const R& q = chain_.uniform_rate();
  const R rung = 4 * num::epsilon<R>() * sqrt(R(chain_.states()));
  std::vector<R> rests, units;
  for (const R& t : times) {
    units.push_back(floor(t * q));
    rests.push_back(std::max(R(0), R(t - units.back() / q)));
  }
  auto out = by_steps(start, rests);
  for (std::size_t j = 0; j < out.size(); ++j)
    for (std::size_t k = 0; units[j] > 0; ++k) {
      const R half = floor(units[j] / 2);
      if (units[j] - 2 * half > 0) {
        raise_ladder(k + 1);
        out[j].integral += integral_[k] * out[j].state;
        out[j].state = power_[k] * out[j].state;
      }
      out[j].round_off += rung;
      units[j] = half;
    }
  return out;
}

namespace {

using Doubles = std::vector<double>;

/// exp(time W) start in equal parts.
Doubles in_parts(const Chain& chain, const Doubles& start, double time, int parts) {
  const std::vector<double> part{time / parts};
  Doubles p = start;
  for (int k = 0; k < parts; ++k) p = exponential_by_cram(chain, p, part).front();
  return p;
}

/// How finely a time must be cut, and what error is left: largest entry of the difference that halves make.
struct Parts {
  int count = 1;
  double error = 0;
};

/// The approximation is good on the negative real axis only: long steps of a start that is far from the stationary
/// distribution leave it.
Parts parts_for(const Chain& chain, const Doubles& start, double time) {
  Doubles coarse = in_parts(chain, start, time, 1);
  double last = HUGE_VAL;
  for (int count = 1; count <= 64; count *= 2) {
    const Doubles fine = in_parts(chain, start, time, 2 * count);
    double sum = 0, largest = 0;
    for (std::size_t i = 0; i < fine.size(); ++i) {
      const double miss = std::fabs(fine[i] - coarse[i]);
      sum += miss;
      largest = std::max(largest, miss);
    }
    if (sum < 1e-13 || (sum < 1e-9 && sum > last / 2)) return {count, 2 * largest};
    last = sum;
    coarse = fine;
  }
  throw AccuracyError(
      "finite chain: the start is too far from the stationary distribution for the rational approximation; ask for "
      "shorter times, higher temperature or fewer states");
}

}  // namespace

template <num::Real R>
std::vector<Flight<R>> ChainPropagator<R>::by_rational(const Vector<R>& start, std::span<const R> times) const {
  if constexpr (std::same_as<R, double>) {
    const Doubles from(start.begin(), start.end());
    const auto parts = parts_for(*neighbours_, from, *std::max_element(times.begin(), times.end()));
    std::vector<Doubles> states;
    if (parts.count == 1)
      states = exponential_by_cram(*neighbours_, from, times);
    else
      for (const double t : times) states.push_back(in_parts(*neighbours_, from, t, parts.count));
    std::vector<Flight<R>> out;
    for (const auto& p : states)
      out.push_back({Eigen::Map<const Vector<R>>(p.data(), start.size()), {}, R(0), R(parts.error)});
    return out;
  } else {
    throw InternalError("ChainPropagator: the rational approximation is known to double precision");
  }
}

template <num::Real R>
bool ChainPropagator<R>::rational_pays(const R& longest) const {
  const double work = num::to_double(R(longest * chain_.uniform_rate())) * static_cast<double>(chain_.states());
  if (neighbours_ && work > affordable) return true;
  if (work > endless / (std::same_as<R, double> ? 1 : 50))
    throw AccuracyError("finite chain: " + num::to_text(work / static_cast<double>(chain_.states()), 2) + " steps of " +
                        std::to_string(chain_.states()) +
                        " states would take too long; allowed: fewer digits, states, a lower rate or shorter times");
  return false;
}

template <num::Real R>
std::vector<Flight<R>> ChainPropagator<R>::advance(const Vector<R>& start, std::span<const R> times) {
  const R longest = *std::max_element(times.begin(), times.end());
  if (chain_.states() > small_chain && rational_pays(longest)) return by_rational(start, times);
  return ladder_pays(longest, times.size()) ? by_ladder(start, times) : by_steps(start, times);
}

#define CALOR_INSTANTIATE(R)     \
  template class FiniteChain<R>; \
  template class ChainPropagator<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
