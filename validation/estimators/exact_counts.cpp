#include "validation/estimators/exact_counts.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <map>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

constexpr double most_tables = 2e7;

std::vector<double> checked(std::span<const double> probabilities, std::size_t samples) {
  long double sum = 0;
  for (const double p : probabilities) {
    if (!(p >= 0)) throw InputError("a probability is " + std::to_string(p) + "; allowed: >= 0");
    sum += p;
  }
  if (!(std::abs(sum - 1) < 1e-9L)) {
    throw InputError("the probabilities add up to " + std::to_string(static_cast<double>(sum)) + "; allowed: 1");
  }
  if (samples == 0) throw InputError("there are 0 samples; allowed: at least one");
  std::vector<double> result;
  for (const double p : probabilities) result.push_back(static_cast<double>(p / sum));
  return result;
}

using Table = std::vector<double>;

/// ⟨g(n_i) g(n_j)⟩ for i ≠ j: given n_i = a, n_j ~ Bin(N − a, p_j/(1 − p_i)).
double mean_product(double p, double q, const Table& g) {
  const std::size_t samples = g.size() - 1;
  const Table first = binomial_probabilities(samples, p);
  const double rest = std::min(1.0, q / (1 - p));
  long double sum = 0;
  for (std::size_t a = 0; a <= samples; ++a) {
    if (first[a] == 0) continue;
    const Table second = binomial_probabilities(samples - a, rest);
    long double inner = 0;
    for (std::size_t b = 0; b + a <= samples; ++b) inner += static_cast<long double>(second[b]) * g[b];
    sum += first[a] * g[a] * inner;
  }
  return static_cast<double>(sum);
}

long double mean_power(const Table& distribution, const Table& g, int power) {
  long double sum = 0;
  for (std::size_t n = 0; n < g.size(); ++n) sum += distribution[n] * std::pow(static_cast<long double>(g[n]), power);
  return sum;
}

class Enumeration {
 public:
  Enumeration(const std::vector<double>& p, const std::function<void(Counts, double)>& visit)
      : p_(p), visit_(visit), counts_(p.size()), tail_(p.size() + 1) {
    for (std::size_t i = p.size(); i-- > 0;) tail_[i] = tail_[i + 1] + p[i];
  }

  /// Letters i and up share `left` samples; `probability` is that of the counts before.
  void from(std::size_t i, std::size_t left, double probability) {
    if (i + 1 == p_.size()) {
      counts_[i] = left;
      if (probability > 0) visit_(counts_, probability);
      return;
    }
    const double share = tail_[i] > 0 ? std::min(1.0, p_[i] / tail_[i]) : 0;
    const Table chance = binomial_probabilities(left, share);
    for (std::size_t n = 0; n <= left; ++n) {
      if (chance[n] == 0) continue;
      counts_[i] = n;
      from(i + 1, left - n, probability * chance[n]);
    }
  }

 private:
  const std::vector<double>& p_;
  const std::function<void(Counts, double)>& visit_;
  std::vector<std::uint64_t> counts_;
  std::vector<double> tail_;  // Σ of p from i on
};

Table entropy_terms(std::size_t samples, const std::function<double(double)>& g) {
  const auto n = static_cast<double>(samples);
  Table terms{0};
  for (double m = 1; m <= n; ++m) terms.push_back(m / n * (std::log(n) - g(m)));
  return terms;
}

Moments entropy_moments(std::span<const double> p, std::size_t samples, const std::function<double(double)>& g) {
  const Table terms = entropy_terms(samples, g);
  return additive_moments(p, samples, [&](std::size_t m) { return terms[m]; });
}

}  // namespace

std::vector<double> binomial_probabilities(std::size_t samples, double p) {
  std::vector<double> chance(samples + 1);
  if (p <= 0 || p >= 1) {
    chance[p <= 0 ? 0 : samples] = 1;
    return chance;
  }
  const auto n = static_cast<double>(samples);
  const auto mode = static_cast<std::size_t>(std::min(n, std::floor((n + 1) * p)));
  chance[mode] = boost::math::pdf(boost::math::binomial_distribution<double>(n, p), static_cast<double>(mode));
  // P(m+1)/P(m) = (N−m) p/((m+1)(1−p)), away from the mode until nothing is left
  const double odds = p / (1 - p), nothing = 1e-40 * chance[mode];
  for (std::size_t m = mode; m < samples && chance[m] > nothing; ++m) {
    chance[m + 1] = chance[m] * odds * static_cast<double>(samples - m) / static_cast<double>(m + 1);
  }
  for (std::size_t m = mode; m > 0 && chance[m] > nothing; --m) {
    chance[m - 1] = chance[m] * static_cast<double>(m) / (odds * static_cast<double>(samples - m + 1));
  }
  return chance;
}

Moments additive_moments(std::span<const double> probabilities, std::size_t samples,
                         const std::function<double(std::size_t)>& g) {
  std::map<double, double> letters;  // how many have this probability
  for (const double p : checked(probabilities, samples)) ++letters[p];
  Table values;
  for (std::size_t n = 0; n <= samples; ++n) values.push_back(g(n));
  std::map<double, long double> means;
  long double mean = 0, second = 0;
  for (const auto& [p, number] : letters) {
    const Table distribution = binomial_probabilities(samples, p);
    means[p] = mean_power(distribution, values, 1);
    mean += number * means[p];
    second += number * (mean_power(distribution, values, 2) - means[p] * means[p]);
  }
  for (const auto& [p, number] : letters) {
    for (const auto& [q, other] : letters) {
      const double pairs = number * (p == q ? other - 1 : other);
      if (pairs > 0) second += pairs * (mean_product(p, q, values) - means[p] * means[q]);
    }
  }
  return {static_cast<double>(mean), std::max(0.0, static_cast<double>(second))};
}

Moments plugin_moments(std::span<const double> probabilities, std::size_t samples) {
  return entropy_moments(probabilities, samples, [](double m) { return std::log(m); });
}

Moments miller_madow_moments(std::span<const double> probabilities, std::size_t samples) {
  Moments result = entropy_moments(probabilities, samples, [](double m) { return std::log(m) - 1 / (2 * m); });
  result.mean -= 1 / (2 * static_cast<double>(samples));
  return result;
}

Moments grassberger_moments(std::span<const double> probabilities, std::size_t samples, Grassberger variant) {
  return entropy_moments(probabilities, samples, [&](double m) { return grassberger_g(variant, m); });
}

double expected_mi_plugin(std::span<const double> joint, std::size_t columns, std::size_t samples) {
  if (columns == 0 || joint.size() % columns != 0) {
    throw InputError(std::to_string(joint.size()) + " probabilities in rows of " + std::to_string(columns) +
                     "; allowed: full rows");
  }
  const std::vector<double> p = checked(joint, samples);
  std::vector<double> of_x(p.size() / columns), of_y(columns);
  for (std::size_t c = 0; c < p.size(); ++c) {
    of_x[c / columns] += p[c];
    of_y[c % columns] += p[c];
  }
  const Table g = entropy_terms(samples, [](double m) { return std::log(m); });
  const auto mean = [&](const std::vector<double>& probabilities) {
    long double sum = 0;
    for (const double q : probabilities) sum += mean_power(binomial_probabilities(samples, std::min(q, 1.0)), g, 1);
    return sum;
  };
  return static_cast<double>(mean(of_x) + mean(of_y) - mean(p));
}

void for_each_counts(std::span<const double> probabilities, std::size_t samples,
                     const std::function<void(Counts, double)>& visit) {
  const std::vector<double> p = checked(probabilities, samples);
  double tables = 1;  // (N+1)(N+2)…(N+K−1)/(K−1)!
  for (std::size_t i = 1; i < p.size(); ++i) tables *= static_cast<double>(samples + i) / static_cast<double>(i);
  if (tables > most_tables) {
    throw InputError("there are about " + std::to_string(tables) + " tables of " + std::to_string(samples) +
                     " samples of " + std::to_string(p.size()) + " letters; allowed: up to 2e7");
  }
  Enumeration(p, visit).from(0, samples, 1);
}

Moments enumerated_moments(std::span<const double> probabilities, std::size_t samples,
                           const std::function<double(Counts)>& statistic) {
  long double norm = 0, first = 0, second = 0;
  for_each_counts(probabilities, samples, [&](Counts counts, double probability) {
    const long double value = statistic(counts), delta = value - (norm > 0 ? first / norm : 0.0L);
    // West's update: the second central moment without cancellation
    const long double before = norm;
    norm += probability;
    first += probability * value;
    second += probability * before / norm * delta * delta;
  });
  return {static_cast<double>(first / norm), static_cast<double>(second / norm)};
}

}  // namespace calor::estimators
