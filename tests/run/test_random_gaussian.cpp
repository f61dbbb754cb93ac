// The grid against the closed form, on random Gaussian means: |value - exact| <= error for every quantity, and error <=
// 1e-10 max(1, |value|).
//
// Ranges: N in {1, 2, 5, 20, 100, 1000}; T from 0.01 to 2 (0.01 itself one time in six); lambda in {0, 0.01 .. 2};
// model and target stddev 0.4 .. 2.5; target mean -2 .. 2; start mean -1.5 .. 1.5, stddev 0.2 .. 2; mobility 0.3 .. 3;
// two times from 1e-3 to 1e3. The method is the one that `auto` would take without a closed form: spectral where that
// is safe, logarithmic elsewhere.

#include <doctest/doctest.h>

#include <algorithm>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string gaussian(Dice& dice) {
  const double t1 = dice.log_uniform(1e-3, 1e3), t2 = dice.log_uniform(1e-3, 1e3);
  const std::string early = text(std::min(t1, t2)), late = text(std::max(t1, t2));
  std::string out = "[model]\nkind = \"gaussian-mean\"\nstddev = " + text(dice.uniform(0.4, 2.5));
  out += "\n[data]\nsize = " + std::to_string(dice.pick({1, 2, 5, 20, 100, 1000}));
  out += "\ntarget = { mean = " + text(dice.uniform(-2, 2)) + ", stddev = " + text(dice.uniform(0.4, 2.5)) + " }";
  out += "\n[learner]\nkind = \"langevin\"\nmobility = " + text(dice.log_uniform(0.3, 3));
  out += "\ntemperature = " + (dice.below(6) ? text(dice.log_uniform(0.01, 2)) : std::string("0.01"));
  out += "\nweight_decay = " + (dice.below(3) ? text(dice.log_uniform(0.01, 2)) : std::string("0"));
  out += "\ninitial = { mean = [" + text(dice.uniform(-1.5, 1.5)) + "], stddev = [" + text(dice.log_uniform(0.2, 2)) +
         "] }";
  return out + "\n[time]\npoints = [" + early + (early == late ? "" : ", " + late) + "]\n";
}

void compare_gaussian(int first, int count, double most_refused) {
  int refused = 0, compared = 0;
  for (int i = first; i < first + count; ++i) {
    const Timed timed(i, count);
    Dice dice(static_cast<unsigned long long>(i));
    const std::string source = gaussian(dice);
    const auto e = parse_one(source);
    const Numbers truth = numbers(compute(e, with(Method::analytic, 25)));
    const std::string label = "experiment " + std::to_string(i) + "\n" + source;
    Numbers tried;
    try {
      Options in_double = with(Method::spectral);
      in_double.precision = 15;  // as --method auto tries it first
      tried = numbers(compute(e, in_double));
    } catch (const AccuracyError&) {
      try {
        tried = numbers(compute(e, with(Method::logarithmic)));
      } catch (const AccuracyError& refusal) {
        MESSAGE(label, std::string(refusal.what()));
        ++refused;
        continue;
      }
    }
    compared += check_honest(tried, truth, label);
    check_accuracy(tried, 10, label);
  }
  MESSAGE(count, " random Gaussian means: ", compared, " numbers compared, ", refused, " experiments refused");
  CHECK(refused <= most_refused * count);
}

}  // namespace

TEST_CASE("random Gaussian means on the grid keep their errors: a few") { compare_gaussian(1000, 6, 0.2); }

TEST_SUITE("long") {
  TEST_CASE("random Gaussian means on the grid keep their errors: 300") { compare_gaussian(0, 300, 0.05); }
}

}  // namespace calor::run::test
