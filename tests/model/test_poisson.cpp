// poisson by what does not use its class: sums of Poisson variables, thinning, and integrals over the start.

#include <doctest/doctest.h>

#include <cmath>

#include "data/ensemble.hpp"
#include "experiment/experiment.hpp"
#include "experiment/model_form.hpp"
#include "model/model.hpp"

namespace calor::model {

namespace {

experiment::Experiment poisson(const std::string& data, double stddev, int digits) {
  const std::string text = "[model]\nkind = \"poisson\"\n[data]\n" + data +
                           "\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.25\nweight_decay = 0.1\n" +
                           "initial = { mean = [0.2], stddev = [" + std::to_string(stddev) +
                           "] }\n[time]\npoints = [0, 1]\n";
  auto e = experiment::parse(text, "test", ".").front().experiment;
  experiment::form_of(e.model).prepare(e, digits);
  return e;
}

double log_poisson(double rate, int x) { return x * std::log(rate) - rate - std::lgamma(x + 1.0); }

}  // namespace

TEST_CASE("poisson: the ensemble of drawn data is that of their sum, ln x! averaged by thinning") {
  const int n = 4;
  const double rate = 1.5;
  const auto e = poisson("size = 4\ntarget = { rate = 1.5 }", 0.3, 10);
  const auto model = make<double>(e.model);
  const auto ensemble = data::enumerate<double>(*model, e, 1e-20, 1.0);
  std::vector<Jet<double>> jets(static_cast<std::size_t>(model->components()));
  const double theta = 0;
  model->components_at(std::span<const double>(&theta, 1), jets);
  double total = 0, entropy = 0;
  for (const auto& set : ensemble.sets) {
    const int sum = static_cast<int>(std::lround(n * set.statistic[1]));
    const double exact = std::exp(log_poisson(n * rate, sum));
    CHECK(set.weight == doctest::Approx(exact).epsilon(1e-12));
    total += set.weight;
    entropy -= exact * std::log(exact);
    double shift = 0, thinned = 0;  // given the sum, each example is Binomial(sum, 1/n)
    for (std::size_t a = 2; a < jets.size(); ++a) shift += set.statistic[a] * jets[a].value;
    for (int x = 0; x <= sum; ++x) {
      const double choose = std::lgamma(sum + 1.0) - std::lgamma(x + 1.0) - std::lgamma(sum - x + 1.0);
      thinned += std::exp(choose - x * std::log(n) + (sum - x) * std::log1p(-1.0 / n)) * std::lgamma(x + 1.0);
    }
    CHECK(shift == doctest::Approx(thinned).epsilon(1e-11 + 1e-17 / exact));  // counts are cut off
  }
  CHECK(total == doctest::Approx(1).epsilon(1e-13));
  CHECK(ensemble.type_entropy == doctest::Approx(entropy).epsilon(1e-12));
  CHECK(ensemble.target_statistic[1] == doctest::Approx(rate).epsilon(1e-13));
}

TEST_CASE("poisson: the outcomes that are cut off are as unlikely as promised") {
  for (const double stddev : {0.1, 0.5, 0.8})
    for (const int digits : {4, 10}) {
      const auto e = poisson("counts = [2, 1, 0, 3]", stddev, digits);
      const int outcomes = e.model.outcomes;
      CHECK(e.data.counts.size() == static_cast<std::size_t>(outcomes));
      double tail = 0;  // at t = 0, by the trapezoidal rule over the start
      for (double z = -12; z <= 12; z += 0.02) {
        const double r = std::exp(0.2 + stddev * z);
        double beyond = 0;
        for (int x = outcomes; x < outcomes + 4000; ++x) {
          const double term = std::exp(log_poisson(r, x));
          beyond += term;
          if (x > r && term < 1e-17 * beyond) break;
        }
        tail += 0.02 * std::exp(-z * z / 2) / std::sqrt(2 * M_PI) * beyond;
      }
      INFO(stddev << " " << digits << ": " << outcomes << " outcomes, tail " << tail);
      CHECK(tail <= std::pow(10, -digits - 8));
    }
}

TEST_CASE("poisson: refusals name the key") {
  const auto refused = [](const std::string& data, double stddev) {
    try {
      poisson(data, stddev, 10);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused("size = 3\ntarget = { rate = -1 }", 0.5).find("data.target.rate") != std::string::npos);
  CHECK(refused("size = 3\ntarget = { mean = 1, stddev = 1 }", 0.5).find("data.target") != std::string::npos);
  CHECK(refused("size = 3\ntarget = { rate = 1 }", 3).find("outcomes") != std::string::npos);
}

}  // namespace calor::model
