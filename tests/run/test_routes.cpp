// Two solvers, one table: spectral, logarithmic and finite volumes agree within their errors; 30 digits agree
// with 10.

#include <doctest/doctest.h>

#include "analytic/gibbs.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string coin(const std::string& temperature, const std::string& stddev, int size) {
  return "[model]\nkind = \"bernoulli\"\n[data]\nsize = " + std::to_string(size) +
         "\ntarget = [0.3, 0.7]\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = " + temperature +
         "\nweight_decay = 0.1\ninitial = { mean = [0], stddev = [" + stddev + "] }\n[time]\npoints = [0, 0.5, 4]\n";
}

Options best(Method m) {
  Options o = with(m);
  o.best_effort = true;
  return o;
}

}  // namespace

TEST_CASE("finite volumes and logarithmic give the spectral table within the errors") {
  const auto e = parse_one(coin("0.25", "0.5", 2));
  const Numbers spectral = numbers(compute(e, with(Method::spectral)));
  check_accuracy(spectral, 10, "spectral");
  CHECK(check_honest(numbers(compute(e, best(Method::finite_volume))), spectral, "finite volumes") > 60);
  CHECK(check_honest(numbers(compute(e, best(Method::logarithmic))), spectral, "logarithmic") > 60);
}

TEST_CASE("where the start is much wider than the stationary density, auto leaves the spectral solver") {
  auto text_of = coin("0.01", "0.5", 2);
  text_of.replace(text_of.find("[0, 0.5, 4]"), 11, "[0, 0.5]");
  const auto e = parse_one(text_of);
  const auto table = compute(e, with(Method::automatic));
  CHECK(table.method.find("logarithmic") != std::string::npos);
  CHECK(check_honest(numbers(compute(e, best(Method::finite_volume))), numbers(table), "finite volumes") > 40);
}

TEST_CASE("sharp starts: windows that widen with the density agree with closed forms and with the logarithmic solver") {
  const auto gaussian = [](const std::string& stddev) {
    return parse_one(
        "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nsize = 3\ntarget = { mean = 0.3, stddev = 0.8 }\n"
        "[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.5\nweight_decay = 0.1\n"
        "initial = { mean = [0.2], stddev = [" +
        stddev + "] }\n[time]\npoints = [0, 0.0001, 0.01, 1, 10]\n");
  };
  for (const std::string stddev : {"0.05", "0.003"}) {
    const auto e = gaussian(stddev);
    const auto tried = numbers(compute(e, best(Method::spectral)));
    CHECK(check_honest(tried, numbers(compute(e, with(Method::analytic, 25))), "stddev " + stddev) > 130);
    check_accuracy(tried, 9, "stddev " + stddev);
  }
  // from a start so sharp that the whole grid would have 50 000 nodes
  const auto e = parse_one(coin("0.5", "0.001", 1));
  const auto sharp = numbers(compute(e));
  check_accuracy(sharp, 10, "a coin");
  CHECK(check_honest(numbers(compute(e, best(Method::logarithmic))), sharp, "a coin") > 60);
  CHECK(check_honest(numbers(compute(parse_one(coin("0.1", "0.03", 2)), best(Method::logarithmic))),
                     numbers(compute(parse_one(coin("0.1", "0.03", 2)))), "a cold coin") > 60);
}

TEST_CASE("what ten digits can give, fewer can") {  // whose coarser grids lose more in round-off
  const auto e = parse_one(
      "[model]\nkind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n[data]\nsize = 1\n"
      "target = [0, 0, 0.5, 0.5]\n[learner]\nkind = \"langevin\"\nmobility = 0.1\ntemperature = 0.03\nweight_decay = "
      "0.1\n"
      "initial = { mean = [-1], stddev = [2] }\n[time]\npoints = [0.001, 1]\n");
  const auto ten = numbers(compute(e)), nine = numbers(compute(e, with(Method::automatic, 9)));
  check_accuracy(ten, 10, "ten digits");
  check_accuracy(nine, 9, "nine digits");
  CHECK(check_honest(nine, ten, "nine digits") > 50);
}

TEST_SUITE("long") {
  TEST_CASE("thirty digits contain ten") {
    const auto e = parse_one(coin("0.5", "0.5", 1));
    const Numbers fine = numbers(compute(e, with(Method::automatic, 30)));
    check_accuracy(fine, 30, "30 digits");
    check_honest(numbers(compute(e)), fine, "10 digits");
  }
}

TEST_CASE("25 digits of the stationary state are those of the Gibbs density, tails included") {
  // by quadrature on the line (analytic/), e^-70 from the stationary state; wells 30 e-folds deep seen from each other
  const std::string text =
      "[model]\nkind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n[data]\nsize = 1\ntarget = [0.36, 0.08, "
      "0.2, 0.36]\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.2\nweight_decay = 0.2\ninitial = { "
      "mean = "
      "[0.5], stddev = [0.4] }\n[time]\npoints = [350]\n";
  const Numbers n = numbers(compute(parse_one(text), with(Method::automatic, 25)));
  check_accuracy(n, 25, "two spins");
  const auto exact =
      analytic::gibbs(analytic::ising_pair_ensemble<Number>(1, num::Rational(18, 25), Number(1) / 5, Number(1) / 5));
  int compared = 0;
  for (const auto& [name, value] : exact) {
    if (n[0].count(name) == 0) continue;
    const Entry& e = n[0].at(name);
    CHECK_MESSAGE(abs(e.value - value) <= e.error, name, " = ", e.value.str(30), ", exactly ", value.str(30));
    ++compared;
  }
  CHECK(compared > 8);
  CHECK(n[0].count("lautum_info") == 1);
}

TEST_CASE("more digits than double's where starts are wide or learners cold, whatever quantities are asked for") {
  const auto learned = [](const std::string& data, const std::string& temperature, const std::string& stddev,
                          const std::string& time) {
    return parse_one("[model]\nkind = \"bernoulli\"\n[data]\n" + data +
                     "\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = " + temperature +
                     "\nweight_decay = 0.1\ninitial = { mean = [0], stddev = [" + stddev + "] }\n[time]\npoints = [" +
                     time + "]\n");
  };
  // psi_0 is largest at the ends of the interval: 13 digits against 10 by the logarithmic solver
  const auto wide = learned("size = 5\ntarget = [0.3, 0.7]", "0.2", "2", "1");
  auto few = with(Method::automatic, 13);
  few.quantities = {"m_info", "ep_theta"};
  const Numbers more = numbers(compute(wide, few));
  check_accuracy(more, 13, "wide");
  CHECK(check_honest(numbers(compute(wide, with(Method::logarithmic, 10))), more, "wide") == 2);
  // a cold learner of given data, 12 digits: double does not reach them
  const auto cold = learned("counts = [3, 7]", "0.02", "0.5", "0.5");
  const Numbers cold12 = numbers(compute(cold, with(Method::automatic, 12)));
  check_accuracy(cold12, 12, "cold");
  CHECK(check_honest(cold12, numbers(compute(cold, with(Method::automatic, 20))), "cold") > 10);
  // t |H| > 1e16
  const auto late = learned("size = 2\ntarget = [0.3, 0.7]", "0.125", "0.5", "1e15");
  CHECK_THROWS_WITH_AS(compute(late, with(Method::automatic, 15)), doctest::Contains("longer than the fastest wave"),
                       AccuracyError);
}

TEST_CASE("digits out of reach are refused by name") {
  const auto e = parse_one(coin("0.5", "0.5", 1));
  CHECK_THROWS_AS(compute(e, with(Method::finite_volume, 20)), AccuracyError);
  CHECK_THROWS_AS(compute(e, with(Method::automatic, 150)), AccuracyError);
}

TEST_CASE("rates beyond all bounds: a table without a proof") {
  const std::string steep =
      "[model]\nkind = \"bernoulli\"\n[data]\nsize = 2\ntarget = [0.3, 0.7]\n[learner]\nkind = \"jump\"\n"
      "states = [[-1], [1], [3]]\nrate = 1\ntemperature = 0.5\nacceptance = \"arrhenius\"\nweight_decay = 30\n"
      "initial = [0.5, 0.25, 0.25]\n[time]\npoints = [0.001, 1]\n";
  check_accuracy(numbers(compute(parse_one(steep))), 10, "rates of e^120");
}

TEST_CASE("the stationary state satisfies I16, and no learning gives zeros") {
  auto text_of = coin("0.25", "0.5", 3);
  text_of.replace(text_of.find("[0, 0.5, 4]"), 11, "[0, 400]");
  const auto table = compute(parse_one(text_of));
  bool checked = false;
  for (const auto& c : table.checks) checked = checked || c.identity == "I16";
  CHECK(checked);
  const auto n = numbers(table);
  const Number left = n.back().at("generalization_gap").value,
               right = Number("0.25") * (n.back().at("m_info").value + n.back().at("lautum_info").value);
  CHECK(abs(Number(left - right)) < Number("1e-10"));
  for (const char* q : {"m_info", "l_info", "ep_theta", "heat_theta", "lautum_info", "fisher_dissipation"})
    CHECK(n.front().at(q).value == 0);
}

}  // namespace calor::run::test
