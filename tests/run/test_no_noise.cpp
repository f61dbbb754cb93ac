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

TEST_CASE("sgld without noise, samplers that lag: x given the sequence of batches") {
  for (const bool metropolis : {false, true}) {
    const auto text =
        sgld("kind = \"bernoulli\"", "[0.3, 0.7]", "\"minibatch\"\nbatch_size = 2") +
        "[sampler]\nkind = " + (metropolis ? "\"metropolis\"\nsweeps = 2\n" : "\"heat-bath\"\nprobability = 0.4\n");
    const auto n = numbers(compute(parse_one(text)));
    const auto shannon = [](double p) { return p > 0 && p < 1 ? -p * std::log(p) - (1 - p) * std::log1p(-p) : 0; };
    const auto one = [](double theta) { return 1 / (1 + std::exp(-theta)); };
    const auto energy = [&](double p, double theta) {  // <-ln p(x|theta)> where x = 1 with probability p
      return -p * std::log(one(theta)) - (1 - p) * std::log(one(-theta));
    };
    const auto turn = [&](double p, double theta) {
      if (!metropolis) return 0.6 * p + 0.4 * one(theta);
      const double up = std::min(1.0, std::exp(theta)), down = std::min(1.0, std::exp(-theta));
      for (int sweep = 0; sweep < 2; ++sweep) p = p * (1 - down) + (1 - p) * up;
      return p;
    };
    double heat = 0, work = 0, production = 0, given_theta = 0, given_b = 0, x = 0, first_given_b = 0;
    for (int k = 0; k <= 3; ++k) {
      const double q = k / 3.0, share = binomial(3, k) * std::pow(0.7, k) * std::pow(0.3, 3 - k);
      double own_x = 0;
      for (int code = 0; code < 27; ++code) {
        double weight = 1, theta = 0.2, p = one(0.2), own_heat = 0, own_work = 0, own_production = 0;
        for (int step = 0, rest = code; step < 3; ++step, rest /= 3) {
          const int ones = rest % 3;
          weight *= binomial(2, ones) * std::pow(q, ones) * std::pow(1 - q, 2 - ones);
          const double before = theta;
          theta -= 0.5 * (one(theta) - ones / 2.0 + 0.1 * theta);
          own_work += energy(p, theta) - energy(p, before);
          const double next = turn(p, theta), gained = energy(next, theta) - energy(p, theta);
          own_heat += gained;
          own_production += shannon(next) - shannon(p) - gained;
          p = next;
        }
        heat += share * weight * own_heat;
        work += share * weight * own_work;
        production += share * weight * own_production;
        given_theta += share * weight * shannon(p);
        own_x += weight * p;
      }
      given_b += share * shannon(own_x);
      x += share * own_x;
    }
    first_given_b = shannon(one(0.2));
    check_judged(n.back(),
                 {{"heat_x", heat},
                  {"work_x", work},
                  {"ep_x", production},
                  {"entropy_x_given_theta", given_theta},
                  {"l_info", shannon(x) - given_b},
                  {"info_x_theta_given_b", given_b - given_theta},
                  {"flow_x", given_b - given_theta},
                  {"flow_theta", 0},
                  {"ep_x_given_b", given_b - first_given_b - heat},
                  {"r_info", num::to_double(n.back().at("m_info").value) - (shannon(x) - given_b)}},
                 1e-12);
    CHECK(n.back().count("ep_x_path") == 0);
  }
  // redrawn for certain: the equilibrium sampler
  const auto text = sgld("kind = \"bernoulli\"", "[0.3, 0.7]", "\"full\"");
  const auto certain = numbers(
      compute(parse_one(text + "[sampler]\nkind = \"heat-bath\"\nprobability = 1\n"), with(Method::automatic, 20)));
  CHECK(check_honest(certain, numbers(compute(parse_one(text), with(Method::automatic, 20))), "certain") >= 40);
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
