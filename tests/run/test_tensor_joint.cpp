// X lagging behind several parameters: independent spins are one-parameter problems side by side.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

/// Spins in fields, without couplings: p(x|theta), the dynamics of every spin and (with one example from a product
/// distribution) the ensemble are products over the spins.
std::string lagging_spins(const std::string& fields, const std::string& data, const std::string& start,
                          const std::string& sampler, const std::string& time) {
  return "[model]\nkind = \"ising\"\nspins = " + fields + "\nfields = true\n[data]\n" + data +
         "\n[learner]\nkind = \"langevin\"\nmobility = 0.8\ntemperature = 0.6\nweight_decay = 0.4\ninitial = " + start +
         "\n[sampler]\n" + sampler + "\n[time]\n" + time + "\n";
}

void check_sums(const std::string& sampler, const std::string& time, int digits) {
  // p(s_0 = 1) = 0.7, p(s_1 = 1) = 0.4
  const auto both =
      numbers(compute(parse_one(lagging_spins("2", "size = 1\ntarget = [0.18, 0.42, 0.12, 0.28]",
                                              "{ mean = [0.1, -0.2], stddev = [0.5, 0.6] }", sampler, time)),
                      with(Method::automatic, digits)));
  const auto one = [&](const std::string& target, const std::string& start) {
    return numbers(compute(parse_one(lagging_spins("1", "size = 1\ntarget = " + target, start, sampler, time)),
                           with(Method::automatic, 10)));
  };
  const auto apart = added(one("[0.3, 0.7]", "{ mean = [0.1], stddev = [0.5] }"),
                           one("[0.6, 0.4]", "{ mean = [-0.2], stddev = [0.6] }"));
  check_accuracy(both, digits, sampler);
  CHECK(check_honest(both, apart, sampler) > 45);
}

/// Refused with file, line and this key.
void check_refused(const std::string& text, const std::string& key) {
  try {
    compute(parse_one(text), with(Method::automatic, 6));
    FAIL("not refused: " << key);
  } catch (const InputError& error) {
    const std::string what = error.what();
    CHECK_MESSAGE(what.rfind("test.toml:", 0) == 0, what);
    CHECK_MESSAGE(what.find(": " + key + ": ") != std::string::npos, what);
  }
}

}  // namespace

TEST_CASE("several parameters: spins that do not interact lag as each of them does alone") {
  check_sums("kind = \"glauber\"\nrate = 1.5", "points = [0.5, 1.5]", 8);
  check_sums("kind = \"gibbs\"\nsweeps = 1", "points = [0.5, 1.5]\nstep = 0.5", 8);
  check_sums("kind = \"glauber\"\nrate = 1.5", "points = [0.5, 1.5]\nstep = 0.5", 8);
  check_sums("kind = \"equilibrium\"", "points = [0.5, 1.5]\nstep = 0.5", 8);
}

TEST_CASE("several parameters: an alternating sampler has the same quantities by a rate and by a small step") {
  const auto machine = [](const std::string& sampler, const std::string& time) {
    return parse_one(
        "[model]\nkind = \"rbm\"\nvisible = 2\nhidden = 1\n[data]\ncounts = [1, 0, 1, 1]\n[learner]\nkind = "
        "\"langevin\"\nmobility = 1\ntemperature = 0.5\nweight_decay = 0.5\ninitial = { mean = [0.3, -0.2], stddev = "
        "[0.5, 0.5] }\n[sampler]\nkind = \"alternating\"\n" +
        sampler + "\n[time]\npoints = [0.4]\n" + time);
  };
  const auto number = [](const auto& row, const char* name) { return static_cast<double>(row.at(name).value); };
  const auto exact = numbers(compute(machine("rate = 1.5", ""), with(Method::automatic, 8))).front();
  std::vector<std::map<std::string, Entry>> turns;
  for (const char* step : {"0.04", "0.02", "0.01"})
    turns.push_back(
        numbers(compute(machine("rate = 1.5", "step = " + std::string(step) + "\n"), with(Method::automatic, 8)))
            .front());
  for (const char* name : {"heat_x", "work_x", "ep_x", "flow_x", "info_x_theta_given_b", "entropy_x"}) {
    CAPTURE(std::string(name));
    // Theta(tau) X(tau) misses continuous time by a series in tau: two terms are extrapolated, a third is left
    const double first = 2 * number(turns[1], name) - number(turns[0], name),
                 second = 2 * number(turns[2], name) - number(turns[1], name), limit = (4 * second - first) / 3;
    CHECK(std::fabs(number(turns[0], name) - number(exact, name)) > 1e-6);
    CHECK(std::fabs(limit - number(exact, name)) < 0.1 * std::fabs(second - first) + 1e-9);
  }
}

// A Python program: all eight outcomes, forward sinc collocation without symmetrisation, SciPy's expm_multiply,
// Gauss-Legendre in time; its box costs 3e-7.
TEST_CASE("several parameters: two couplings with Glauber moves, against an independent program") {
  const auto e = parse_one(two_couplings("counts = [1, 0, 0, 1, 1, 0, 0, 0]",
                                         "[sampler]\nkind = \"glauber\"\nrate = 1.5\n[time]\npoints = [0.5]"));
  const auto ours = numbers(compute(e, with(Method::automatic, 8))).front();
  for (const auto& [name, theirs] : std::map<std::string, double>{{"heat_x", -0.177874732247},
                                                                  {"work_x", 0.337677210723},
                                                                  {"ep_x", 0.0639716839084},
                                                                  {"flow_x", 0.0955295671673},
                                                                  {"flow_theta", -0.221925428358},
                                                                  {"entropy_x", 2.05504482129},
                                                                  {"info_x_theta_given_b", 0.117975108657}}) {
    CAPTURE(name);
    CHECK(std::fabs(static_cast<double>(ours.at(name).value) - theirs) < 3e-7);
  }
}

namespace {

void check_machine(const std::string& model, const std::string& sampler, double within,
                   const std::map<std::string, double>& theirs) {
  const auto ours =
      numbers(compute(parse_one("[model]\nkind = \"rbm\"\n" + model +
                                "\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.5\n"
                                "weight_decay = 0.5\ninitial = { mean = [0.3, -0.2], stddev = [0.5, 0.5] }\n"
                                "[sampler]\nkind = \"metropolis\"\n" +
                                sampler),
                      with(Method::automatic, 8)))
          .front();
  for (const auto& [name, value] : theirs) {
    CAPTURE(name);
    CHECK(std::fabs(static_cast<double>(ours.at(name).value) - value) < within);
    CHECK(static_cast<double>(ours.at(name).error) < 1e-8);
  }
}

const std::string shortly = "rate = 1.5\n[time]\npoints = [0.4]\n";

/// At t = 0.4; model: its spins, edges and fields.
Numbers by_metropolis(const std::string& model, const std::string& counts, const std::string& mean,
                      const std::string& stddev, int digits) {
  return numbers(compute(parse_one("[model]\nkind = \"ising\"\n" + model + "\n[data]\ncounts = [" + counts +
                                   "]\n[learner]\nkind = \"langevin\"\nmobility = 0.8\ntemperature = "
                                   "0.6\nweight_decay = 0.4\ninitial = { mean = [" +
                                   mean + "], stddev = [" + stddev +
                                   "] }\n[sampler]\nkind = \"metropolis\"\nrate = 1.5\n[time]\npoints = [0.4]\n"),
                         with(Method::automatic, digits)));
}

/// To half of the errors of the whole, which are thirty times the difference of two levels.
void check_adds_up(Numbers whole, const Numbers& parts) {
  auto& row = whole.front();
  for (auto& [name, entry] : row) entry.error /= 2;
  std::erase_if(row, [](const auto& entry) {
    const std::vector<std::string> additive = {"heat_x",     "work_x",   "flow_x",
                                               "flow_theta", "ep_x",     "info_x_theta_given_b",
                                               "heat_theta", "ep_theta", "entropy_x_given_b"};
    return std::find(additive.begin(), additive.end(), entry.first) == additive.end();
  });
  CHECK(check_honest(whole, parts, "parts that do not interact") == 9);
}

}  // namespace

TEST_CASE("metropolis in three parameters: spins that do not interact") {
  const std::string one = "spins = 1\nedges = []\nfields = true";
  check_adds_up(by_metropolis("spins = 3\nedges = []\nfields = true", "1, 2, 1, 2, 2, 4, 2, 4", "0.1, -0.2, 0.3",
                              "0.5, 0.6, 0.4", 3),
                added(added(by_metropolis(one, "6, 12", "0.1", "0.5", 9), by_metropolis(one, "9, 9", "-0.2", "0.6", 9)),
                      by_metropolis(one, "6, 12", "0.3", "0.4", 9)));
}

// A C++ program of its own: Scharfetter-Gummel rates on square lattices through the origin (spacings 0.4, 0.2, 0.1,
// 0.05, half-width 4.8), fourth-order Runge-Kutta, Richardson's extrapolation. Its last two columns agree to 3e-10
// here, with two couplings to 4e-9, with turns to 2e-8. The curve of two hidden units is not along its nodes: 1e-8.
TEST_CASE("metropolis in two parameters: kinks on axes, against finite volumes") {
  check_machine("visible = 2\nhidden = 1\n[data]\ncounts = [1, 0, 1, 1]", shortly, 1e-9,
                {{"heat_x", -0.013778136367},
                 {"work_x", 0.025524858105},
                 {"ep_x", 0.005265755512},
                 {"flow_x", 0.009640254850},
                 {"flow_theta", -0.014901783207},
                 {"entropy_x", 1.382637027729},
                 {"info_x_theta_given_b", 0.012215378155}});
}

TEST_CASE("metropolis in two parameters: kinks on a curve, against finite volumes") {
  check_machine("visible = 1\nhidden = 2\n[data]\ncounts = [1, 2]", shortly, 1e-8,
                {{"heat_x", -0.013366478795},
                 {"work_x", 0.023264206243},
                 {"ep_x", 0.004646528450},
                 {"flow_x", 0.008240549114},
                 {"flow_theta", -0.013437215578},
                 {"entropy_x", 0.690862033141},
                 {"info_x_theta_given_b", 0.010787368924}});
}

TEST_CASE("metropolis with a schedule: one that does not change, by panels and by elements") {
  const auto coin = [](const std::string& mobility, const std::string& time) {
    return numbers(compute(
        parse_one("[model]\nkind = \"bernoulli\"\n[data]\nsize = 3\ntarget = [0.3, 0.7]\n[learner]\nkind = "
                  "\"langevin\"\nmobility = " +
                  mobility +
                  "\ntemperature = 0.4\nweight_decay = 0.4\ninitial = { mean = [0.1], stddev = [0.5] }\n[sampler]\n"
                  "kind = \"metropolis\"\n" +
                  time),
        with(Method::automatic, 10)));
  };
  for (const std::string time :
       {"rate = 1.5\n[time]\npoints = [0.5, 1.5]\n", "sweeps = 1\n[time]\npoints = [0.5, 1]\nstep = 0.25\n"}) {
    const auto constant = coin("0.8", time), course = coin("{ times = [0, 1], values = [0.8, 0.8] }", time);
    check_accuracy(course, 10, "schedule");
    CHECK(check_honest(course, constant, "a schedule that does not change") > 45);
  }
}

TEST_SUITE("long") {
  TEST_CASE("long: metropolis in two parameters: spins that do not interact, with fluctuations") {
    const auto spin = [](const std::string& spins, const std::string& counts, const std::string& start) {
      Options options = with(Method::automatic, 7);
      options.quantities = {"heat_x",    "work_x",          "ep_x",           "flow_x", "flow_theta",
                            "entropy_x", "heat_x_variance", "work_x_variance"};
      return numbers(compute(parse_one(lagging_spins(spins, "counts = " + counts, start,
                                                     "kind = \"metropolis\"\nrate = 1", "points = [0.3]")),
                             options));
    };
    const auto both = spin("2", "[0, 1, 0, 0]", "{ mean = [0.1, -0.2], stddev = [0.5, 0.6] }").front(),
               first = spin("1", "[0, 1]", "{ mean = [0.1], stddev = [0.5] }").front(),
               second = spin("1", "[1, 0]", "{ mean = [-0.2], stddev = [0.6] }").front();
    CHECK(both.size() == 8);
    for (const auto& [name, whole] : both) {
      const auto &a = first.at(name), &b = second.at(name);
      const Number miss = abs(Number(whole.value - a.value - b.value));
      CHECK_MESSAGE(miss <= Number(whole.error + a.error + b.error), name, " differs by ", miss.str(3));
    }
  }

  TEST_CASE("long: metropolis in two parameters, spins that do not interact, with ensembles and in turns") {
    check_sums("kind = \"metropolis\"\nrate = 1.5", "points = [0.5, 1.5]", 8);
    check_sums("kind = \"metropolis\"\nsweeps = 1", "points = [0.5, 1.5]\nstep = 0.5", 8);
  }

  TEST_CASE("long: metropolis in three parameters, couplings that do not interact") {
    std::string ones = "1";
    for (int k = 1; k < 32; ++k) ones += ", 1";
    check_adds_up(by_metropolis("spins = 5\nedges = [[0, 1], [1, 2], [3, 4]]\nfields = false", ones, "0.1, -0.2, 0.3",
                                "0.5, 0.6, 0.4", 3),
                  added(by_metropolis("spins = 3\nedges = [[0, 1], [1, 2]]\nfields = false", "1, 1, 1, 1, 1, 1, 1, 1",
                                      "0.1, -0.2", "0.5, 0.6", 7),
                        by_metropolis("spins = 2\nedges = [[0, 1]]\nfields = false", "1, 1, 1, 1", "0.3", "0.4", 9)));
  }

  TEST_CASE("long: metropolis with two couplings, kinks on axes and bisectors, against finite volumes") {
    const auto check = [](const std::string& after, double within, const std::map<std::string, double>& theirs) {
      const auto ours = numbers(compute(parse_one(two_couplings("counts = [1, 0, 0, 1, 1, 0, 0, 0]",
                                                                "[sampler]\nkind = \"metropolis\"\n" + after)),
                                        with(Method::automatic, 8)))
                            .front();
      for (const auto& [name, value] : theirs) {
        CAPTURE(name);
        CHECK(std::fabs(static_cast<double>(ours.at(name).value) - value) < within);
      }
    };
    check("rate = 1.5\n[time]\npoints = [0.5]", 5e-9,
          {{"heat_x", -0.197409218459},
           {"work_x", 0.338005538969},
           {"ep_x", 0.066318933662},
           {"flow_x", 0.108761690192},
           {"flow_theta", -0.227882551738},
           {"entropy_x", 2.051089707942},
           {"info_x_theta_given_b", 0.125250218329}});
    check("sweeps = 1\n[time]\npoints = [0.5]\nstep = 0.25", 5e-8,
          {{"heat_x", -0.366709376322},
           {"work_x", 0.342256471413},
           {"ep_x", 0.098615224113},
           {"entropy_x", 2.029295172925},
           {"info_x_theta_given_b", 0.229521337530}});
  }
}

TEST_CASE("several parameters: what cannot lag, and what does not fit a grid, is refused by its own key") {
  const auto three =
      parse_one(lagging_spins("3", "counts = [0, 1, 0, 0, 0, 0, 0, 0]", "{ mean = [0, 0, 0], stddev = [1, 1, 1] }",
                              "kind = \"metropolis\"\nrate = 1", "points = [1]"));
  CHECK_THROWS_WITH_AS(static_cast<void>(compute(three, Options{})), doctest::Contains("reachable: 3 digits"),
                       AccuracyError);
  const auto refused = [](const std::string& model, const std::string& counts, int parameters, const std::string& key) {
    std::string zeros, ones;
    for (int k = 0; k < parameters; ++k) zeros += k ? ", 0" : "0", ones += k ? ", 1" : "1";
    check_refused("[model]\n" + model + "\n[data]\ncounts = [" + counts +
                      "]\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 1\nweight_decay = 1\ninitial = { "
                      "mean = [" +
                      zeros + "], stddev = [" + ones + "] }\n[time]\npoints = [1]\n",
                  key);
  };
  refused("kind = \"categorical\"\noutcomes = 5", "1, 1, 1, 1, 1", 4, "model.outcomes");
  refused("kind = \"rbm\"\nvisible = 2\nhidden = 2", "1, 1, 1, 1", 4, "model.visible");
  refused("kind = \"ising\"\nspins = 4\nedges = []\nfields = true", "1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1", 4,
          "model.spins");
}

}  // namespace calor::run::test
