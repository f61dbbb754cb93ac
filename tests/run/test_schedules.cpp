// Schedules: a constant one changes nothing, one of the mobility alone is a change of clock, and gaussian-mean with a
// temperature that falls linearly has a closed form but for one quadrature.

#include <doctest/doctest.h>

#include <cmath>

#include "analytic/quadrature.hpp"
#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string scheduled_coin(const std::string& learner, const std::string& points) {
  return "[model]\nkind = \"bernoulli\"\n[data]\nsize = 2\ntarget = [0.3, 0.7]\n[learner]\n" + learner +
         "\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [0.5] }\n[time]\npoints = " + points + "\n";
}

Options everything() {
  Options o = with(Method::automatic);
  o.quantities = {"m_info",     "l_info",          "lautum_info",        "heat_theta", "ep_theta", "ep_theta_medium",
                  "ep_x_naive", "ep_theta_excess", "fisher_dissipation", "loss_test",  "heat_x"};
  return o;
}

}  // namespace

TEST_CASE("schedules that stay constant give the table of constants, by another solver") {
  const std::string plain = "kind = \"langevin\"\nmobility = 0.5\ntemperature = 0.25";
  const std::string flat =
      "kind = \"langevin\"\nmobility = { times = [0, 1], values = [0.5, 0.5] }\n"
      "temperature = { times = [0.3, 2], values = [0.25, 0.25] }";
  const auto a = numbers(compute(parse_one(scheduled_coin(plain, "[0, 1, 4]")), everything()));
  const auto b = numbers(compute(parse_one(scheduled_coin(flat, "[0, 1, 4]")), everything()));
  CHECK(check_honest(b, a, "constant schedule") == 33);
  check_accuracy(b, 10, "constant schedule");
}

TEST_CASE("a schedule of the mobility is a change of clock") {
  // mobility t on [0, 2], then 2: clock 2 at t = 2, 4 at t = 3
  const auto ramp = numbers(
      compute(parse_one(scheduled_coin("kind = \"langevin\"\nmobility = { times = [0, 2], values = [0.01, 2] }\n"
                                       "temperature = 0.25",
                                       "[0, 2, 3]")),
              everything()));
  const auto plain = numbers(
      compute(parse_one(scheduled_coin("kind = \"langevin\"\nmobility = 1\ntemperature = 0.25", "[0, 2.01, 4.01]")),
              everything()));
  CHECK(check_honest(ramp, plain, "clock") == 33);
}

TEST_CASE("mean and width of a Gaussian: a mobility that changes is a change of clock, by another solver") {
  const auto of = [](const std::string& mobility, const std::string& points) {
    return parse_one(
        "[model]\nkind = \"gaussian\"\n[data]\nvalues = [0.3, -0.6, 1.2]\n[learner]\nkind = \"langevin\"\nmobility = " +
        mobility +
        "\ntemperature = 0.05\nweight_decay = 0.2\ninitial = { mean = [0.1, 0.2], stddev = [0.2, 0.15] }\n"
        "[time]\npoints = " +
        points + "\n");
  };
  // mobility 1 - t/2 on [0, 1]: clock 0.4375 at t = 0.5, 0.75 at t = 1
  const auto slowing =
      numbers(compute(of("{ times = [0, 1], values = [1, 0.5] }", "[0, 0.5, 1]"), with(Method::automatic, 6)));
  const auto plain = numbers(compute(of("1", "[0, 0.4375, 0.75]"), with(Method::spectral, 7)));
  CHECK(check_honest(slowing, plain, "clock of a Gaussian's widths") > 60);
  check_accuracy(slowing, 6, "clock of a Gaussian's widths");
}

TEST_CASE("mean and width of a Gaussian: a hot schedule names the digits that fit") {
  const auto e = parse_one(R"(
[model]
kind = "gaussian"
[data]
values = [0.3, -0.6, 1.2]
[learner]
kind = "langevin"
mobility = 1
temperature = { times = [0, 1], values = [0.6, 0.4] }
weight_decay = 0.2
initial = { mean = [0.1, 0.2], stddev = [0.3, 0.25] }
[time]
points = [0, 0.5, 1]
)");
  CHECK_THROWS_WITH_AS(compute(e, with(Method::automatic, 12)), doctest::Contains("accuracy.digits: 12 digits need"),
                       AccuracyError);
  CHECK_THROWS_WITH_AS(compute(e, with(Method::automatic, 12)), doctest::Contains("reachable: 9 digits"),
                       AccuracyError);
}

TEST_CASE("sgd-diffusion: a schedule of the learning rate is one of each data set's temperature") {
  const auto of = [](const std::string& learner) {
    return parse_one("[model]\nkind = \"bernoulli\"\n[data]\ncounts = [1, 3]\n[learner]\n" + learner +
                     "\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [0.5] }\n[time]\npoints = [0, 1, 4]\n");
  };
  // D = eta/2m 3/16 + T with m = 3
  const auto sgd = numbers(compute(of("kind = \"sgd-diffusion\"\nbatch_size = 3\ntemperature = 0.1\n"
                                      "learning_rate = { times = [0.5, 2], values = [6.4, 3.2] }"),
                                   everything()));
  const auto plain = numbers(compute(of("kind = \"langevin\"\nmobility = 1\n"
                                        "temperature = { times = [0.5, 2], values = [0.3, 0.2] }"),
                                     everything()));
  CHECK(check_honest(sgd, plain, "learning rate") >= 27);
}

TEST_CASE("gaussian-mean with a linear temperature: variance, heat, entropy production") {
  const Number m0(0.5), v0(0.25), s(1), b(1.5), cold(0.1), hot(0.6), end(2), lambda(0.5);
  const auto table = compute(parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nvalues = [[1], [2]]\n"
                                       "[learner]\nkind = \"langevin\"\nmobility = 1\nweight_decay = 0.5\n"
                                       "temperature = { times = [0, 2], values = [0.6, 0.1] }\n"
                                       "initial = { mean = [0.5], stddev = [0.5] }\n[time]\npoints = [0, 2]\n"),
                             everything());
  const Number kappa = 1 / (s * s) + lambda, rest = b / kappa, slope = (cold - hot) / end;
  // v' = -2 kappa v + 2 T(t): a particular solution is linear in t
  const auto particular = [&](const Number& t) {
    return Number((hot + slope * t) / kappa - slope / (2 * kappa * kappa));
  };
  const auto variance = [&](const Number& t) {
    return Number(particular(t) + (v0 - particular(0)) * exp(-2 * kappa * t));
  };
  const auto square = [&](const Number& t) { return Number((m0 - rest) * (m0 - rest) * exp(-2 * kappa * t)); };
  // <L> = kappa/2 (v + (m - rest)²) + const, d<L>/dt = kappa (-kappa v + T) - kappa² (m - rest)²
  const Number heat = kappa / 2 * (variance(end) - v0 + square(end) - square(0));
  const Number medium = analytic::integrate<Number, 1>(
      [&](const Number& t) -> std::array<Number, 1> {
        const Number temperature = hot + slope * t;
        return {kappa * (kappa * variance(t) - temperature + kappa * square(t)) / temperature};
      },
      Number(0), end)[0];
  const Number ep = log(variance(end) / v0) / 2 + medium;
  const auto n = numbers(table);
  for (const auto& [name, exact] : {std::pair{"heat_theta", heat}, std::pair{"ep_theta_medium", medium},
                                    std::pair{"ep_theta", ep}, std::pair{"ep_theta_excess", ep}}) {
    const auto& e = n.back().at(name);
    const bool inside = abs(Number(e.value - exact)) <= e.error;
    CHECK_MESSAGE(inside, name, " = ", e.value.str(15), ", exactly ", exact.str(15));
    CHECK(e.error < Number("1e-10"));
  }
}

TEST_CASE("gaussian-mean with a linear temperature: informations of an ensemble, lautum_info to ten digits") {
  const auto n = numbers(compute(parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\nsize = 3\n"
                                           "target = { mean = 0.5, stddev = 1 }\n[learner]\nkind = \"langevin\"\n"
                                           "mobility = 1\nweight_decay = 0.2\n"
                                           "temperature = { times = [0, 1, 2], values = [0.5, 0.3, 0.3] }\n"
                                           "initial = { mean = [0.1], stddev = [0.5] }\n[time]\npoints = [0.5, 1]\n"),
                                 with(Method::automatic, 10)));
  check_accuracy(n, 10, "linear temperature");
  const Number kappa("1.2"), slope("-0.2"), hot("0.5");
  for (std::size_t j = 0; j < 2; ++j) {
    const Number t = j ? Number(1) : Number("0.5");
    const auto particular = [&](const Number& at) {
      return Number((hot + slope * at) / kappa - slope / (2 * kappa * kappa));
    };
    const Number v = particular(t) + (Number("0.25") - particular(0)) * exp(-2 * kappa * t),
                 a = (1 - exp(-kappa * t)) / kappa, r = a * a / 3 / v;  // signal to noise
    for (const auto& [name, exact] : {std::pair<std::string, Number>{"m_info", log(1 + r) / 2},
                                      {"lautum_info", r - log(1 + r) / 2},
                                      {"l_info", log(1 + a * a / 3 / (v + 1)) / 2}}) {
      const Number miss = abs(Number(n[j].at(name).value - exact));
      CHECK_MESSAGE(miss <= n[j].at(name).error, name, " at ", j, " misses by ", miss.str(3));
    }
  }
}

TEST_CASE("sgld of gaussian-mean in two dimensions: a schedule that stays constant, on grids, gives the closed form") {
  const auto of = [](const std::string& rate) {
    return numbers(compute(
        parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1\ndimension = 2\n[data]\nsize = 3\ntarget = { mean "
                  "= [0.5, -0.3], stddev = [1, 0.8] }\n[learner]\nkind = \"sgld\"\nbatch = \"full\"\n"
                  "learning_rate = " +
                  rate +
                  "\ntemperature = 0.3\nweight_decay = 0.2\ninitial = { mean = [0.1, 0.1], stddev = [0.5, 0.4] "
                  "}\n[time]\npoints = [0, 1, 3]\n"),
        with(Method::automatic, 10)));
  };
  const auto grids = of("{ times = [1, 2], values = [0.2, 0.2] }");
  CHECK(check_honest(grids, of("0.2"), "two dimensions") >= 75);
  check_accuracy(grids, 10, "two dimensions");
}

TEST_CASE("jump: a temperature schedule that stays constant, for every acceptance, and annealing by two routes") {
  const auto of = [](const std::string& acceptance, const std::string& temperature) {
    return parse_one(
        "[model]\nkind = \"bernoulli\"\n[data]\nsize = 2\ntarget = [0.3, 0.7]\n[learner]\nkind = \"jump\"\n"
        "states = { from = -2, to = 2, count = 5 }\nrate = 1.5\nweight_decay = 0.1\n"
        "initial = [0, 0.25, 0.5, 0.25, 0]\nacceptance = \"" +
        acceptance + "\"\ntemperature = " + temperature + "\n[time]\npoints = [0, 0.4, 3]\n");
  };
  for (const std::string acceptance : {"metropolis", "heat-bath", "arrhenius"}) {
    const auto a = numbers(compute(of(acceptance, "0.5"), everything()));
    const auto b = numbers(compute(of(acceptance, "{ times = [0, 1], values = [0.5, 0.5] }"), everything()));
    CHECK(check_honest(b, a, acceptance) == 33);
    bool currents = false;  // I7: entropy balance against currents
    for (const auto& c : compute(of(acceptance, "{ times = [0.1, 2], values = [1, 0.1] }"), everything()).checks)
      currents = currents || c.identity == "I7";
    CHECK(currents);
  }
}

TEST_CASE("jump: temperature schedules with X lagging, and fluctuations") {
  Options o = everything();
  for (const char* q : {"work_x", "flow_x", "flow_theta", "ep_x", "r_info", "heat_x_variance", "heat_x_skewness",
                        "work_x_variance", "work_x_skewness", "ift_x", "ift_theta"})
    o.quantities.emplace_back(q);
  const auto of = [&](const std::string& acceptance, const std::string& temperature, const std::string& sampler,
                      const std::string& step) {
    return numbers(compute(parse_one("[model]\nkind = \"ising\"\nspins = 2\nedges = [[0, 1]]\n[data]\nsize = 1\n"
                                     "target = [0.3, 0.1, 0.2, 0.4]\n[learner]\nkind = \"jump\"\n"
                                     "states = { from = -2, to = 2, count = 5 }\nrate = 1.5\nweight_decay = 0.1\n"
                                     "initial = [0.1, 0.2, 0.4, 0.2, 0.1]\nacceptance = \"" +
                                     acceptance + "\"\ntemperature = " + temperature + "\n[sampler]\n" + sampler +
                                     "\n[time]\npoints = [0, 0.4, 1.2]\n" + step),
                           o));
  };
  const std::string flat = "{ times = [0.1, 1], values = [0.5, 0.5] }";
  const std::string turns[] = {"kind = \"gibbs\"\nsweeps = 1", "kind = \"equilibrium\""},
                    fluent[] = {"kind = \"glauber\"\nrate = 2", "kind = \"equilibrium\""};
  for (const std::string acceptance : {"metropolis", "heat-bath", "arrhenius"})
    for (int k = 0; k < 2; ++k) {
      CHECK(check_honest(of(acceptance, flat, turns[k], "step = 0.4"), of(acceptance, "0.5", turns[k], "step = 0.4"),
                         acceptance) >= 55);
      CHECK(check_honest(of(acceptance, flat, fluent[k], ""), of(acceptance, "0.5", fluent[k], ""), acceptance) >= 55);
    }
  // annealing: turns of a short step tend to continuous time, by a series in the step
  const std::string ramp = "{ times = [0.1, 1], values = [1, 0.2] }";
  const auto exact = of("heat-bath", ramp, fluent[0], "").back();
  o.digits = 8;  // of the error bars: a hundred turns in a hundred digits would take half a minute
  std::vector<std::map<std::string, Entry>> near;
  for (const char* step : {"0.04", "0.02", "0.01"})
    near.push_back(of("heat-bath", ramp, fluent[0], "step = " + std::string(step)).back());
  const auto number = [](const auto& row, const std::string& name) { return static_cast<double>(row.at(name).value); };
  for (const std::string name :
       {"heat_x", "work_x", "ep_x", "flow_x", "heat_x_variance", "work_x_skewness", "r_info"}) {
    const double first = 2 * number(near[1], name) - number(near[0], name),
                 second = 2 * number(near[2], name) - number(near[1], name), limit = (4 * second - first) / 3;
    CHECK_MESSAGE(std::fabs(number(near[0], name) - number(exact, name)) > 1e-7, name);
    CHECK_MESSAGE(std::fabs(limit - number(exact, name)) < 0.1 * std::fabs(second - first) + 1e-9, name);
  }
}

TEST_CASE("schedules in two parameters: uncoupled spins add up") {
  const auto spins = [](const std::string& count, const std::string& data, const std::string& learner,
                        const std::string& start) {
    return parse_one("[model]\nkind = \"ising\"\nspins = " + count + "\nedges = []\nfields = true\n[data]\n" + data +
                     "\n[learner]\n" + learner + "\nweight_decay = 0.2\ninitial = " + start +
                     "\n[time]\npoints = [0, 0.3, 0.8]\n");
  };
  Options o = with(Method::automatic, 6);
  o.quantities = {"entropy_theta_given_b", "heat_theta", "ep_theta", "ep_theta_medium", "fisher_dissipation", "heat_x"};
  const std::string langevin =
      "kind = \"langevin\"\nmobility = { times = [0, 1], values = [1, 0.5] }\n"
      "temperature = { times = [0, 0.5], values = [0.6, 0.3] }";
  // all four outcomes once: the covariance of the gradients is diagonal
  const std::string sgd =
      "kind = \"sgd-diffusion\"\nlearning_rate = { times = [0, 0.5], values = [0.8, 0.2] }\nbatch_size = 1\n"
      "temperature = 0.2";
  for (const auto& learner : {langevin, sgd}) {
    const auto both =
        numbers(compute(spins("2", "counts = [1, 1, 1, 1]", learner, "{ mean = [0.2, 0], stddev = [0.5, 0.7] }"), o));
    const auto a = numbers(compute(spins("1", "counts = [2, 2]", learner, "{ mean = [0.2], stddev = [0.5] }"), o));
    const auto b = numbers(compute(spins("1", "counts = [2, 2]", learner, "{ mean = [0], stddev = [0.7] }"), o));
    for (std::size_t j = 0; j < both.size(); ++j) {
      CHECK(both[j].size() == o.quantities.size());
      for (const auto& [name, entry] : both[j]) {
        const Number miss = abs(Number(entry.value - a[j].at(name).value - b[j].at(name).value));
        CHECK_MESSAGE(miss <= entry.error + a[j].at(name).error + b[j].at(name).error, name, " at time ", j,
                      " misses by ", miss.str(3));
      }
    }
  }
}

}  // namespace calor::run::test
