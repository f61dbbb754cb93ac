// poisson with learners whose noise comes from the data: sgd-diffusion, minibatches, streams.

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "experiment/model_form.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string counting(const std::string& data, const std::string& learner, const std::string& time,
                     const std::string& start = "{ mean = [0.2], stddev = [0.3] }") {
  return "[model]\nkind = \"poisson\"\n[data]\n" + data + "\n[learner]\n" + learner +
         "\nweight_decay = 0.1\ninitial = " + start + "\n" + time;
}

Numbers count(const std::string& text, int digits, const std::vector<std::string>& quantities = {},
              Method method = Method::automatic) {
  Options o = with(method, digits);
  o.quantities = quantities;
  return numbers(compute(parse_one(text), o));
}

const std::string noisy = "kind = \"sgd-diffusion\"\nlearning_rate = 0.4\nbatch_size = 1\ntemperature = 0.3",
                  points = "[time]\npoints = [0, 0.5]\n",
                  lagging_points = "[sampler]\nkind = \"heat-bath\"\nrate = 2\n[time]\npoints = [0, 0.5]\n",
                  steps = "[time]\npoints = [0, 1]\n";

std::string batches(const std::string& batch, int size) {
  return "kind = \"sgld\"\nlearning_rate = 0.3\ntemperature = 0.2\nbatch = \"" + batch + "\"" +
         (batch == "full" ? "" : "\nbatch_size = " + std::to_string(size));
}

double poisson_start(double theta) {
  return std::exp(-std::pow((theta - 0.2) / 0.3, 2) / 2) / (0.3 * std::sqrt(2 * std::numbers::pi));
}

/// A step of sgld from theta with one of these counts as the batch.
double one_step(double from, double to, const std::vector<double>& counts) {
  double sum = 0;
  for (const double x : counts) {
    const double d = to - from + 0.3 * (std::exp(from) - x + 0.1 * from);
    sum += std::exp(-d * d / 0.24) / std::sqrt(0.24 * std::numbers::pi) / static_cast<double>(counts.size());
  }
  return sum;
}

}  // namespace

// counts 0, 1, 1, 2, 2, 4: gradients e^theta - x have the variance of the counts, whatever theta is
TEST_CASE("counts: sgd-diffusion on given ones is langevin at another temperature") {
  const std::string data = "counts = [1, 2, 2, 0, 1]", hot = "kind = \"langevin\"\nmobility = 1\ntemperature = " +
                                                             std::to_string(0.3 + 0.2 * (26.0 / 6 - 100.0 / 36));
  for (const auto& time : {points, lagging_points}) {
    const auto tried = count(counting(data, noisy, time), 5), truth = count(counting(data, hot, time), 6);
    int compared = 0;
    for (const auto& [name, entry] : tried.back()) {
      const auto other = truth.back().find(name);
      if (other == truth.back().end()) continue;
      CAPTURE(name);
      CHECK(abs(entry.value - other->second.value) <= entry.error + other->second.error + Number("1e-5"));
      ++compared;
    }
    CHECK(compared >= 20);
  }
}

TEST_CASE("counts: sgd-diffusion on drawn ones, averages over given ones") {
  const std::vector<std::string> linear{"entropy_theta_given_b", "heat_theta",       "ep_theta", "loss_train",
                                        "fisher_dissipation",    "entropy_x_given_b"};
  const std::vector<double> target{0.3, 0.4, 0.3};
  const auto drawn = count(counting("size = 2\ntarget = [0.3, 0.4, 0.3]", noisy, points), 6);
  std::map<std::string, double> mean;
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = a; b < 3; ++b) {
      std::vector<int> counts(3, 0);
      ++counts[a], ++counts[b];
      const auto one = count(counting("counts = [" + std::to_string(counts[0]) + ", " + std::to_string(counts[1]) +
                                          ", " + std::to_string(counts[2]) + "]",
                                      noisy, points),
                             6, linear);
      for (const auto& name : linear)
        mean[name] += target[a] * target[b] * (a == b ? 1 : 2) * one.back().at(name).value.convert_to<double>();
    }
  check_judged(drawn.back(), mean, 4e-6);
  CHECK(drawn.back().at("m_info").value > Number("0.05"));
}

// Starts with tails where e^theta is steep; the right numbers of X are a scout's, by sinc collocation and Duhamel.
TEST_CASE("counts: steep tails, few digits: errors hold") {
  const std::string rest = "\n[time]\npoints = [0.3]\n",
                    learner =
                        "[model]\nkind = \"poisson\"\n[data]\ntarget = [0.6, 0.4]\nsize = 2\n[learner]\n"
                        "kind = \"sgd-diffusion\"\nlearning_rate = 0.152\nbatch_size = 2\ntemperature = 0.129\n"
                        "initial = { mean = [0.25], stddev = [0.32] }\n";
  const auto n = count(learner + "[sampler]\nkind = \"heat-bath\"\nrate = 1.75" + rest, 3,
                       {"heat_x", "work_x", "flow_x", "ep_x", "info_x_theta", "entropy_x_given_theta", "l_info",
                        "entropy_theta", "entropy_theta_given_b", "m_info", "ep_theta"})
                     .back();
  const auto still = count(learner + rest, 8, {"entropy_theta", "entropy_theta_given_b", "m_info", "ep_theta"}).back();
  for (const auto& [name, entry] : still) CHECK(abs(entry.value - n.at(name).value) <= entry.error + n.at(name).error);
  for (const auto& [name, value] : std::map<std::string, double>{{"heat_x", -0.04834973},
                                                                 {"work_x", 0.07878407},
                                                                 {"flow_x", 0.00488695},
                                                                 {"ep_x", 0.01224185},
                                                                 {"info_x_theta", 0.03108111},
                                                                 {"entropy_x_given_theta", 1.45098228},
                                                                 {"l_info", 0.00019248}}) {
    CAPTURE(name);
    CHECK(std::abs(n.at(name).value.convert_to<double>() - value) <= n.at(name).error.convert_to<double>() + 1e-8);
  }
}

TEST_SUITE("long") {
  TEST_CASE("counts: a wide start in the cold is refused, whatever identities its numbers violate") {
    CHECK_THROWS_AS(
        static_cast<void>(count(counting("counts = [2, 1]", "kind = \"langevin\"\nmobility = 1\ntemperature = 0.0111",
                                         "[time]\npoints = [1]\n", "{ mean = [0.1], stddev = [0.3] }"),
                                4)),
        AccuracyError);
  }
}

TEST_CASE("counts: a step with minibatches by Chapman and Kolmogorov's integral") {
  const auto n = count(counting("counts = [1, 1, 0, 1]", batches("minibatch", 1), steps), 8).back();
  double entropy = 0, mean = 0, mass = 0;
  for (double to = -3; to < 3; to += 0.02) {
    double rho = 0;
    for (double from = -2; from < 2.4; from += 0.02) rho += 0.02 * poisson_start(from) * one_step(from, to, {0, 1, 3});
    mass += 0.02 * rho;
    if (rho > 0) entropy -= 0.02 * rho * std::log(rho);
    // ln x! of 0, 1, 3 on average
    mean += 0.02 * rho * (std::exp(to) - 4.0 / 3 * to + std::log(6.0) / 3);
  }
  CHECK(std::abs(mass - 1) < 1e-9);
  check_judged(n, {{"entropy_theta", entropy}, {"loss_train", mean}, {"m_info", 0}}, 1e-8);
}

TEST_CASE("counts: batches of data sets of one example, and the first of a stream, are the data") {
  const std::string target = "target = [0.3, 0.4, 0.2, 0.1]";
  const auto full = count(counting("size = 1\n" + target, batches("full", 1), steps), 7);
  CHECK(check_honest(count(counting("size = 1\n" + target, batches("minibatch", 1), steps), 7), full, "minibatch") >=
        40);
  const auto stream = count(counting(target, batches("stream", 1), steps), 7);
  for (const char* name : {"m_info", "l_info", "entropy_theta", "entropy_theta_given_b", "ep_theta"}) {
    CAPTURE(name);
    const auto &a = stream.back().at(name), &b = full.back().at(name);
    CHECK(abs(a.value - b.value) <= a.error + b.error);
  }
  const auto two = count(counting("size = 2\ntarget = [0.3, 0.4, 0.3]", batches("minibatch", 1), steps), 6);
  CHECK(two.back().at("m_info").value > Number("0.01"));
  check_accuracy(two, 6, "two");
}

TEST_CASE("counts: outcomes that are cut off after a step with minibatches are as unlikely as promised") {
  for (const int digits : {4, 10}) {
    auto e = parse_one(counting("counts = [1, 1, 0, 1]", batches("minibatch", 1), steps));
    experiment::form_of(e.model).prepare(e, digits);
    const int outcomes = e.model.outcomes;
    double tail = 0;
    for (double to = -3; to < 6; to += 0.02) {
      double rho = 0;
      for (double from = -2; from < 2.4; from += 0.02)
        rho += 0.02 * poisson_start(from) * one_step(from, to, {0, 1, 3});
      double beyond = 0;
      for (int x = outcomes; x < outcomes + 300; ++x) beyond += std::exp(x * to - std::exp(to) - std::lgamma(x + 1.0));
      tail += 0.02 * rho * beyond;
    }
    CAPTURE(outcomes);
    CHECK(tail <= std::pow(10, -digits - 8));
  }
}

}  // namespace calor::run::test
