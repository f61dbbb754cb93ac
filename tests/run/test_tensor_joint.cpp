// X lagging behind several parameters: independent spins are one-parameter problems side by side.

#include <doctest/doctest.h>

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
  const auto first = numbers(compute(
      parse_one(lagging_spins("1", "size = 1\ntarget = [0.3, 0.7]", "{ mean = [0.1], stddev = [0.5] }", sampler, time)),
      with(Method::automatic, 10)));
  const auto second = numbers(compute(parse_one(lagging_spins("1", "size = 1\ntarget = [0.6, 0.4]",
                                                              "{ mean = [-0.2], stddev = [0.6] }", sampler, time)),
                                      with(Method::automatic, 10)));
  check_accuracy(both, digits, sampler);
  int compared = 0;
  for (std::size_t j = 0; j < both.size(); ++j)
    for (const auto& [name, whole] : both[j]) {
      const auto a = first[j].find(name), b = second[j].find(name);
      if (a == first[j].end() || b == second[j].end()) continue;
      ++compared;
      const Number miss = abs(Number(whole.value - a->second.value - b->second.value));
      CHECK_MESSAGE(miss <= Number(whole.error + a->second.error + b->second.error), sampler, ": ", name, " at ", j,
                    " differs by ", miss.str(3));
    }
  CHECK(compared > 45);
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

TEST_CASE("several parameters: what cannot lag, and what does not fit a grid, is refused by its own key") {
  const std::string start = "{ mean = [0.1, -0.2], stddev = [0.5, 0.6] }";
  check_refused(lagging_spins("2", "size = 1\ntarget = [0.18, 0.42, 0.12, 0.28]", start,
                              "kind = \"metropolis\"\nrate = 1", "points = [1]"),
                "sampler.kind");
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
