// X lagging behind sgd-diffusion and behind schedules, and fluctuations on tensor grids: the same experiments by
// solvers that share nothing but the densities' grid (two classes by eigenvectors, Chebyshev expansions), and spins
// that do not interact, whose cumulants add up.

#include <doctest/doctest.h>

#include <cmath>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

struct Parts {
  std::string model, data, learner, initial, sampler, time;

  Numbers table(const Options& options) const {
    return numbers(compute(parse_one("[model]\n" + model + "\n[data]\n" + data + "\n[learner]\n" + learner +
                                     "\nweight_decay = 0.2\ninitial = " + initial + "\n[sampler]\n" + sampler +
                                     "\n[time]\n" + time + "\n"),
                           options));
  }
};

Options fluctuations(int digits) {
  Options o = with(Method::automatic, digits);
  o.quantities = {"m_info",          "l_info",    "r_info",     "info_x_theta",    "heat_theta",      "ep_theta",
                  "ep_theta_medium", "heat_x",    "work_x",     "flow_x",          "flow_theta",      "ep_x",
                  "ep_x_naive",      "entropy_x", "loss_train", "heat_x_variance", "heat_x_skewness", "work_x_variance",
                  "work_x_skewness", "ift_x",     "ift_theta"};
  return o;
}

const std::string plain = "kind = \"langevin\"\nmobility = 0.9\ntemperature = 0.3";
const std::string flat =
    "kind = \"langevin\"\nmobility = { times = [0.2, 0.7], values = [0.9, 0.9] }\n"
    "temperature = { times = [0, 0.6], values = [0.3, 0.3] }";

/// Quantities of two spins are the sums of those of one each: cumulants add.
void check_cumulants(const Numbers& both, const Numbers& a, const Numbers& b, int least) {
  int compared = 0;
  for (std::size_t j = 0; j < both.size(); ++j)
    for (const auto& [name, whole] : both[j]) {
      const auto of = [&](const Numbers& n) { return static_cast<double>(n[j].at(name).value); };
      if (name.rfind("ift", 0) == 0 || !a[j].count(name) || !b[j].count(name)) continue;
      double sum = of(a) + of(b), slack = 1;
      if (name.ends_with("_skewness")) {
        const std::string variance = name.substr(0, name.size() - 8) + "variance";
        const auto third = [&](const Numbers& n) {
          return of(n) * std::pow(static_cast<double>(n[j].at(variance).value), 1.5);
        };
        sum = (third(a) + third(b)) / std::pow(static_cast<double>(both[j].at(variance).value), 1.5);
        slack = 10;
      }
      ++compared;
      const double miss = std::fabs(of(both) - sum);
      CHECK_MESSAGE(miss <= slack * static_cast<double>(whole.error + a[j].at(name).error + b[j].at(name).error), name,
                    " at ", j, " differs by ", miss);
    }
  CHECK(compared >= least);
}

}  // namespace

TEST_CASE("schedules that stay constant, X lagging: one parameter, two classes by eigenvectors against Taylor series") {
  for (const std::string sampler : {"kind = \"heat-bath\"\nrate = 2", "kind = \"equilibrium\""}) {
    Parts parts{
        "kind = \"bernoulli\"",  "size = 2\ntarget = [0.3, 0.7]", plain, "{ mean = [0.2], stddev = [0.5] }", sampler,
        "points = [0, 0.4, 1.5]"};
    Options o = fluctuations(10);
    o.quantities.insert(o.quantities.end(), {"ep_theta_housekeeping", "ep_theta_excess"});
    const auto a = parts.table(o);
    parts.learner = flat;
    const auto b = parts.table(o);
    CHECK(check_honest(b, a, sampler) >= 60);
    check_accuracy(b, 10, sampler);
  }
}

TEST_CASE("a sharp start, X lagging: panels that widen by eigenvectors against equal elements by Taylor series") {
  for (const std::string sampler : {"kind = \"heat-bath\"\nrate = 2", "kind = \"metropolis\"\nrate = 1"}) {
    Parts parts{"kind = \"bernoulli\"",
                "size = 2\ntarget = [0.3, 0.7]",
                "kind = \"langevin\"\nmobility = 0.9\ntemperature = 0.5",
                "{ mean = [0.2], stddev = [0.1] }",
                sampler,
                "points = [0, 0.4]"};
    const auto a = parts.table(with(Method::automatic, 10));
    check_accuracy(a, 10, sampler);
    parts.learner = "kind = \"langevin\"\nmobility = { times = [0, 1], values = [0.9, 0.9] }\ntemperature = 0.5";
    CHECK(check_honest(parts.table(with(Method::automatic, 8)), a, sampler) >= 50);
  }
}

TEST_CASE("a sharp start that gradient noise alone spreads, X lagging: as at a temperature of the same noise") {
  // D = eta/(2m) Cov[grad l], which for a coin is p (1 - p) of its counts, whatever theta is
  Parts parts{"kind = \"bernoulli\"",
              "counts = [2, 6]",
              "kind = \"sgd-diffusion\"\nlearning_rate = 0.5\nbatch_size = 1\ntemperature = 0",
              "{ mean = [0], stddev = [0.02] }",
              "kind = \"heat-bath\"\nrate = 2",
              "points = [0, 0.5, 3]"};
  Options o = with(Method::automatic, 8);
  o.quantities = {"info_x_theta", "entropy_x", "heat_x", "work_x", "flow_x", "ep_x", "entropy_theta"};
  const auto noisy = parts.table(o);
  check_accuracy(noisy, 8, "gradient noise");
  parts.learner = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.046875";  // 0.5/2 (3/4) (1/4)
  CHECK(check_honest(noisy, parts.table(o), "gradient noise") >= 18);
}

TEST_CASE("sharper and sharper starts, X lagging: what is left of a ledger when the start is a point") {
  // the ledger of a start of variance v differs from that of a point by O(v), where it is no integral of what
  // is not linear in the density
  Parts parts{"kind = \"bernoulli\"", "size = 2\ntarget = [0.3, 0.7]", plain, "", "kind = \"heat-bath\"\nrate = 2",
              "points = [0, 1]"};
  std::vector<Numbers> at;
  for (const std::string stddev : {"0.1", "0.03", "0.01"}) {
    parts.initial = "{ mean = [0.2], stddev = [" + stddev + "] }";
    at.push_back(parts.table(with(Method::automatic, 8)));
  }
  for (const std::string name : {"m_info", "l_info", "heat_x", "work_x", "ep_x_naive", "heat_theta"}) {
    const auto change = [&](std::size_t from) {
      return static_cast<double>(at[from + 1][1].at(name).value - at[from][1].at(name).value);
    };
    CAPTURE(name);
    CHECK(std::fabs(change(1) / change(0) - 8.0 / 91) < 0.003);  // of variances 0.01, 0.0009, 0.0001
  }
}

TEST_CASE("schedules that stay constant, X lagging in turns: one parameter, by eigenvectors against Taylor series") {
  for (const std::string sampler : {"kind = \"gibbs\"\nsweeps = 1", "kind = \"equilibrium\""}) {
    Parts parts{"kind = \"ising\"\nspins = 2\nedges = [[0, 1]]",
                "size = 2\ntarget = [0.3, 0.1, 0.4, 0.2]",
                plain,
                "{ mean = [0.2], stddev = [0.5] }",
                sampler,
                "points = [0, 0.5, 1.5]\nstep = 0.25"};
    const auto a = parts.table(fluctuations(9));
    parts.learner = flat;
    CHECK(check_honest(parts.table(fluctuations(9)), a, sampler) >= 55);
  }
}

TEST_CASE("schedules that stay constant, X lagging: two parameters, Chebyshev expansions against Taylor series") {
  Parts parts{"kind = \"categorical\"\noutcomes = 3",
              "counts = [1, 0, 2]",
              plain,
              "{ mean = [0.1, -0.2], stddev = [0.5, 0.6] }",
              "kind = \"heat-bath\"\nrate = 1.5",
              "points = [0, 0.8]"};
  const auto a = parts.table(with(Method::automatic, 8));
  parts.learner = flat;
  CHECK(check_honest(parts.table(with(Method::automatic, 8)), a, "three outcomes") >= 40);
}

TEST_CASE("wide starts, X lagging: densities by themselves against symmetrised expansions with some digits left") {
  const std::string cold = "kind = \"langevin\"\nmobility = 0.9\ntemperature = 0.1";
  for (const std::string sampler : {"kind = \"glauber\"\nrate = 2", "kind = \"heat-bath\"\nrate = 9"})
    for (const std::string time : {"points = [0, 0.4, 1.5]", "points = [0, 0.5, 1.5]\nstep = 0.25"}) {
      const Parts parts{"kind = \"bernoulli\"",
                        "size = 2\ntarget = [0.3, 0.7]",
                        cold,
                        "{ mean = [0.2], stddev = [0.7] }",
                        sampler,
                        time};
      Options few = fluctuations(6);
      few.method = Method::spectral, few.best_effort = true;
      const auto wide = parts.table(with(Method::automatic, 10));
      check_accuracy(wide, 10, sampler + time);
      CHECK(check_honest(parts.table(few), wide, sampler + time) >= 30);
      CHECK(check_honest(parts.table(fluctuations(7)), parts.table(fluctuations(9)), sampler + time) >= 55);
      few.best_effort = false, few.digits = 9;
      CHECK_THROWS_AS(parts.table(few), AccuracyError);
    }
}

TEST_CASE("annealing with X lagging: a ramp of the mobility is a change of clock when the sampler is as fast") {
  // turns at step 1 while the learner's clock runs by 0.5 and by 1.5: two turns of different lengths are not one table,
  // so only the state after one turn is compared
  Parts ramp{"kind = \"bernoulli\"",
             "size = 2\ntarget = [0.3, 0.7]",
             "kind = \"langevin\"\nmobility = { times = [0, 1], values = [0.2, 1] }\ntemperature = 0.3",
             "{ mean = [0.2], stddev = [0.5] }",
             "kind = \"heat-bath\"\nprobability = 0.4",
             "points = [0, 1]\nstep = 1"};
  const auto a = ramp.table(fluctuations(10));
  ramp.learner = "kind = \"langevin\"\nmobility = 0.6\ntemperature = 0.3";
  CHECK(check_honest(a, ramp.table(fluctuations(10)), "clock") >= 35);
}

namespace {

/// Two spins that do not interact against each of them alone, by another solver. All four outcomes are there once: the
/// covariance of the gradients is diagonal, and minibatches of one example are independent for the two spins.
void compare_spins(const std::string& learner, const std::string& sampler, const std::string& time,
                   const Options& o = fluctuations(5)) {
  const auto spins = [&](const std::string& count, const std::string& data, const std::string& start) {
    return Parts{
        "kind = \"ising\"\nspins = " + count + "\nedges = []\nfields = true", data, learner, start, sampler, time}
        .table(o);
  };
  const auto both = spins("2", "counts = [1, 1, 1, 1]", "{ mean = [0.2, 0], stddev = [0.5, 0.7] }");
  check_accuracy(both, o.digits, learner + sampler);
  check_cumulants(both, spins("1", "counts = [2, 2]", "{ mean = [0.2], stddev = [0.5] }"),
                  spins("1", "counts = [2, 2]", "{ mean = [0], stddev = [0.7] }"), 25);
}

}  // namespace

TEST_CASE("sgd-diffusion and langevin of spins that do not interact, with fluctuations: cumulants add up") {
  const std::string sgd = "kind = \"sgd-diffusion\"\nlearning_rate = 0.6\nbatch_size = 1\ntemperature = 0.2";
  const std::string annealed =
      "kind = \"sgd-diffusion\"\nlearning_rate = { times = [0, 0.5], values = [0.8, 0.2] }\nbatch_size = 1\n"
      "temperature = 0.2";
  compare_spins(sgd, "kind = \"glauber\"\nrate = 1.5", "points = [0, 0.8]");
  compare_spins(sgd, "kind = \"equilibrium\"", "points = [0, 0.8]");
  compare_spins(annealed, "kind = \"gibbs\"\nsweeps = 1", "points = [0, 0.8]\nstep = 0.4");
  compare_spins(plain, "kind = \"glauber\"\nrate = 1.5", "points = [0, 0.8]");
  compare_spins(plain, "kind = \"equilibrium\"", "points = [0, 0.8]");
}

TEST_CASE("a wide start of spins that do not interact, X lagging: the two-parameter grid adds up") {
  const std::string cold = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.06";
  Options o = with(Method::automatic, 8);
  o.quantities = {"m_info", "l_info", "info_x_theta", "heat_theta", "ep_theta",  "heat_x",    "work_x",
                  "flow_x", "ep_x",   "flow_theta",   "ep_x_naive", "entropy_x", "loss_train"};
  compare_spins(cold, "kind = \"glauber\"\nrate = 1.5", "points = [0, 0.8]", o);
}

TEST_CASE("sgld of spins that do not interact, X lagging, with fluctuations: cumulants add up") {
  const std::string full = "kind = \"sgld\"\nbatch = \"full\"\nlearning_rate = 0.3\ntemperature = 0.4",
                    mini =
                        "kind = \"sgld\"\nbatch = \"minibatch\"\nbatch_size = 1\n"
                        "learning_rate = { times = [0, 2], values = [0.3, 0.2] }\ntemperature = 0.4";
  for (const auto& learner : {full, mini})
    for (const std::string sampler : {"kind = \"glauber\"\nsweeps = 1", "kind = \"equilibrium\""})
      compare_spins(learner, sampler, "points = [0, 3]");
}

TEST_CASE("noise that depends on theta, X lagging: turns of a short step tend to continuous time") {
  const auto machine = [](const std::string& time) {
    return Parts{"kind = \"rbm\"\nvisible = 1\nhidden = 1",
                 "size = 2\ntarget = [0.3, 0.7]",
                 "kind = \"sgd-diffusion\"\nlearning_rate = 0.5\nbatch_size = 1\ntemperature = 0.2",
                 "{ mean = [0.3], stddev = [0.5] }",
                 "kind = \"glauber\"\nrate = 1.5",
                 time}
        .table(fluctuations(10))
        .back();
  };
  const auto number = [](const auto& row, const char* name) { return static_cast<double>(row.at(name).value); };
  const auto exact = machine("points = [0.4]");
  const auto coarse = machine("points = [0.4]\nstep = 0.04"), half = machine("points = [0.4]\nstep = 0.02"),
             fine = machine("points = [0.4]\nstep = 0.01");
  for (const char* name : {"heat_x", "work_x", "ep_x", "flow_x", "heat_x_variance", "work_x_skewness", "l_info"}) {
    CAPTURE(std::string(name));
    const double first = 2 * number(half, name) - number(coarse, name),
                 second = 2 * number(fine, name) - number(half, name), limit = (4 * second - first) / 3;
    CHECK(std::fabs(number(coarse, name) - number(exact, name)) > 1e-7);
    CHECK(std::fabs(limit - number(exact, name)) < 0.1 * std::fabs(second - first) + 1e-9);
  }
}

}  // namespace calor::run::test
