// Quadrature over real data against the exact moments of their statistics.

#include <doctest/doctest.h>

#include <cmath>

#include "data/design.hpp"
#include "data/ensemble.hpp"
#include "experiment/experiment.hpp"

namespace calor::data {

namespace {

experiment::Experiment experiment_with(const std::string& model, const std::string& data, const std::string& start) {
  const std::string text = "[model]\n" + model + "\n[data]\n" + data +
                           "\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 1\ninitial = " + start +
                           "\n[time]\npoints = [1]\n";
  return experiment::parse(text, "test", ".").front().experiment;
}

Ensemble<double> ensemble_of(const experiment::Experiment& e) {
  return enumerate<double>(*model::make<double>(e.model), e, 1e-17, M_PI * std::sqrt(2 / 37.0));
}

/// Sum of weights times f(statistic).
template <class F>
double mean(const Ensemble<double>& ensemble, F f) {
  double sum = 0;
  for (const auto& set : ensemble.sets) sum += set.weight * f(set.statistic);
  return sum;
}

void check_statistic_of_target(const Ensemble<double>& ensemble) {
  CHECK(mean(ensemble, [](const auto&) { return 1.0; }) == doctest::Approx(1).epsilon(1e-13));
  for (std::size_t a = 0; a < ensemble.target_statistic.size(); ++a) {
    INFO(a);
    CHECK(std::fabs(mean(ensemble, [a](const auto& t) { return t[a]; }) - ensemble.target_statistic[a]) < 1e-13);
  }
}

}  // namespace

TEST_CASE("real ensembles: gaussian, moments of the mean and of the scatter for any number of examples") {
  for (const int n : {1, 2, 3, 4, 9, 60, 1000}) {
    INFO(n);
    const auto ensemble = ensemble_of(experiment_with(
        "kind = \"gaussian\"", "size = " + std::to_string(n) + "\ntarget = { mean = 0.3, stddev = 1.5 }",
        "{ mean = [0, 0], stddev = [1, 1] }"));
    check_statistic_of_target(ensemble);
    const double v = 2.25, nu = n - 1;
    const auto scatter = [](const auto& t) { return t[2] - t[1] * t[1]; };
    const double average = mean(ensemble, scatter);
    CHECK(average == doctest::Approx(v * nu / n).epsilon(1e-13));
    CHECK(mean(ensemble, [](const auto& t) { return (t[1] - 0.3) * (t[1] - 0.3); }) ==
          doctest::Approx(v / n).epsilon(1e-13));
    CHECK(mean(ensemble, [&](const auto& t) { return std::pow(scatter(t) - average, 2); }) ==
          doctest::Approx(2 * v * v * nu / n / n).epsilon(1e-12));
    // E chi_nu = 2^½ Gamma((nu+1)/2)/Gamma(nu/2): a function that is not smooth at scatter 0 is resolved too
    if (n > 1)
      CHECK(mean(ensemble, [&](const auto& t) { return std::sqrt(std::max(0.0, scatter(t)) * n / v); }) ==
            doctest::Approx(std::sqrt(2) * std::exp(std::lgamma((nu + 1) / 2) - std::lgamma(nu / 2))).epsilon(1e-11));
  }
}

TEST_CASE("real ensembles: gaussian-mean in three dimensions") {
  const auto ensemble =
      ensemble_of(experiment_with("kind = \"gaussian-mean\"\nstddev = 1\ndimension = 3",
                                  "size = 5\ntarget = { mean = [0.1, 0.2, -1], stddev = [1, 2, 0.5] }",
                                  "{ mean = [0, 0, 0], stddev = [1, 1, 1] }"));
  check_statistic_of_target(ensemble);
  CHECK(mean(ensemble, [](const auto& t) { return (t[2] - 0.2) * (t[2] - 0.2); }) ==
        doctest::Approx(4.0 / 5).epsilon(1e-13));
}

TEST_CASE("real ensembles: linear-regression, designs of full and of deficient rank") {
  for (const std::string inputs :
       {"[[1, 0.2], [1, -1], [1, 0.5], [1, 2]]", "[[1, 2], [2, 4], [-1, -2]]", "[[0, 3], [0, -1], [0, 0.5]]"}) {
    INFO(inputs);
    const auto e =
        experiment_with("kind = \"linear-regression\"\nstddev = 1\ninputs = " + inputs,
                        "target = { weights = [0.3, -0.6], stddev = 0.9 }", "{ mean = [0, 0], stddev = [1, 1] }");
    const auto ensemble = ensemble_of(e);
    const Design<double> design(e.model.inputs);
    CHECK(design.rank == (inputs.front() == '[' && inputs[2] == '1' && inputs[5] == '0' ? 2 : 1));
    check_statistic_of_target(ensemble);
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b) {  // Cov(g) = s*² M/N
        const auto& centre = ensemble.target_statistic;
        const double covariance =
            mean(ensemble, [&](const auto& t) { return (t[a + 1] - centre[a + 1]) * (t[b + 1] - centre[b + 1]); });
        CHECK(std::fabs(covariance - 0.81 / e.data.size *
                                         design.moment(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b))) <
              1e-13);
      }
  }
}

TEST_CASE("real ensembles: one data set is its own averages") {
  const auto e = experiment_with("kind = \"linear-regression\"\nstddev = 1\ninputs = [[1, 2], [3, -1]]",
                                 "values = [0.5, -2]", "{ mean = [0, 0], stddev = [1, 1] }");
  const auto ensemble = ensemble_of(e);
  REQUIRE(ensemble.sets.size() == 1);
  const std::vector<double> expected{
      1, (0.5 - 6) / 2, (1 + 2) / 2.0, (0.25 + 4) / 2, (1 + 9) / 2., (2 - 3) / 2., (4 + 1) / 2.};
  for (std::size_t a = 0; a < expected.size(); ++a)
    CHECK(ensemble.sets.front().statistic[a] == doctest::Approx(expected[a]).epsilon(1e-14));
}

}  // namespace calor::data
