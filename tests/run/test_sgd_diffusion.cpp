// sgd-diffusion in one parameter: each data set has langevin's numbers at its own temperature D_B; singular noise is
// refused.

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

const std::string tail =
    "\nweight_decay = 0.1\ninitial = { mean = [0.2], stddev = [0.5] }\n[time]\npoints = [0, 0.5, 2]\n";

std::string coin_by_sgd(const std::string& data, const std::string& learner) {
  return "[model]\nkind = \"bernoulli\"\n[data]\n" + data + "\n[learner]\n" + learner + tail;
}

std::string sgd(const std::string& temperature) {
  return "kind = \"sgd-diffusion\"\nlearning_rate = 0.5\nbatch_size = 2\ntemperature = " + temperature;
}

}  // namespace

TEST_CASE("sgd-diffusion: averages over data sets are those of langevin at the temperatures D_B") {
  Options all = with(Method::automatic);
  all.quantities = {"entropy_theta_given_b", "heat_theta", "ep_theta", "ep_theta_medium", "ep_theta_excess",
                    "fisher_dissipation",    "loss_train", "heat_x",   "work_x",          "entropy_x_given_theta"};
  const Numbers whole = numbers(compute(parse_one(coin_by_sgd("size = 3\ntarget = [0.25, 0.75]", sgd("0.1"))), all));
  std::vector<std::map<std::string, Number>> mean(whole.size());
  const int weight[] = {1, 9, 27, 27};  // of 64
  for (int k = 0; k <= 3; ++k) {
    // eta/2m k/N (1 - k/N) + T = k (3 - k)/72 + 1/10
    const auto temperature = num::to_text(Number(Number(k * (3 - k)) / 72 + Number(1) / 10), 40);
    const auto data = "counts = [" + std::to_string(3 - k) + ", " + std::to_string(k) + "]";
    const Numbers one = numbers(
        compute(parse_one(coin_by_sgd(data, "kind = \"langevin\"\nmobility = 1\ntemperature = " + temperature)), all));
    for (std::size_t j = 0; j < one.size(); ++j)
      for (const auto& [name, entry] : one[j]) mean[j][name] += weight[k] * entry.value / 64;
  }
  for (std::size_t j = 0; j < whole.size(); ++j) {
    CHECK(whole[j].size() == all.quantities.size());
    for (const auto& [name, entry] : whole[j]) {
      const Number miss = abs(Number(entry.value - mean[j].at(name)));
      CHECK_MESSAGE(miss <= 2 * entry.error + Number("1e-11"), name, " at time ", j, " misses by ", miss.str(3));
    }
  }
}

TEST_CASE("sgd-diffusion without noise in some data set is refused by name") {
  const auto refused = [](const std::string& text) {
    CHECK_THROWS_WITH_AS(compute(parse_one(text), Options{}), doctest::Contains("learner.temperature"), InputError);
  };
  refused(coin_by_sgd("size = 3\ntarget = [0.25, 0.75]", sgd("0")));
  refused(coin_by_sgd("counts = [0, 4]", sgd("0")));
  const std::string gauss = "[model]\nkind = \"gaussian-mean\"\nstddev = 1\n[data]\n";
  refused(gauss + "size = 1\ntarget = { mean = 0, stddev = 1 }\n[learner]\n" + sgd("0") + tail);
  refused(gauss + "values = [[1], [1]]\n[learner]\n" + sgd("0") + tail);
  Options one = with(Method::automatic);
  one.quantities = {"ep_theta"};
  CHECK(numbers(compute(parse_one(coin_by_sgd("counts = [2, 3]", sgd("0"))), one)).back().at("ep_theta").value > 0);
}

TEST_CASE("sgd-diffusion in two parameters: identical examples give langevin, others a stationary current") {
  const auto of = [](const std::string& counts, const std::string& learner) {
    return parse_one("[model]\nkind = \"categorical\"\noutcomes = 3\n[data]\ncounts = " + counts + "\n[learner]\n" +
                     learner +
                     "\nweight_decay = 0.3\ninitial = { mean = [0.2, 0], stddev = [0.6, 0.7] }\n"
                     "[time]\npoints = [0, 0.5, 2]\n");
  };
  Options o = with(Method::automatic, 10);
  o.quantities = {"entropy_theta_given_b", "ep_theta", "heat_theta", "fisher_dissipation", "heat_x", "loss_train"};
  const std::string sgd = "kind = \"sgd-diffusion\"\nlearning_rate = 0.5\nbatch_size = 1\ntemperature = 0.25";
  const auto plain = numbers(compute(of("[0, 0, 3]", "kind = \"langevin\"\nmobility = 1\ntemperature = 0.25"), o));
  CHECK(check_honest(numbers(compute(of("[0, 0, 3]", sgd), o)), plain, "identical examples") == 18);

  Options parts = with(Method::automatic, 5);
  parts.quantities = {"ep_theta", "ep_theta_housekeeping", "ep_theta_excess"};
  const auto table = compute(of("[1, 2, 1]", sgd), parts);
  bool checked = false;
  for (const auto& c : table.checks) checked = checked || c.identity == "I9";
  CHECK(checked);
  CHECK(numbers(table).back().at("ep_theta_housekeeping").value > Number("1e-5"));

  // after a short time the stationary density is far wider than the others: two spins add up
  const auto soon = [&](const std::string& spins, const std::string& counts, const std::string& start) {
    return numbers(compute(parse_one("[model]\nkind = \"ising\"\nspins = " + spins +
                                     "\nedges = []\nfields = true\n[data]\ncounts = " + counts +
                                     "\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.1\nbatch_size = 1\n"
                                     "temperature = 0.2\nweight_decay = 0.3\ninitial = " +
                                     start + "\n[time]\npoints = [0, 0.02]\n"),
                           parts));
  };
  const auto both = soon("2", "[0, 0, 1, 2]", "{ mean = [0.2, 0], stddev = [0.2, 0.15] }");
  const auto sum = added(soon("1", "[1, 2]", "{ mean = [0.2], stddev = [0.2] }"),
                         soon("1", "[0, 3]", "{ mean = [0], stddev = [0.15] }"));
  CHECK(check_honest(both, sum, "a short time") == 6);
  for (const auto& [q, entry] : both[1]) CHECK_MESSAGE(entry.error < 1e-4, q, ": ", entry.error.str(3));
}

TEST_CASE("sgd-diffusion: noise that depends on theta is taken in the Ito convention") {
  // by an independent program (NumPy): d rho/dt = -d(f rho) + d²(D rho), sinc collocation, dense matrix exponentials
  const auto rbm = [](const std::string& data, const std::string& learner) {
    return "[model]\nkind = \"rbm\"\nvisible = 1\nhidden = 1\nbiases = false\n[data]\n" + data +
           "\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.8\nbatch_size = 1\n" + learner +
           "\nweight_decay = 0.2\ninitial = { mean = [0.3], stddev = [0.6] }\n[time]\npoints = [0, 0.5, 3]\n";
  };
  const std::string target = "size = 3\ntarget = [0.4, 0.6]";
  const auto got = numbers(compute(parse_one(rbm(target, "temperature = 0.1")), Options{}));
  const std::map<std::string, const char*> half{{"m_info", "0.0079817158648"},
                                                {"l_info", "0.0002177136325"},
                                                {"entropy_theta_given_b", "0.9379944911642"},
                                                {"fisher_dissipation", "0.0050222633100"},
                                                {"heat_theta", "-0.0092846120222"},
                                                {"loss_test", "0.6937820664934"}},
      late{{"m_info", "0.1094781114224"},
           {"l_info", "0.0037591852511"},
           {"entropy_theta_given_b", "1.003031768486"},
           {"fisher_dissipation", "0.0290994249003"},
           {"heat_theta", "-0.0289882517529"},
           {"loss_test", "0.6999689470205"}};
  for (const auto& [row, values] : {std::pair{1, half}, std::pair{2, late}})
    for (const auto& [name, value] : values) {
      const auto& entry = got[static_cast<std::size_t>(row)].at(name);
      const Number miss = abs(Number(entry.value - Number(value)));
      CHECK_MESSAGE(miss <= entry.error + Number("2e-12"), name, " misses by ", miss.str(3));
    }
  // in one parameter the stationary current vanishes, ln rho_ss = int (f - D')/D: I9 is a second route to ep_theta
  Options parts = with(Method::automatic, 9);
  parts.quantities = {"ep_theta", "ep_theta_excess", "ep_theta_housekeeping"};
  const auto late_row = numbers(compute(parse_one(rbm(target, "temperature = 0.1")), parts)).back();
  CHECK(late_row.at("ep_theta_housekeeping").value == 0);
  const Number apart = abs(Number(late_row.at("ep_theta").value - late_row.at("ep_theta_excess").value));
  CHECK(apart <= late_row.at("ep_theta").error + late_row.at("ep_theta_excess").error);

  CHECK_THROWS_WITH_AS(compute(parse_one(rbm("counts = [2, 1]", "temperature = 0")), Options{}),
                       doctest::Contains("learner.temperature"), InputError);
}

TEST_CASE("sgd-diffusion: two weights of an rbm against an independent program") {
  Options o = with(Method::automatic, 8);
  o.quantities = {"m_info", "l_info", "entropy_theta_given_b", "heat_theta"};
  const auto got = numbers(compute(
      parse_one("[model]\nkind = \"rbm\"\nvisible = 1\nhidden = 2\nbiases = false\n[data]\nsize = 3\n"
                "target = [0.4, 0.6]\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.8\nbatch_size = 1\n"
                "temperature = 0.1\nweight_decay = 0.2\ninitial = { mean = [0.3, -0.2], stddev = [0.6, 0.5] }\n"
                "[time]\npoints = [0, 1]\n"),
      o));
  const std::map<std::string, const char*> values{{"m_info", "0.0450094328265"},
                                                  {"l_info", "0.0019910908364"},
                                                  {"entropy_theta_given_b", "1.8358790853"},
                                                  {"heat_theta", "-0.0210836281772"}};
  for (const auto& [name, value] : values) {
    const Number miss = abs(Number(got.back().at(name).value - Number(value)));
    CHECK_MESSAGE(miss <= got.back().at(name).error + Number("2e-10"), name, " misses by ", miss.str(3));
  }
}

TEST_CASE("sgd-diffusion: linear-regression, whose moments close; refusals") {
  const auto regression = [](const std::string& data, const std::string& temperature) {
    return "[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = [[1], [2], [0.5]]\n[data]\n" + data +
           "\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.02\nbatch_size = 1\ntemperature = " + temperature +
           "\nweight_decay = 0.1\ninitial = { mean = [0.5], stddev = [0.4] }\n[time]\npoints = [0, 0.4, 2]\n";
  };
  // f = b - a theta, D = T + c (p - 2 q theta + r theta²): m_1' = b - a m_1, m_2' = 2 E[theta f] + 2 E[D] (Ito)
  const double u[] = {1, 2, 0.5}, y[] = {1, 0.5, 2}, temperature = 0.1, c = 0.01;
  double uy = 0, uu = 0, yy = 0, p = 0, q = 0, r = 0;
  for (int i = 0; i < 3; ++i) uy += u[i] * y[i] / 3, uu += u[i] * u[i] / 3, yy += y[i] * y[i] / 3;
  for (int i = 0; i < 3; ++i) {
    const double g = u[i] * y[i] - uy, h = u[i] * u[i] - uu;
    p += g * g / 3, q += g * h / 3, r += h * h / 3;
  }
  const double a = uu + 0.1, b = uy;
  using Two = Eigen::Vector2d;
  const auto slope = [&](const Two& m) {
    return Two(b - a * m[0], 2 * b * m[0] - 2 * a * m[1] + 2 * temperature + 2 * c * (p - 2 * q * m[0] + r * m[1]));
  };
  Two m(0.5, 0.25 + 0.16);
  const auto train = [&] { return std::log(2 * M_PI) / 2 + (yy - 2 * uy * m[0] + uu * m[1]) / 2; };
  Options o = with(Method::automatic, 9);
  o.quantities = {"loss_train", "ep_theta", "ep_theta_excess", "ep_theta_housekeeping", "entropy_x", "heat_theta"};
  const auto got = numbers(compute(parse_one(regression("values = [[1], [0.5], [2]]", "0.1")), o));
  const double ends[] = {0, 0.4, 2}, start = train() + 0.05 * m[1];
  for (std::size_t j = 0; j < 3; ++j) {
    const int steps = 2000;
    const double h = j ? (ends[j] - ends[j - 1]) / steps : 0;
    for (int k = 0; k < steps; ++k) {
      const Two k1 = slope(m), k2 = slope(m + h / 2 * k1), k3 = slope(m + h / 2 * k2), k4 = slope(m + h * k3);
      m += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    const auto near = [&](const char* name, double value) {
      const Number miss = abs(Number(got[j].at(name).value - value));
      CHECK_MESSAGE(miss <= got[j].at(name).error + Number("1e-11"), name, " misses by ", miss.str(3));
    };
    near("loss_train", train());
    near("heat_theta", train() + 0.05 * m[1] - start);
    const Number apart = abs(Number(got[j].at("ep_theta").value - got[j].at("ep_theta_excess").value));
    CHECK(apart <= got[j].at("ep_theta").error + got[j].at("ep_theta_excess").error);
  }
  CHECK_THROWS_WITH_AS(compute(parse_one(regression("values = [[1], [0.5], [2]]", "0")), o),
                       doctest::Contains("learner.temperature"), InputError);
}

namespace {

/// Two examples of a regression through the origin.
std::string line(const std::string& inputs, const std::string& data) {
  return "[model]\nkind = \"linear-regression\"\nstddev = 1.5\ninputs = " + inputs + "\n[data]\n" + data +
         "\n[learner]\n" + sgd("0.3") + tail;
}

}  // namespace

TEST_CASE("sgd-diffusion of linear-regression, data drawn: every example counts") {
  Options o = with(Method::automatic, 7);
  o.quantities = {"m_info",     "l_info",   "entropy_theta",      "entropy_theta_given_b",
                  "heat_theta", "ep_theta", "fisher_dissipation", "loss_train",
                  "loss_test"};
  // equal inputs: a Gaussian mean, whose data sets are told by mean and scatter
  const auto got = numbers(compute(parse_one(line("[[1], [1]]", "target = { weights = [0.4], stddev = 0.8 }")), o));
  const auto mean = numbers(compute(parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1.5\n[data]\nsize = 2\n"
                                              "target = { mean = 0.4, stddev = 0.8 }\n[learner]\n" +
                                              sgd("0.3") + tail),
                                    o));
  CHECK(check_honest(got, mean, "equal inputs") == 27);
  // noise that depends on theta: averages over B by Gauss–Hermite sums over given data
  o.quantities = {"entropy_theta_given_b", "heat_theta", "ep_theta", "loss_train"};
  const std::string inputs = "[[1], [-0.5]]";
  const auto drawn = numbers(compute(parse_one(line(inputs, "target = { weights = [0.4], stddev = 0.8 }")), o));
  // (A. Stroud, D. Secrest, Gaussian Quadrature Formulas, 1966) for exp(-z²/2), seven nodes
  const double node[] = {0, 1.1544053947399682, 2.3667594107345415, 3.7504397177257425},
               weight[] = {0.45714285714285713, 0.24012317860501256, 0.030757123967586484, 0.000548268855972217};
  std::vector<std::map<std::string, Number>> average(drawn.size());
  for (int i = -3; i <= 3; ++i)
    for (int k = -3; k <= 3; ++k) {
      const auto y = [&](int at, double u) {
        return num::to_text(Number(0.4 * u + (at < 0 ? -0.8 : 0.8) * node[std::abs(at)]), 17);
      };
      const auto one = numbers(compute(parse_one(line(inputs, "values = [" + y(i, 1) + ", " + y(k, -0.5) + "]")), o));
      for (std::size_t j = 0; j < one.size(); ++j)
        for (const auto& [q, entry] : one[j])
          average[j][q] += Number(weight[std::abs(i)] * weight[std::abs(k)]) * entry.value;
    }
  for (std::size_t j = 0; j < drawn.size(); ++j)
    for (const auto& [q, value] : average[j]) {
      const Number miss = abs(Number(drawn[j].at(q).value - value));
      CHECK_MESSAGE(miss <= drawn[j].at(q).error + Number(1e-5), q, " at ", j, " misses by ", miss.str(3));
    }
  auto plane = line("[[1, 0.2], [-0.5, 1]]", "target = { weights = [0.4, 0], stddev = 0.8 }");
  plane.replace(plane.find("mean = [0.2], stddev = [0.5]"), 28, "mean = [0.2, 0], stddev = [0.5, 0.5]");
  CHECK_THROWS_WITH_AS(static_cast<void>(compute(parse_one(plane), o)), doctest::Contains("data.target"), InputError);
}

}  // namespace calor::run::test
