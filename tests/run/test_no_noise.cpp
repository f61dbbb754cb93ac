// Temperature 0: sgld from a point makes Theta discrete, with an M-info that is an entropy of atoms; continuous data
// make it infinite.

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string sgld(const std::string& model, const std::string& target, const std::string& batch,
                 const std::string& stddev = "0") {
  return "[model]\n" + model + "\n[data]\nsize = 3\ntarget = " + target +
         "\n[learner]\nkind = \"sgld\"\nlearning_rate = 0.5\ntemperature = 0\nbatch = " + batch +
         "\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [" + stddev + "] }\n[time]\npoints = [0, 3]\n";
}

double binomial(int n, int k) {
  return std::round(std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)));
}

}  // namespace

TEST_CASE("sgld without noise, full batches: the parameters know the type of the data and nothing else") {
  const auto n = numbers(compute(parse_one(sgld("kind = \"bernoulli\"", "[0.3, 0.7]", "\"full\""))));
  Number entropy = 0;
  for (int k = 0; k <= 3; ++k) {
    const Number p = Number(binomial(3, k)) * pow(Number("0.7"), k) * pow(Number("0.3"), 3 - k);
    entropy -= p * log(p);
  }
  const auto& m = n.back().at("m_info");
  CHECK(abs(Number(m.value - entropy)) <= m.error);
  CHECK(m.error < Number("1e-10"));
  CHECK(isinf(n.back().at("ep_theta").value));
  CHECK(n.back().at("entropy_theta_given_b").value < Number("1e-12"));
}

TEST_CASE("sgld without noise, minibatches: every sequence of batches is an atom") {
  const auto n =
      numbers(compute(parse_one(sgld("kind = \"bernoulli\"", "[0.3, 0.7]", "\"minibatch\"\nbatch_size = 2"))));
  std::map<int, double> total;  // by the sequence of three counts
  double given = 0, heat = 0;
  for (int k = 0; k <= 3; ++k) {
    const double q = k / 3.0, share = binomial(3, k) * std::pow(0.7, k) * std::pow(0.3, 3 - k);
    const auto loss = [&](double t) { return std::log1p(std::exp(-t)) + (1 - q) * t + 0.05 * t * t; };
    for (int code = 0; code < 27; ++code) {
      double p = 1, theta = 0.2;
      for (int step = 0, rest = code; step < 3; ++step, rest /= 3) {
        const int ones = rest % 3;
        p *= binomial(2, ones) * std::pow(q, ones) * std::pow(1 - q, 2 - ones);
        theta -= 0.5 * (1 / (1 + std::exp(-theta)) - ones / 2.0 + 0.1 * theta);
      }
      if (!(p > 0)) continue;
      given -= share * p * std::log(p);
      heat += share * p * (loss(theta) - loss(0.2));
      total[code] += share * p;
    }
  }
  double all = 0;
  for (const auto& [code, p] : total) all -= p * std::log(p);
  CHECK(n.back().at("m_info").value.convert_to<double>() == doctest::Approx(all - given).epsilon(1e-13));
  CHECK(n.back().at("heat_theta").value.convert_to<double>() == doctest::Approx(heat).epsilon(1e-13));
}

TEST_CASE("temperature 0 with a Gaussian x: infinite M-info from a point, finite L-info") {
  const std::string gauss = "kind = \"gaussian-mean\"\nstddev = 1", target = "{ mean = 1, stddev = 1.5 }";
  const auto n = numbers(compute(parse_one(sgld(gauss, target, "\"full\""))));
  CHECK(isinf(n.back().at("m_info").value));
  const double keep = 1 - 0.5 * 1.1, a = 0.5 * (1 - keep * keep * keep) / (1 - keep);
  CHECK(n.back().at("l_info").value.convert_to<double>() ==
        doctest::Approx(std::log1p(a * a * 2.25 / 3) / 2).epsilon(1e-13));
  CHECK(n.front().at("m_info").value == 0);
  const auto wide = numbers(compute(parse_one(sgld(gauss, target, "\"full\"", "0.4"))));
  const double v = 0.16 * std::pow(keep, 6);
  CHECK(wide.back().at("m_info").value.convert_to<double>() ==
        doctest::Approx(std::log1p(a * a * 2.25 / 3 / v) / 2).epsilon(1e-13));
}

TEST_CASE("temperature 0 is refused where no limit is exact") {
  CHECK_THROWS_WITH_AS(compute(parse_one(sgld("kind = \"bernoulli\"", "[0.3, 0.7]", "\"full\"", "0.4"))),
                       doctest::Contains("learner.temperature"), InputError);
}

TEST_CASE("sgld without noise, stream: every sequence of batches is an atom, and the parameters know it all") {
  const std::string text =
      "[model]\nkind = \"bernoulli\"\n[data]\ntarget = [0.3, 0.7]\n[learner]\nkind = \"sgld\"\nlearning_rate = 0.5\n"
      "temperature = 0\nbatch = \"stream\"\nbatch_size = 2\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [0] "
      "}\n"
      "[time]\npoints = [0, 3]\n";
  const auto n = numbers(compute(parse_one(text)));
  double heat = 0, work = 0, entropy = 0, train = 0, test = 0;
  for (int code = 0; code < 27; ++code) {
    double p = 1, theta = 0.2, before = 0, mean = 0, own_heat = 0, own_work = 0;
    for (int step = 0, rest = code; step < 3; ++step, rest /= 3) {
      const double q = rest % 3 / 2.0;
      const auto loss = [&](double t) { return std::log1p(std::exp(-t)) + (1 - q) * t + 0.05 * t * t; };
      p *= binomial(2, rest % 3) * std::pow(0.7, rest % 3) * std::pow(0.3, 2 - rest % 3);
      mean += q / 3;
      const double start = loss(theta);
      if (step > 0) own_work += start - before;
      theta -= 0.5 * (1 / (1 + std::exp(-theta)) - q + 0.1 * theta);
      before = loss(theta);
      own_heat += before - start;
    }
    entropy -= p * std::log(p);
    heat += p * own_heat;
    work += p * own_work;
    train += p * (std::log1p(std::exp(-theta)) + (1 - mean) * theta);
    test += p * (std::log1p(std::exp(-theta)) + 0.3 * theta);
  }
  const auto& row = n.back();
  const auto check = [&](const char* name, double value) {
    CHECK_MESSAGE(std::fabs(num::to_double(row.at(name).value) - value) < 1e-13, name);
  };
  check("m_info", entropy);
  check("heat_theta", heat);
  check("work_theta", work);
  check("loss_train", train);
  check("loss_test", test);
  CHECK(n.front().count("loss_train") == 0);
  CHECK(isinf(row.at("ep_theta").value));
}

}  // namespace calor::run::test
