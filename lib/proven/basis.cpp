// The Hermite basis of an experiment: where it is centred, how wide, and the rule of its integrals.

#include <algorithm>
#include <cmath>

#include "num/parallel.hpp"
#include "proven/langevin.hpp"
#include "proven/relaxation.hpp"

namespace calor::proven {

namespace {

using num::Rational;
using num::to_double;

constexpr double strip_share = 0.8;  // of the distance to the nearest zero of Z
constexpr int most_functions = 200;  // minutes
constexpr double most_types = 40;    // seconds each

using R = num::Mp100;  // the missing parts are far below double precision's round-off

/// The experiment in ordinary arithmetic, for choices only.
struct Rough {
  const Family& family;
  R lambda, temperature, mean, variance;
  std::vector<R> statistics;  // of the extreme data sets

  R loss(const R& theta, const R& s) const {
    R z = 0;
    for (std::size_t i = 0; i < family.values.size(); ++i)
      z += R(family.outcomes[i]) * exp(R(family.values[i]) * theta);
    return log(z) - s * theta + lambda * theta * theta / 2;
  }
  R mode(const R& s) const {
    R low = -50, high = 50;
    while (high - low > R(1e-3)) {
      const R mid = (low + high) / 2;
      (loss(mid + R(1e-4), s) > loss(mid - R(1e-4), s) ? high : low) = mid;
    }
    return low;
  }
};

/// ln of the share of |f|² that the first n functions of a basis miss, the worst of several f given at the nodes
/// x = first + step k.
double missed(const std::vector<std::vector<R>>& values, double first, double step, int n) {
  using num::to_double;
  std::vector<std::vector<R>> overlap(values.size(), std::vector<R>(static_cast<std::size_t>(n)));
  std::vector<R> up, down;
  for (int j = 0; j < n; ++j) {
    up.push_back(sqrt(R(2) / (j + 1)));
    down.push_back(sqrt(R(j) / (j + 1)));
  }
  const R ground = sqrt(1 / sqrt(num::pi<R>()));
  for (std::size_t k = 0; k < values.front().size(); ++k) {
    const R x = R(first) + R(step) * R(k);
    R before = 0, now = ground * exp(-x * x / 2);
    for (std::size_t j = 0; j < up.size(); ++j) {
      for (std::size_t f = 0; f < values.size(); ++f) overlap[f][j] += now * values[f][k];
      R next = up[j] * x * now - down[j] * before;
      before = now;
      now = next;
    }
  }
  double worst = -HUGE_VAL;
  for (std::size_t f = 0; f < values.size(); ++f) {
    R norm = 0, found = 0;
    for (const auto& v : values[f]) norm += v * v;
    for (const auto& o : overlap[f]) found += o * o;
    const R share = 1 - found * R(step) / norm;
    worst = std::max(worst, share > R(1e-45) ? std::log(to_double(R(share * R(1e40)))) - 40 * M_LN10 : -104.0);
  }
  return worst;
}

/// Few bits, so that it is exact in balls of any precision.
double short_number(double x) {
  const double unit = std::exp2(std::floor(std::log2(x)) - 6);
  return std::round(x / unit) * unit;
}

struct Place {
  double centre, width;
};

/// The place where psi at the start and in the end, of the extreme data sets, are best resolved.
Place best_place(const Rough& r, int n) {
  std::vector<R> modes;
  for (const auto& s : r.statistics) modes.push_back(r.mode(s));
  const double start = to_double(r.mean), end = to_double(R((modes.front() + modes.back()) / 2));
  const double reach = std::sqrt(2.0 * n) + 4, step = 0.9 * M_PI / reach;
  const double natural = std::sqrt(2 * to_double(r.variance));
  Place best{start, natural};
  double least = HUGE_VAL;
  std::vector<double> centres{start};
  if (std::fabs(end - start) > 0.1 * natural) centres.insert(centres.end(), {(start + end) / 2, end});
  for (const double wished : centres)
    for (int k = -8; k <= 8; ++k) {
      const double centre = std::round(64 * wished) / 64, width = short_number(natural * std::exp2(k / 4.0));
      std::vector<std::vector<R>> values(2 * modes.size());
      for (std::size_t b = 0; b < modes.size(); ++b) {
        const auto& s = r.statistics[b];
        const R bottom = r.loss(modes[b], s), rise = r.loss(r.mean, s);
        for (double x = -reach; x <= reach; x += step) {
          const R theta = R(centre) + R(width) * R(x), loss = r.loss(theta, s), away = theta - r.mean;
          values[2 * b].push_back(exp(-away * away / (2 * r.variance) + (loss - rise) / (2 * r.temperature)));
          values[2 * b + 1].push_back(exp(-(loss - bottom) / (2 * r.temperature)));
        }
      }
      const double worst = missed(values, -reach, step, n);
      if (worst < least) {
        least = worst;
        best = {centre, width};
      }
    }
  return best;
}

double narrowed(double width, int k) { return short_number(width * std::exp2(-k / 6.0)); }

/// Puts the basis of `s.size` functions at its place.
void lay(Setting& s, double centre, double width, const Rational& statistic, int digits) {
  s.centre = centre;
  s.width = width;
  s.strip = std::floor(64 * strip_share * M_PI / (static_cast<double>(s.family.range) * width)) / 64;
  s.rule = rule_for(s, Ball(statistic), 2 * (digits + 10) * M_LN10);
  {
    const Precision more(Precision::bits() + 3 * s.size);  // the recurrence loses some
    s.values = hermite_values(s.size, s.rule);
  }
  s.values = s.values.rounded();
  s.theta.clear();
  s.cumulants.clear();
  for (long k = 0; k < s.rule.size(); ++k) {
    s.theta.push_back(Ball(centre) + Ball(width) * s.rule.node(k));
    s.cumulants.push_back(s.family.at(s.theta.back()));
  }
}

/// The best width for a number of functions, and the error there: the end is reached at late times only, so that
/// narrower bases than that which resolves it best may do better. An extreme data set decides.
struct Trial {
  double width, error;
};

Trial best_width(const Setting& s, const Place& place, const Rational& statistic, const Ball& last, int digits,
                 int threads) {
  constexpr int widths = 4;
  std::vector<Trial> tried(widths);
  const long bits = Precision::bits();
  num::parallel_for(widths, threads, [&](int k) {
    const Precision same(bits);
    Setting trial = s;
    const double width = narrowed(place.width, k);
    lay(trial, place.centre, width, statistic, digits);
    tried[static_cast<std::size_t>(k)] = {width, num::to_double(Relaxation(trial, statistic).error(last))};
  });
  return *std::min_element(tried.begin(), tried.end(),
                           [](const Trial& a, const Trial& b) { return a.error < b.error; });
}

R rational(const Rational& q) { return num::from_rational<R>(q); }

}  // namespace

std::string why_not_relaxation(const experiment::Experiment& e) {
  const auto& l = e.learner;
  if (l.kind != "langevin") return "the learner is not langevin";
  if (!l.temperature.constant() || !l.mobility.constant()) return "schedules";
  if (e.time.step || e.sampler.kind != "equilibrium") return "the sampler lags";
  if (!family_of(e)) return "the model is no exponential family in one parameter with finitely many outcomes";
  if (e.data.source != experiment::Data::Source::target && e.data.source != experiment::Data::Source::counts)
    return "the data are not counted";
  if (count_types(e) > most_types) return "too many data sets";
  const auto& t = l.temperature.values.front();
  if (t <= 0 || l.weight_decay <= 0) return "it needs temperature > 0 and weight_decay > 0";
  // of psi_0²: 1/v0 - lambda/2T
  const Rational variance = l.initial_stddev[0] * l.initial_stddev[0];
  if (1 / variance - l.weight_decay / (2 * t) < Rational(1, 10) / variance)
    return "the start reaches far into the tails of the stationary density";
  return "";
}

long bits_for(int digits) { return 64 + static_cast<long>(std::ceil(6.7 * (digits + 10))); }

std::optional<Setting> make_setting(const experiment::Experiment& e, const Family& family, int size, int digits,
                                    int threads) {
  const auto& l = e.learner;
  const auto ensemble = enumerate(e);
  Rough rough{family,
              rational(l.weight_decay),
              rational(l.temperature.values.front()),
              rational(l.initial_mean[0]),
              rational(Rational(l.initial_stddev[0] * l.initial_stddev[0])),
              {}};
  for (const auto& set : ensemble.sets) rough.statistics.push_back(rational(mean_statistic(e.model, set)));
  const auto [low, high] = std::minmax_element(rough.statistics.begin(), rough.statistics.end());
  rough.statistics = {*low, *high};

  Setting s;
  s.family = family;
  s.weight_decay = Ball(l.weight_decay);
  s.mobility = Ball(l.mobility.values.front());
  s.temperature = Ball(l.temperature.values.front());
  s.initial_mean = Ball(l.initial_mean[0]);
  s.initial_variance = Ball(Rational(l.initial_stddev[0] * l.initial_stddev[0]));
  const Rational extreme = mean_statistic(e.model, ensemble.sets.front());
  for (double wished = size; wished <= most_functions; wished *= 1.25) {
    s.size = static_cast<int>(std::lround(wished));
    const auto place = best_place(rough, s.size);
    const auto trial = best_width(s, place, extreme, Ball(e.time.points.back()), digits, threads);
    if (trial.error > std::pow(10.0, -(digits + 3))) continue;
    lay(s, place.centre, trial.width, extreme, digits);
    return s;
  }
  return {};
}

}  // namespace calor::proven
