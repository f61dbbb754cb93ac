#include "validation/estimators/expectation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "num/errors.hpp"
#include "validation/estimators/entropy_nsb.hpp"
#include "validation/estimators/exact_counts.hpp"

namespace calor::estimators {

namespace {

double entropy(const std::vector<double>& p) {
  double s = 0;
  for (const double v : p) s -= v > 0 ? v * std::log(v) : 0;
  return s;
}

double information(const std::vector<double>& joint, std::size_t columns) {
  std::vector<double> x(joint.size() / columns, 0.0), y(columns, 0.0);
  for (std::size_t e = 0; e < joint.size(); ++e) {
    x[e / columns] += joint[e];
    y[e % columns] += joint[e];
  }
  return entropy(x) + entropy(y) - entropy(joint);
}

Moments entropy_moments(const Request& r, const std::vector<double>& p, std::size_t n) {
  if (r.estimator == "entropy-plugin") return plugin_moments(p, n);
  if (r.estimator == "entropy-miller-madow") return miller_madow_moments(p, n);
  if (r.estimator == "entropy-grassberger")
    return grassberger_moments(p, n, r.variant == "1988" ? Grassberger::v1988 : Grassberger::v2003);
  double tables = 1;  // C(N + K - 1, K - 1)
  for (std::size_t k = 1; k < p.size() && tables < 1e9; ++k)
    tables *= static_cast<double>(n + k) / static_cast<double>(k);
  if (tables > 20000)
    throw InputError(
        "--expect: entropy-nsb would have to visit more than 20000 tables of counts; allowed: fewer letters "
        "or samples");
  const auto alphabet = static_cast<double>(r.alphabet.value());
  return enumerated_moments(p, n, [alphabet](Counts c) { return entropy_nsb(c, alphabet).value; });
}

}  // namespace

Result expectation(const Request& r, const Samples& samples) {
  const std::size_t n = r.expect.value();
  Result result;
  double truth = 0;
  if (r.estimator == "mi-plugin") {
    std::size_t columns = 0;
    const auto joint = samples.joint_probabilities(columns);
    result = {expected_mi_plugin(joint, columns, n), std::numeric_limits<double>::quiet_NaN(), n, {}};
    truth = information(joint, columns);
  } else if (r.estimator.starts_with("entropy-") && r.estimator != "entropy-kl") {
    const auto p = samples.letter_probabilities();
    const double pairs = static_cast<double>(p.size()) * static_cast<double>(p.size());
    if (r.estimator != "entropy-nsb" && pairs * static_cast<double>(n) * static_cast<double>(n) > 1e11)
      throw InputError("--expect: too many letters and samples; allowed: letters times samples up to 300000");
    const Moments m = entropy_moments(r, p, n);
    result = {m.mean, std::sqrt(std::max(0.0, m.variance)), n, {}};
    truth = entropy(p);
  } else {
    throw InputError(
        "--expect: the expectation of " + r.estimator +
        " is not at hand; allowed: entropy-plugin, entropy-miller-madow, entropy-grassberger, entropy-nsb, "
        "mi-plugin");
  }
  result.conventions = {{"value", "exact expectation of the estimator for n independent samples"},
                        {"standard error", "exact standard deviation of one estimate"},
                        {"exact value", fmt::format("{}", truth)},
                        {"bias", fmt::format("{}", result.value - truth)}};
  return result;
}

}  // namespace calor::estimators
