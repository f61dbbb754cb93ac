#include "analytic/gibbs.hpp"

#include "analytic/bernoulli.hpp"
#include "num/errors.hpp"

namespace calor::analytic {
namespace {

template <num::Real R>
using Scalar = std::function<R(const R&)>;

// Golden-section search on a bracket that is first doubled until it holds the minimum.
template <num::Real R>
R minimiser(const Scalar<R>& f) {
  R a = -1, b = 1;
  while (f(a) < f(R(a / 2)) && a > -1e8) a *= 2;
  while (f(b) < f(R(b / 2)) && b < 1e8) b *= 2;
  for (int i = 0; i < 60; ++i) {
    const R c = a + (b - a) * R(0.382), d = a + (b - a) * R(0.618);
    (f(c) < f(d) ? b : a) = f(c) < f(d) ? d : c;
  }
  return (a + b) / 2;
}

// Where f has grown by `rise` above f(from), in the direction of `sign`, to within a tenth.
template <num::Real R>
R reach(const Scalar<R>& f, const R& from, int sign, const R& rise) {
  R step = R(1e-9);
  const R floor = f(from);
  while (f(R(from + sign * step)) - floor < rise) {
    if (step > 1e9)
      throw InputError(
          "stationary state: exp(-L_B/T) is not normalisable for every data set, allowed is weight_decay > 0");
    step *= R(1.1);
  }
  return from + sign * step;
}

// Values on n + 1 points of a common interval; log densities are kept, so that tails cost nothing.
template <num::Real R>
struct Table {
  R step;
  std::vector<R> points;
  std::vector<std::vector<R>> log_density;  // [b][point]
  std::vector<R> log_mixture;
};

template <num::Real R>
void normalise(std::vector<R>& log_weight, const R& step) {
  using std::exp, std::log;
  R top = log_weight[0], sum = 0;
  for (const R& x : log_weight) top = x > top ? x : top;
  for (const R& x : log_weight) sum += exp(x - top);
  const R shift = top + log(sum * step);
  for (R& x : log_weight) x -= shift;
}

template <num::Real R>
Table<R> tabulate(const GibbsEnsemble<R>& e, const R& from, const R& to, int n) {
  using std::exp, std::log;
  Table<R> t{(to - from) / n, {}, {}, {}};
  for (int i = 0; i <= n; ++i) t.points.push_back(from + t.step * i);
  for (std::size_t b = 0; b < e.weights.size(); ++b) {
    t.log_density.emplace_back();
    for (const R& theta : t.points) t.log_density.back().push_back(-e.loss(theta, b) / e.temperature);
    normalise(t.log_density.back(), t.step);
  }
  for (std::size_t i = 0; i < t.points.size(); ++i) {
    R top = t.log_density[0][i], sum = 0;
    for (const auto& row : t.log_density) top = row[i] > top ? row[i] : top;
    for (std::size_t b = 0; b < e.weights.size(); ++b) sum += e.weights[b] * exp(t.log_density[b][i] - top);
    t.log_mixture.push_back(top + log(sum));
  }
  return t;
}

template <num::Real R>
struct Moments {
  R m_info = 0, lautum = 0, entropy = 0, entropy_given_b = 0, train = 0, test = 0, given_theta = 0;
  std::vector<R> p;                     // p(x)
  std::vector<std::vector<R>> p_given;  // p(x|B)
};

template <num::Real R>
void add_point(Moments<R>& m, const GibbsEnsemble<R>& e, const Table<R>& t, std::size_t i) {
  using std::exp;
  const R& theta = t.points[i];
  const R mixture = t.step * exp(t.log_mixture[i]);
  const auto x = e.outcomes(theta);
  m.p.resize(x.size());
  m.p_given.resize(e.weights.size(), std::vector<R>(x.size()));
  m.entropy -= mixture * t.log_mixture[i];
  m.given_theta += mixture * entropy(x);
  if (e.test) m.test += mixture * e.test(theta);
  for (std::size_t k = 0; k < x.size(); ++k) m.p[k] += mixture * x[k];
  for (std::size_t b = 0; b < e.weights.size(); ++b) {
    const R log_density = t.log_density[b][i], density = t.step * exp(log_density), w = e.weights[b];
    m.m_info += w * density * (log_density - t.log_mixture[i]);
    m.lautum += w * mixture * (t.log_mixture[i] - log_density);
    m.entropy_given_b -= w * density * log_density;
    m.train += w * density * e.training(theta, b);
    for (std::size_t k = 0; k < x.size(); ++k) m.p_given[b][k] += density * x[k];
  }
}

template <num::Real R>
Quantities<R> evaluate(const GibbsEnsemble<R>& e, const R& from, const R& to, int n) {
  const auto table = tabulate(e, from, to, n);
  Moments<R> m;
  for (std::size_t i = 0; i < table.points.size(); ++i) add_point(m, e, table, i);
  R x_given_b = 0;
  for (std::size_t b = 0; b < e.weights.size(); ++b) x_given_b += e.weights[b] * entropy(m.p_given[b]);
  const R x = entropy(m.p), l_info = x - x_given_b;
  Quantities<R> q{{"m_info", m.m_info},
                  {"l_info", l_info},
                  {"r_info", m.m_info - l_info},
                  {"info_x_theta", x - m.given_theta},
                  {"info_x_theta_given_b", x_given_b - m.given_theta},
                  {"lautum_info", m.lautum},
                  {"entropy_theta", m.entropy},
                  {"entropy_theta_given_b", m.entropy_given_b},
                  {"entropy_x", x},
                  {"entropy_x_given_b", x_given_b},
                  {"entropy_x_given_theta", m.given_theta},
                  {"loss_train", m.train}};
  if (!e.test) return q;
  q.emplace_back("loss_test", m.test);
  q.emplace_back("generalization_gap", m.test - m.train);
  return q;
}

template <num::Real R>
bool settled(const Quantities<R>& last, const Quantities<R>& now) {
  using std::abs, std::pow;
  const R wanted = pow(num::epsilon<R>(), R(0.6));
  for (std::size_t i = 0; i < now.size() && !last.empty(); ++i)
    if (abs(now[i].second - last[i].second) > wanted * (1 + abs(now[i].second))) return false;
  return !last.empty();
}

}  // namespace

template <num::Real R>
Quantities<R> gibbs(const GibbsEnsemble<R>& e) {
  using std::log;
  const R rise = (40 - log(num::epsilon<R>())) * e.temperature;
  R from = num::infinity<R>(), to = -from;
  for (std::size_t b = 0; b < e.weights.size(); ++b) {
    const Scalar<R> f = [&](const R& theta) { return e.loss(theta, b); };
    const R middle = minimiser(f), left = reach(f, middle, -1, rise), right = reach(f, middle, 1, rise);
    from = left < from ? left : from;
    to = right > to ? right : to;
  }
  Quantities<R> last;
  for (int n = 32; n <= 1 << 20; n *= 2) {
    auto now = evaluate(e, from, to, n);
    if (settled(last, now)) return now;
    last = std::move(now);
  }
  throw AccuracyError("stationary state: the trapezoidal rule does not settle with 2^20 points");
}

namespace {

template <num::Real R>
R soft_plus(const R& x) {
  using std::exp, std::log1p;
  return x > 0 ? R(x + log1p(exp(-x))) : R(log1p(exp(x)));
}

template <num::Real R>
GibbsEnsemble<R> counted(long size, const num::Rational& p, const R& weight_decay, const R& temperature,
                         std::function<R(const R&, const R&)> mean_loss) {
  GibbsEnsemble<R> e;
  e.temperature = temperature;
  for (const auto& w : binomial_weights(size, p)) e.weights.push_back(num::from_rational<R>(w));
  e.training = [=](const R& theta, std::size_t k) { return mean_loss(theta, R(R(static_cast<double>(k)) / R(size))); };
  e.loss = [=, train = e.training](const R& theta, std::size_t k) {
    return R(train(theta, k) + weight_decay * theta * theta / 2);
  };
  e.test = [=, q = num::from_rational<R>(p)](const R& theta) { return mean_loss(theta, q); };
  return e;
}

}  // namespace

template <num::Real R>
GibbsEnsemble<R> coin_ensemble(long size, const num::Rational& p, const R& weight_decay, const R& temperature) {
  auto e = counted<R>(size, p, weight_decay, temperature,
                      [](const R& theta, const R& ones) { return R(soft_plus(theta) - theta * ones); });
  e.outcomes = [](const R& theta) -> std::vector<R> {
    using std::exp;
    return {R(1 / (1 + exp(theta))), R(1 / (1 + exp(-theta)))};
  };
  return e;
}

// ln(4 cosh θ) - θ(2a - 1) = ln 2 + ln(1 + e^{2θ}) - 2θa with a the share of aligned pairs.
template <num::Real R>
GibbsEnsemble<R> ising_pair_ensemble(long size, const num::Rational& aligned, const R& weight_decay,
                                     const R& temperature) {
  auto e = counted<R>(size, aligned, weight_decay, temperature, [](const R& theta, const R& share) {
    using std::log;
    return R(log(R(2)) + soft_plus<R>(2 * theta) - 2 * theta * share);
  });
  e.outcomes = [](const R& theta) -> std::vector<R> {
    using std::exp;
    const R same = 1 / (2 * (1 + exp(-2 * theta))), other = 1 / (2 * (1 + exp(2 * theta)));
    return {same, other, other, same};
  };
  return e;
}

#define CALOR_INSTANTIATE(R)                                                                  \
  template Quantities<R> gibbs<R>(const GibbsEnsemble<R>&);                                   \
  template GibbsEnsemble<R> coin_ensemble<R>(long, const num::Rational&, const R&, const R&); \
  template GibbsEnsemble<R> ising_pair_ensemble<R>(long, const num::Rational&, const R&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
