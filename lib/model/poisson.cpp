// poisson: x = 0, 1, 2, ..., p(x|theta) = e^{x theta - e^theta}/x!; theta is the logarithm of the rate.
//   -ln p = e^theta - x theta + ln x!,  ln x! = sum_q (exponent of the prime q in x!) ln q:
//   T = (1, x, the exponents), all integers; l of an exponent is the constant ln q.

#include <algorithm>
#include <cmath>

#include "model/registry.hpp"
#include "num/errors.hpp"

namespace calor::model {

namespace {

constexpr int most_outcomes = 2000;
constexpr int most_moments = 400;

double log_sum(double a, double b) {
  return a > -HUGE_VAL && b > -HUGE_VAL ? std::max(a, b) + std::log1p(std::exp(-std::fabs(a - b))) : std::max(a, b);
}

double largest(const experiment::Schedule& s) {
  return num::from_rational<double>(*std::max_element(s.values.begin(), s.values.end()));
}

double smallest(const experiment::Schedule& s) {
  return num::from_rational<double>(*std::min_element(s.values.begin(), s.values.end()));
}

/// Mean and variance of given counts.
struct Given {
  num::Rational mean = 0, variance = 0;

  explicit Given(const experiment::Data& data) {
    for (std::size_t x = 0; x < data.counts.size(); ++x) {
      const num::Rational share = num::Rational(data.counts[x]) / data.size;
      mean += share * static_cast<int>(x);
      variance += share * static_cast<int>(x * x);
    }
    variance -= mean * mean;
  }
};

/// Upper bounds on logarithms of moments of an example x, and of what is a mean over drawn examples: powers and
/// exponentials are convex, so that those of means are at most those of one example.
class Example {
 public:
  /// Of given counts, their mean; with `batches`, which see some of them, one of them.
  Example(const experiment::Data& data, bool batches) {
    for (std::size_t x = 0; x < data.probabilities.size(); ++x) add(static_cast<double>(x), data.probabilities[x]);
    for (std::size_t x = 0; x < data.counts.size() && batches; ++x)
      add(static_cast<double>(x), num::Rational(data.counts[x]) / data.size);
    if (!data.counts.empty() && !batches) add(num::from_rational<double>(Given(data).mean), 1);
    if (value_.empty()) rate_ = num::from_rational<double>(data.mean.front());
  }

  /// ln E e^{sx}.
  double exponential(double s) const {
    if (value_.empty()) return rate_ * std::expm1(s);
    double sum = -HUGE_VAL;
    for (std::size_t i = 0; i < value_.size(); ++i) sum = log_sum(sum, std::log(weight_[i]) + s * value_[i]);
    return sum;
  }

  /// ln E (x + c)^k for c >= 0, from above: y^k <= (k/(e s))^k e^{sy} for every s > 0.
  double power(int k, double c) const {
    double least = HUGE_VAL;
    for (double s = 1e-4; s < 20; s *= 1.3) least = std::min(least, k * (std::log(k / s) - 1) + s * c + exponential(s));
    return least;
  }

  /// ln E (x + w x² + c)^k, c and w >= 0, from above.
  double power(int k, double c, double w) const {
    if (w == 0) return power(k, c);
    const auto term = [&](double x) { return k * std::log(x + w * x * x + c); };
    double sum = -HUGE_VAL;
    for (std::size_t i = 0; i < value_.size(); ++i) sum = log_sum(sum, std::log(weight_[i]) + term(value_[i]));
    if (!value_.empty()) return sum;
    double last = -HUGE_VAL;
    for (int x = 0;; ++x) {  // ratios of terms fall from the top on: what is left out is less than the last one
      const double next = x * std::log(rate_) - rate_ - std::lgamma(x + 1.0) + term(x);
      sum = log_sum(sum, next);
      if (x > 0 && next < last - 1) return log_sum(sum, next);
      last = next;
    }
  }

 private:
  void add(double x, const num::Rational& weight) {
    if (weight <= 0) return;
    value_.push_back(x);
    weight_.push_back(num::from_rational<double>(weight));
  }

  std::vector<double> value_, weight_;
  double rate_ = 0;  // a Poisson target
};

/// Bound on ln E r_t^k of the rate r = e^theta at every time, averaged over the ensemble.
///
/// langevin, sgd-diffusion. With L_B = e^theta - b theta + lambda theta²/2 and Itô's formula, g = E r^k obeys
///   g' = k mu [(b + kT) g - E r^{k+1} - lambda E theta r^k] <= k mu [(b + kT) g + lambda/(ke) - g^{1+1/k}]
/// (Jensen; -theta e^{k theta} <= 1/(ke)). Where g >= 1 and g^{1/k} > b + kT + lambda/(ke) that is negative, so
///   g <= max(g(0), max(1, b + kT + lambda/(ke))^k) <= g(0) + 1 + (b + kT + lambda/(ke))^k, and g(0) = e^{km + k²v/2}.
/// The noise of gradients e^theta - x is that of the data: T + w Var_B, w = eta/2m, in the place of T, and Var_B is at
/// most the data's mean of x².
/// sgld. theta' = theta - eta (e^theta - b + lambda theta) + sqrt(2 eta T) xi, b the mean of the batch. Where theta is
/// not negative,
///   k theta - k eta e^theta <= -k (1 + ln eta) or (its maximum at theta = 0) <= 0; where theta < 0, (1 - eta lambda)
///   theta <= 0. Hence g' <= e^{k eta b + k² eta T} max(1, (e eta)^{-k}).
/// jump. r is at most the largest of the states.
double log_moment(const experiment::Experiment& e, const Example& example, int k) {
  const auto& l = e.learner;
  if (l.kind == "jump") {
    double most = -HUGE_VAL;
    for (const auto& state : l.states) most = std::max(most, num::from_rational<double>(state.front()));
    return k * most;
  }
  const double m = num::from_rational<double>(l.initial_mean.front()),
               s = num::from_rational<double>(l.initial_stddev.front()),
               decay = num::from_rational<double>(l.weight_decay), start = k * m + k * k * s * s / 2,
               temperature = largest(l.temperature);
  const double floor = k * temperature + decay / (k * M_E);
  if (l.kind == "langevin") return log_sum(log_sum(start, 0), example.power(k, floor));
  const double most = largest(l.learning_rate);
  if (l.kind == "sgd-diffusion") {
    const double w = k * most / (2 * l.batch_size);
    const bool given = !e.data.counts.empty();
    const double own = given ? w * num::from_rational<double>(Given(e.data).variance) : 0;
    return log_sum(log_sum(start, 0), example.power(k, floor + own, given ? 0 : w));
  }
  return log_sum(start, example.exponential(k * most) + k * k * most * temperature +
                            std::max(0.0, -k * (1 + std::log(smallest(l.learning_rate)))));
}

/// Smallest M with P(x >= M) <= e^{log_tail} for x Poisson given a random rate with these moments: E (x)_k = E r^k for
/// the falling factorial (x)_k = x (x-1) ... (x-k+1), which is at least (M)_k where x >= M >= k.
template <class LogMoment>
int cut(const LogMoment& log_moment_of, double log_tail) {
  int best = most_outcomes + 1;
  for (int k = 1; k <= most_moments; ++k) {
    const double needed = log_moment_of(k) - log_tail;
    if (!(needed < HUGE_VAL)) break;
    int m = k;
    while (m < best && std::lgamma(m + 1.0) - std::lgamma(m - k + 1.0) < needed + 1e-6 * std::fabs(needed)) ++m;
    best = std::min(best, m);
  }
  return best;
}

/// The target { rate } as probabilities of 0, ..., outcomes-1, the last with everything beyond.
std::vector<num::Rational> probabilities(const num::Rational& rate, int outcomes) {
  const auto r = num::from_rational<num::Mp200>(rate);
  num::Mp200 p = exp(-r);
  std::vector<num::Rational> out;
  num::Rational rest = 1;
  for (int x = 0; x + 1 < outcomes; ++x) {
    out.push_back(std::min(num::parse_decimal(num::to_text(p, 180)), rest));
    rest -= out.back();
    p *= r / (x + 1);
  }
  out.push_back(rest);
  return out;
}

/// Cuts outcomes off where what lies beyond has probability below 10^-(digits+8) at all times, and in the data.
void prepare_poisson(experiment::Experiment& e, int digits) {
  const auto refuse = [&](const std::string& key, const std::string& what, const std::string& allowed) {
    throw InputError(e.at(key) + what + "; allowed: " + allowed);
  };
  const auto& l = e.learner;
  if (l.kind == "sgld" && largest(l.learning_rate) * num::from_rational<double>(l.weight_decay) > 1)
    refuse("learner.learning_rate", "learning_rate weight_decay > 1 with poisson", "at most 1");
  const Example example(e.data, l.kind == "sgld" && l.batch != "full");
  const double log_tail = -(digits + 8) * std::log(10.0);
  int outcomes = cut([&](int k) { return log_moment(e, example, k); }, log_tail);
  const bool by_rate = e.data.probabilities.empty() && e.data.counts.empty();
  if (by_rate) {
    const double rate = std::log(num::from_rational<double>(e.data.mean.front()));
    const double examples = e.data.source == experiment::Data::Source::stream
                                ? l.batch_size * num::from_rational<double>(e.time.points.back())
                                : e.data.size;
    const int drawn = cut([&](int k) { return k * rate; }, log_tail - std::log(std::max(examples, 1.0)));
    e.data.probabilities = probabilities(e.data.mean.front(), std::max(2, std::min(drawn, most_outcomes + 1)));
  }
  outcomes =
      std::max({outcomes, 2, static_cast<int>(e.data.probabilities.size()), static_cast<int>(e.data.counts.size())});
  if (outcomes > most_outcomes)
    refuse("model.kind", "poisson needs more than " + std::to_string(most_outcomes) + " outcomes here",
           "smaller rates, initial stddev or temperature, or fewer digits");
  e.model.outcomes = outcomes;
  if (!e.data.probabilities.empty()) e.data.probabilities.resize(static_cast<std::size_t>(outcomes), 0);
  if (!e.data.counts.empty()) e.data.counts.resize(static_cast<std::size_t>(outcomes), 0);
}

std::vector<int> primes_below(int end) {
  std::vector<int> out;
  for (int n = 2; n < end; ++n)
    if (std::none_of(out.begin(), out.end(), [n](int q) { return n % q == 0; })) out.push_back(n);
  return out;
}

}  // namespace

template <Real R>
class Poisson final : public Model<R> {
 public:
  explicit Poisson(int outcomes) : outcomes_(outcomes), primes_(primes_below(outcomes)) {}

  int parameters() const override { return 1; }
  int components() const override { return static_cast<int>(2 + primes_.size()); }
  int outcomes() const override { return outcomes_; }

  void components_at(std::span<const R> theta, std::span<Jet<R>> out) const override {
    using std::exp, std::log;
    const R rate = exp(theta[0]);
    out[0] = {rate, {rate}, {rate}};
    out[1] = {-theta[0], {R(-1)}, {R(0)}};
    for (std::size_t i = 0; i < primes_.size(); ++i) out[i + 2] = {log(R(primes_[i])), {R(0)}, {R(0)}};
  }

  std::vector<int> statistic(int outcome) const override {
    std::vector<int> t{1, outcome};
    for (const int q : primes_) {  // Legendre: floor(x/q) + floor(x/q²) + ...
      int exponent = 0;
      for (int rest = outcome / q; rest > 0; rest /= q) exponent += rest;
      t.push_back(exponent);
    }
    return t;
  }

  bool constant(int component) const override { return component >= 2; }
  R analytic_strip() const override { return num::pi<R>(); }  // entire, but e^theta turns over there

 private:
  int outcomes_;
  std::vector<int> primes_;
};

experiment::ModelForm poisson_form() {
  return {.kind = "poisson",
          .lines = {"x in {0, 1, 2, ...}; target: { rate = ... } or a list of probabilities of 0, 1, ...",
                    "1 parameter: the logarithm of the rate"},
          .parameters = [](const experiment::Model&) { return 1; },
          .outcomes = [](const experiment::Model& m) { return std::max(1, m.outcomes); },
          .unbounded = true,
          .prepare = prepare_poisson};
}

template <Real R>
std::unique_ptr<Model<R>> make_poisson(const experiment::Model& spec) {
  return std::make_unique<Poisson<R>>(std::max(1, spec.outcomes));
}

CALOR_REGISTER_MODEL(poisson)

}  // namespace calor::model
