// `proven` is never wrong: random finite chains and closed forms in balls of few bits, and as the program prints them,
// against the ordinary arithmetic with 100 digits. Inside the bounds always; the bounds at most 1000 times the actual
// error in the median.

#include <doctest/doctest.h>

#include <algorithm>

#include "ledger/catalogue.hpp"
#include "place.hpp"
#include "proven/jump.hpp"
#include "run/analytic.hpp"
#include "run/job.hpp"
#include "run/jump_rows.hpp"
#include "run/support.hpp"

namespace calor::honest_test {

using num::Mp100;
using num::Rational;
using proven::Ball;
using run::test::Dice;
using run::test::text;

namespace {

constexpr long few_bits = 90;

std::string list(Dice& dice, int n, double most) {
  std::string out = "[";
  for (int i = 0; i < n; ++i) out += (i ? ", " : "") + text(dice.uniform(-most, most));
  return out + "]";
}

/// Probabilities in hundredths that sum to one; some may be 0 if `zeros`.
std::string shares(Dice& dice, int n, bool zeros) {
  int left = 100;
  std::string out = "[";
  for (int i = 0; i + 1 < n; ++i) {
    const int share = zeros && dice.below(3) == 0 ? 0 : 1 + dice.below(std::max(1, left - 2 * (n - i)));
    out += text(share / 100.0) + ", ";
    left -= share;
  }
  return out + text(left / 100.0) + "]";
}

/// With `turns`: X and Theta take turns of `step`.
std::string chain_text(Dice& dice, const std::string& sampler, bool turns = false) {
  std::string out = "[model]\n";
  int outcomes = 2, parameters = 1;
  switch (dice.below(4)) {
    case 0:
      out += "kind = \"bernoulli\"\n";
      break;
    case 1:
      out += "kind = \"categorical\"\noutcomes = 3\n", outcomes = 3, parameters = 2;
      break;
    case 2:
      out += "kind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = true\n", outcomes = 4, parameters = 3;
      break;
    default:
      out += "kind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n", outcomes = 4;
  }
  if (outcomes == 3 && sampler != "equilibrium" && sampler != "heat-bath") return chain_text(dice, sampler, turns);
  out += "[data]\nsize = " + std::to_string(dice.pick({1, 2, 5})) + "\ntarget = " + shares(dice, outcomes, true);
  const int states = 2 + dice.below(sampler == "equilibrium" ? 5 : 2);
  out += "\n[learner]\nkind = \"jump\"\nstates = [";
  for (int i = 0; i < states; ++i) out += (i ? ", " : "") + list(dice, parameters, 2);
  out += "]\nrate = " + text(dice.log_uniform(0.2, 5)) + "\ntemperature = " + text(dice.log_uniform(0.1, 2));
  out += std::string("\nacceptance = \"") + dice.pick({"metropolis", "heat-bath", "arrhenius"}) + "\"";
  out += "\nweight_decay = " + text(dice.log_uniform(0.01, 1)) + "\ninitial = " + shares(dice, states, false);
  if (sampler != "equilibrium") {
    out += "\n[sampler]\nkind = \"" + sampler + "\"\n";
    const bool sweeps = turns && sampler != "heat-bath" && dice.below(2) == 0;
    out += sweeps ? "sweeps = 2" : "rate = " + text(dice.log_uniform(0.3, 5));
  }
  if (turns) return out + "\n[time]\npoints = [0, 0.6, 1.5]\nstep = 0.3\n";
  return out + "\n[time]\npoints = [0, " + text(dice.log_uniform(0.01, 3)) + "]\n";
}

std::string closed_text(Dice& dice) {
  std::string out = "[model]\nkind = \"gaussian-mean\"\nstddev = " + text(dice.log_uniform(0.3, 3));
  const int kind = dice.below(4);
  const bool stream = kind == 3;
  out += "\n[data]\n" + (stream ? std::string() : "size = " + std::to_string(1 + dice.below(30)) + "\n");
  out += "target = { mean = " + text(dice.uniform(-2, 2)) + ", stddev = " + text(dice.log_uniform(0.3, 3)) +
         " }\n[learner]\n";
  if (kind < 2)
    out += "kind = \"langevin\"\nmobility = " + text(dice.log_uniform(0.2, 3));
  else
    out += "kind = \"sgld\"\nlearning_rate = " + text(dice.log_uniform(0.01, 0.05)) + "\nbatch = \"" +
           (stream ? "stream\"\nbatch_size = 2" : "full\"");
  out += "\ntemperature = " + text(dice.log_uniform(0.03, 1)) + "\nweight_decay = " + text(dice.log_uniform(0.01, 1));
  out +=
      "\ninitial = { mean = [" + text(dice.uniform(-1, 1)) + "], stddev = [" + text(dice.log_uniform(0.2, 1)) + "] }";
  if (kind == 1) out += "\n[sampler]\nkind = \"ou\"\nrate = " + text(dice.log_uniform(0.2, 5));
  return out + "\n[time]\npoints = [0, " +
         (kind < 2 ? text(dice.log_uniform(0.01, 5)) : std::to_string(1 + dice.below(20))) + "]\n";
}

/// Designs of full rank and less, with weight decay and without.
std::string regression_text(Dice& dice) {
  const int rows = 1 + dice.below(4), weights = 1 + dice.below(3);
  std::string inputs;
  for (int j = 0; j < rows; ++j) inputs += (j ? ", " : "") + list(dice, weights, 2);
  std::string out = "[model]\nkind = \"linear-regression\"\nstddev = " + text(dice.log_uniform(0.3, 3)) +
                    "\ninputs = [" + inputs + "]\n[data]\n";
  if (dice.below(3) == 0)
    out += "values = " + list(dice, rows, 2);
  else
    out += "target = { weights = " + list(dice, weights, 1) + ", stddev = " + text(dice.log_uniform(0.3, 3)) + " }";
  out += "\n[learner]\nkind = \"langevin\"\nmobility = " + text(dice.log_uniform(0.2, 3)) +
         "\ntemperature = " + text(dice.log_uniform(0.03, 1)) +
         "\nweight_decay = " + (dice.below(2) == 0 ? "0" : text(dice.log_uniform(0.01, 1)));
  std::string stddev;
  for (int a = 0; a < weights; ++a) stddev += (a ? ", " : "") + text(dice.log_uniform(0.2, 1));
  out += "\ninitial = { mean = " + list(dice, weights, 1) + ", stddev = [" + stddev + "] }";
  return out + "\n[time]\npoints = [0, " + text(dice.log_uniform(0.01, 5)) + "]\n";
}

/// sgld without noise from a point: full batches, minibatches and streams.
std::string atoms_text(Dice& dice) {
  std::string out = "[model]\n";
  int outcomes = 2;
  if (dice.below(2))
    out += "kind = \"bernoulli\"\n";
  else
    out += "kind = \"ising\"\nspins = 2\nedges = [[0, 1]]\nfields = false\n", outcomes = 4;
  const std::string batch = dice.pick({"full", "minibatch", "stream"});
  out += "[data]\n";
  if (batch == "minibatch" && dice.below(2))
    out += outcomes == 2 ? "counts = [2, 1]\n" : "counts = [1, 0, 2, 1]\n";
  else
    out += (batch == "stream" ? std::string() : "size = " + std::to_string(dice.pick({1, 2, 4})) + "\n") +
           "target = " + shares(dice, outcomes, true) + "\n";
  out += "[learner]\nkind = \"sgld\"\ntemperature = 0\nbatch = \"" + batch + "\"\nlearning_rate = ";
  const std::string first = text(dice.log_uniform(0.05, 1)), last = text(dice.log_uniform(0.05, 1));
  out += dice.below(2) ? first : "{ times = [0, 2], values = [" + first + ", " + last + "] }";
  if (batch != "full") out += "\nbatch_size = " + std::to_string(1 + dice.below(2));
  out += "\nweight_decay = " + text(dice.log_uniform(0.01, 1)) + "\ninitial = { mean = [" + text(dice.uniform(-1, 1)) +
         "], stddev = [0] }\n[time]\npoints = [0, 1, " + std::to_string(2 + dice.below(2)) + "]\n";
  return out;
}

/// Collects how far bounds are above the actual error.
struct Bounds {
  std::vector<double> ratios;
  int compared = 0;

  void add(const std::string& name, const Ball& ball, const Mp100& truth, const Mp100& noise,
           const std::string& label) {
    ++compared;
    const Mp100 radius(ball.radius()), gap = abs(Mp100(Mp100(ball.middle()) - truth));
    const bool inside = gap <= radius + noise;
    CHECK_MESSAGE(inside, label, "\n", name, ": off by ", gap.str(3), ", bound ", radius.str(3));
    if (gap > 100 * noise) ratios.push_back(num::to_double(Mp100(radius / gap)));
  }
  double median() {
    std::nth_element(ratios.begin(), ratios.begin() + static_cast<long>(ratios.size() / 2), ratios.end());
    return ratios[ratios.size() / 2];
  }
};

bool published(const std::string& name) { return ledger::find(name) != nullptr; }

void compare_chain(const std::string& toml, Bounds& bounds) {
  const auto e = run::test::parse_one(toml);
  REQUIRE(proven::why_not_proven(e, 1e9) == "");
  std::vector<Mp100> points;
  for (const auto& t : e.time.points) points.push_back(num::from_rational<Mp100>(t));
  const auto truth = run::jump_rows<Mp100>(e, points, run::resolution(60, 0), 1, {});
  const proven::Precision bits(few_bits);
  const auto balls = proven::jump_book(e, e.time.points, 1);
  for (std::size_t j = 0; j < balls.size(); ++j)
    for (const auto& [name, ball] : balls[j])
      if (const auto at = truth[j].find(name); at != truth[j].end() && published(name) && name != "efficiency")
        bounds.add(name, ball, at->second.value, Mp100("1e-55") * (1 + abs(at->second.value)), toml);
}

void compare_closed(const std::string& toml, Bounds& bounds) {
  const auto e = run::test::parse_one(toml);
  REQUIRE(run::has_closed_form(e));
  for (const auto& t : e.time.points) {
    const auto truth = run::closed_form_at<Mp100>(e, num::from_rational<Mp100>(t));
    const proven::Precision bits(few_bits);
    const auto balls = run::closed_form_at<Ball>(e, Ball(t));
    for (const auto& [name, ball] : balls)
      if (const Mp100* value = analytic::find(truth, name); value != nullptr && ball.finite())
        bounds.add(name, ball, *value, Mp100("1e-55") * (1 + abs(*value)), toml);
  }
}

void many(int chains, int lagging, int turns, int closed) {
  Dice dice(65);
  Bounds of_chains, of_closed;
  for (int i = 0; i < chains; ++i) compare_chain(chain_text(dice, "equilibrium"), of_chains);
  for (int i = 0; i < lagging; ++i)
    compare_chain(chain_text(dice, dice.pick({"heat-bath", "glauber", "metropolis"})), of_chains);
  for (int i = 0; i < turns; ++i)
    compare_chain(chain_text(dice, dice.pick({"equilibrium", "heat-bath", "glauber", "metropolis"}), true), of_chains);
  for (int i = 0; i < closed; ++i) compare_closed(closed_text(dice), of_closed);
  MESSAGE("chains: ", of_chains.compared, " numbers, bounds ", of_chains.median(),
          " times the error in the median; closed forms: ", of_closed.compared, " numbers, ", of_closed.median(),
          " times");
  CHECK(of_chains.median() <= 1000);
  CHECK(of_closed.median() <= 1000);
}

/// As printed, against the printed numbers of the ordinary arithmetic.
void printed(const std::string& toml, const std::vector<std::string>& quantities) {
  const auto e = run::test::parse_one(toml);
  run::Options options;
  options.quantities = quantities;
  const auto table = run::compute(e, options);
  options.precision = 60;
  options.digits = 25;
  const auto truth = run::test::numbers(run::compute(e, options));
  for (const auto& row : table.rows)
    for (const auto& cell : row.cells) CHECK(cell.guarantee == num::Guarantee::proven);
  CHECK(run::test::check_honest(run::test::numbers(table), truth, toml) > 10);
}

}  // namespace

TEST_SUITE("proven/honest") {
  TEST_CASE("random chains and closed forms lie inside their bounds: a few") { many(8, 1, 4, 40); }

  TEST_CASE("printed numbers are proven and inside their errors") {
    Dice dice(66);
    const std::vector<std::string> quantities{"m_info",   "l_info", "r_info",     "heat_theta",
                                              "ep_theta", "heat_x", "ep_x_naive", "loss_test"};
    for (int i = 0; i < 6; ++i) printed(chain_text(dice, "equilibrium"), quantities);
    for (int i = 0; i < 6; ++i) printed(closed_text(dice), quantities);
  }

  TEST_CASE("atoms of sgld without noise, proven, and in a hundred digits by the model's own code") {
    Dice dice(68);
    for (int i = 0; i < 30; ++i) printed(atoms_text(dice), {});  // every quantity
  }

  TEST_CASE("atoms after many steps, large steps and far starts are proven, or told apart, or refused") {
    const auto learner = [](const std::string& rest) {
      return "\n[learner]\nkind = \"sgld\"\ntemperature = 0\n" + rest;
    };
    const std::string coin = "[model]\nkind = \"bernoulli\"\n[data]\ntarget = [0.3, 0.7]\n";
    // by the model's own code in a hundred digits where those are enough
    for (const auto* rest :
         {"batch = \"full\"\nlearning_rate = 0.5\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [0] }\n"
          "[time]\npoints = [0, 60, 300]\n",
          "batch = \"full\"\nlearning_rate = 12\nweight_decay = 0.1\ninitial = { mean = [-3], stddev = [0] }\n"
          "[time]\npoints = [0, 60]\n",
          "batch = \"minibatch\"\nbatch_size = 1\nlearning_rate = 3\nweight_decay = 0\n"
          "initial = { mean = [40], stddev = [0] }\n[time]\npoints = [0, 3]\n"})
      printed(coin + "size = 3" + learner(rest), {});
    // after two examples, Theta tells in which order they came: I(Theta;B) = 2 h(0.3), however close the atoms are
    const double two = -2 * (0.3 * std::log(0.3) + 0.7 * std::log(0.7));
    const auto far = [&](const std::string& mean, int precision) {
      const auto e = run::test::parse_one(
          coin +
          learner("batch = \"stream\"\nbatch_size = 1\nlearning_rate = 1\nweight_decay = 0\ninitial = { mean = [" +
                  mean + "], stddev = [0] }\n[time]\npoints = [0, 2]\n"));
      run::Options options;
      options.quantities = {"m_info"};
      options.precision = precision;
      return std::stod(run::compute(e, options).rows.back().cells.front().value);
    };
    for (const auto* mean : {"0", "10", "-40", "300"}) CHECK(std::fabs(far(mean, 0) - two) < 1e-9);
    CHECK_THROWS_WITH_AS(far("250", 60), doctest::Contains("cannot be told apart"), AccuracyError);
    CHECK_THROWS_WITH_AS(far("1e6", 0), doctest::Contains("cannot be told apart"), AccuracyError);
    // a start that the data leave where it is
    const auto rest = run::test::parse_one(
        "[model]\nkind = \"bernoulli\"\n[data]\ncounts = [1, 1]\n" +
        learner("batch = \"full\"\nlearning_rate = 1\nweight_decay = 0.1\ninitial = { mean = [0], stddev = [0] }\n"
                "[time]\npoints = [0, 2]\n"));
    for (const int precision : {0, 60}) {
      run::Options options;
      options.precision = precision;
      const auto table = run::compute(rest, options);
      for (const auto& cell : table.rows.back().cells)
        if (cell.quantity.starts_with("ep_theta")) CHECK(cell.value == "0");
    }
  }

  TEST_CASE("linear-regression by matrix exponentials, proven, and by eigenvectors") {
    Dice dice(67);
    for (int i = 0; i < 12; ++i)
      printed(regression_text(dice),
              {"m_info", "lautum_info", "l_info", "r_info", "info_x_theta", "entropy_theta", "entropy_x", "heat_theta",
               "ep_theta", "ep_theta_naive", "heat_x", "flow_x", "ep_x_naive", "loss_train", "reservoir_gap"});
  }

  TEST_CASE("fifty digits of one bit and of a Gaussian mean") {
    const auto folder = test::source_root() + "/validation/experiments/";
    for (const std::string name : {"one_bit", "gaussian"}) {
      const auto e = experiment::read(folder + name + ".toml").front().experiment;
      run::Options options;
      options.digits = 50;
      const auto table = run::compute(e, options);
      for (const auto& row : table.rows)
        for (const auto& cell : row.cells) CHECK(cell.guarantee == num::Guarantee::proven);
      run::test::check_accuracy(run::test::numbers(table), 50, name);
      options.precision = 80;
      run::test::check_honest(run::test::numbers(table), run::test::numbers(run::compute(e, options)), name);
    }
  }
}

TEST_SUITE("long: proven/honest") {
  TEST_CASE("random chains and closed forms lie inside their bounds: 1000") { many(530, 20, 100, 350); }
}

}  // namespace calor::honest_test
