// Cases whose truth is known in closed form:
//   letters  20 .. letters drawn independently: uniform over 10 and geometric over 12; exact biases at every size
//   serial   the same letters, and Gaussian pairs, each repeated with probability 0.8 or correlated by 0.9 from one
//            sample to the next: error bars that assume independence are too short
//   pairs    Gaussian pairs with correlation 0.6, 0.99, 0.9999: strong dependence
//   work     Gaussian work, Jarzynski's equality, dissipation 0.5 and 4.5

#include <cmath>
#include <memory>

#include "num/errors.hpp"
#include "validation/estimators/entropy_kl.hpp"
#include "validation/estimators/exact_gaussian.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"
#include "validation/estimators/mi_gaussian.hpp"
#include "validation/estimators/mi_ksg1.hpp"
#include "validation/estimators/mi_ksg2.hpp"
#include "validation/judge/judge.hpp"
#include "validation/judge/letters.hpp"
#include "validation/simulator/stream.hpp"

namespace calor::judge {

namespace {

using estimators::Result;
using simulator::Stream;

Stream stream(const Options& options, const std::string& what, std::size_t replicate) {
  return {simulator::key_of(options.seed, simulator::hash(what)), replicate, simulator::Channel::estimator};
}

using Letters = std::vector<double>;  // probabilities

/// Counts of n letters; each is the one before with probability `repeat`.
std::vector<std::uint64_t> counts(const Letters& p, std::size_t n, double repeat, Stream random) {
  std::vector<std::uint64_t> out(p.size());
  std::size_t letter = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (i == 0 || random.uniform() >= repeat) {
      double u = random.uniform();
      letter = 0;
      while (letter + 1 < p.size() && u >= p[letter]) u -= p[letter++];
    }
    ++out[letter];
  }
  return out;
}

double entropy(const Letters& p) {
  double s = 0;
  for (const double v : p) s -= v > 0 ? v * std::log(v) : 0;
  return s;
}

void add_letters(Case& test, const Options& options, const std::string& name, const Letters& p, double repeat) {
  const auto draw = [=](std::size_t n, std::size_t r) { return counts(p, n, repeat, stream(options, name, r)); };
  add_letter_entropies(test, "entropy of " + name, entropy(p), p.size(), repeat == 0 ? p : Letters{}, draw);
}

struct Pairs {
  std::vector<double> x, y;
};

/// Pairs of correlation rho; each column correlated by `serial` from row to row.
Pairs gaussian_pairs(std::size_t n, double rho, double serial, Stream random) {
  Pairs out;
  double a = 0, b = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double keep = i == 0 ? 0 : serial, fresh = std::sqrt(1 - keep * keep);
    a = keep * a + fresh * random.normal();
    b = keep * b + fresh * random.normal();
    out.x.push_back(a);
    out.y.push_back(rho * a + std::sqrt((1 - rho) * (1 + rho)) * b);
  }
  return out;
}

void add_pairs(Case& test, const Options& options, double rho, double serial) {
  const double truth = -0.5 * std::log((1 - rho) * (1 + rho));
  const std::string name = "I of Gaussian pairs, correlation " + std::to_string(rho).substr(0, 6);
  const auto add = [&](const std::string& estimator, Result (*run)(const Pairs&)) {
    Subject s{estimator, name, truth, nullptr};
    s.run = [=](std::size_t n, std::size_t r) { return run(gaussian_pairs(n, rho, serial, stream(options, name, r))); };
    if (estimator == "mi-gaussian" && serial == 0)
      s.prediction = {"exact", [](std::size_t n) { return estimators::bias_mi_gaussian(1, 1, n); }};
    test.subjects.push_back(s);
  };
  add("mi-ksg1", [](const Pairs& p) { return estimators::mi_ksg1({p.x, 1}, {p.y, 1}); });
  add("mi-ksg2", [](const Pairs& p) { return estimators::mi_ksg2({p.x, 1}, {p.y, 1}); });
  add("mi-gaussian", [](const Pairs& p) { return estimators::mi_gaussian({p.x, 1}, {p.y, 1}); });
}

void add_single(Case& test, const Options& options, double serial) {
  const auto draw = [=](std::size_t n, std::size_t r) {
    return gaussian_pairs(n, 0, serial, stream(options, "single", r)).x;
  };
  test.subjects.push_back(
      {"mean", "mean of a Gaussian", 0, [=](std::size_t n, std::size_t r) { return estimators::mean(draw(n, r)); }});
  test.subjects.push_back({"entropy-kl", "entropy of a Gaussian",
                           0.5 * std::log(2 * 3.14159265358979323846 * std::exp(1)), [=](std::size_t n, std::size_t r) {
                             const auto x = draw(n, r);
                             return estimators::entropy_kl({x, 1});
                           }});
}

void add_work(Case& test, const Options& options, double stddev) {
  const double mean = stddev * stddev / 2;  // delta F = 0 at temperature 1
  Subject s{"jarzynski", "free energy, dissipation " + std::to_string(mean).substr(0, 4), 0, nullptr};
  s.run = [=](std::size_t n, std::size_t r) {
    Stream random = stream(options, "work", r);
    std::vector<double> work(n);
    for (double& w : work) w = mean + stddev * random.normal();
    return estimators::jarzynski(work, 1);
  };
  s.prediction = {"exact", [=](std::size_t n) { return estimators::expected_jarzynski(mean, stddev, 1, n); }};
  test.subjects.push_back(s);
}

Letters uniform(std::size_t k) { return Letters(k, 1.0 / static_cast<double>(k)); }

Letters geometric(std::size_t k) {
  Letters p(k);
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += p[i] = std::ldexp(1.0, -static_cast<int>(i));
  for (double& v : p) v /= sum;
  return p;
}

}  // namespace

std::vector<std::string> built_in_names() { return {"letters", "pairs", "serial", "work"}; }

Case built_in(const std::string& name, const Options& options) {
  Case test;
  test.name = name;
  if (name == "letters") {
    test.title = "Independent letters";
    add_letters(test, options, "10 equal letters", uniform(10), 0);
    add_letters(test, options, "12 letters, each half as likely as the one before", geometric(12), 0);
  } else if (name == "pairs") {
    test.title = "Gaussian pairs, up to strong dependence";
    for (const double rho : {0.6, 0.99, 0.9999}) add_pairs(test, options, rho, 0);
    add_single(test, options, 0);
  } else if (name == "serial") {
    test.title = "Serially correlated samples: letters repeated with probability 0.8, Gaussians correlated by 0.9";
    test.notes = "The error bars assume independent samples; coverage shows what becomes of them here.";
    add_letters(test, options, "10 equal letters", uniform(10), 0.8);
    add_pairs(test, options, 0.6, 0.9);
    add_single(test, options, 0.9);
  } else if (name == "work") {
    test.title = "Gaussian work";
    add_work(test, options, 1);
    add_work(test, options, 3);
  } else {
    throw InputError("no built-in case \"" + name + "\"");
  }
  return test;
}

}  // namespace calor::judge
