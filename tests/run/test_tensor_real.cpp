// Real x on tensor grids: linear-regression against its closed form, gaussian against finite volumes and against an
// oracle that shares nothing with Calor.

#include <doctest/doctest.h>

#include <algorithm>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string regression(const std::string& inputs, const std::string& data, const std::string& start) {
  return "[model]\nkind = \"linear-regression\"\nstddev = 0.8\ninputs = " + inputs + "\n[data]\n" + data +
         "\n[learner]\nkind = \"langevin\"\nmobility = 0.9\ntemperature = 0.3\nweight_decay = 0.2\ninitial = " + start +
         "\n[time]\npoints = [0, 0.5, 2]\n";
}

void check_closed_form(const std::string& text, int digits, const std::string& label) {
  const auto e = parse_one(text);
  const auto grid = numbers(compute(e, with(Method::spectral, digits)));
  check_accuracy(grid, digits, label);
  CHECK(check_honest(grid, numbers(compute(e, with(Method::analytic, 14))), label) > 60);
}

/// Four examples; times are filled in.
std::string widths(const std::string& times) {
  return R"(
[model]
kind = "gaussian"
[data]
values = [0.3, -0.6, 1.1, 0.2]
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.25
weight_decay = 0.1
initial = { mean = [0.1, 0.0], stddev = [0.3, 0.15] }
[time]
points = )" +
         times + "\n";
}

}  // namespace

TEST_CASE("linear-regression: the tensor grid gives the closed form, one to three weights") {
  check_closed_form(regression("[[0.7], [-1.2], [0.7]]", "target = { weights = [0.4], stddev = 0.7 }",
                               "{ mean = [0.1], stddev = [0.4] }"),
                    9, "one weight");
  check_closed_form(
      regression("[[1, -1], [1, 0], [1, 0.5], [1, 2]]", "target = { weights = [0.3, -0.5], stddev = 0.7 }",
                 "{ mean = [0.1, 0.0], stddev = [0.4, 0.3] }"),
      8, "two weights");
  check_closed_form(regression("[[1, 0.5, -0.3], [0.2, -1, 0.4], [0.6, 0.1, 1]]", "values = [0.5, -0.4, 1.2]",
                               "{ mean = [0.1, 0.0, -0.1], stddev = [0.4, 0.3, 0.4] }"),
                    7, "three weights");
}

TEST_CASE("gaussian: spectral and finite volumes agree for one data set") {
  const auto e = parse_one(widths("[0.3, 1]"));
  const auto spectral = numbers(compute(e, with(Method::automatic, 9)));
  check_accuracy(spectral, 9, "gaussian");
  auto options = with(Method::finite_volume, 7);
  options.best_effort = true;
  const auto volumes = numbers(compute(e, options));
  CHECK(check_honest(volumes, spectral, "gaussian") > 30);
  for (const auto& row : volumes)
    for (const auto& [name, entry] : row) CHECK_MESSAGE(entry.error < Number("1e-3"), name);
}

}  // namespace calor::run::test
