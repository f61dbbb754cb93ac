#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "run/run.hpp"
#include "tests/place.hpp"
#include "validation/simulator/model.hpp"
#include "validation/simulator/simulate.hpp"

namespace calor::simulate_test {

using namespace simulator;

namespace {

experiment::Experiment shipped(const std::string& name, std::size_t member = 0) {
  return experiment::read(test::source_root() + "/validation/experiments/" + name + ".toml").at(member).experiment;
}

struct Mean {
  double value = 0, error = 0;
};

Mean mean(const std::vector<double>& v, std::size_t times, std::size_t t) {
  double sum = 0, square = 0, n = 0;
  for (std::size_t i = t; i < v.size(); i += times, ++n) sum += v[i];
  for (std::size_t i = t; i < v.size(); i += times) square += (v[i] - sum / n) * (v[i] - sum / n);
  return {sum / n, std::sqrt(square / (n - 1) / n)};
}

/// The means of the paths agree with the exact table within 4 standard errors (and `allowed`, the error of the scheme).
void check_against_table(const experiment::Experiment& e, const Options& options, double allowed,
                         std::vector<std::string> quantities) {
  run::Options wanted;
  wanted.digits = 6;
  wanted.quantities = quantities;
  const auto table = run::compute(e, wanted);
  const Sample s = simulate(e, options);
  const std::map<std::string, const std::vector<double>*> sums{
      {"heat_theta", &s.heat_theta}, {"ep_theta_medium", &s.medium}, {"heat_x", &s.heat_x}, {"work_x", &s.work_x}};
  for (std::size_t t = 0; t < s.times; ++t)
    for (const auto& cell : table.rows[t].cells) {
      if (!sums.contains(cell.quantity)) continue;
      const double exact = std::stod(cell.value);
      const Mean m = mean(*sums.at(cell.quantity), s.times, t);
      CAPTURE(e.title);
      CAPTURE(s.time[t]);
      CAPTURE(cell.quantity);
      CAPTURE(exact);
      CAPTURE(m.value);
      CAPTURE(m.error);
      CHECK(std::abs(m.value - exact) <= 4 * m.error + allowed * std::abs(exact) + 1e-9);
    }
}

}  // namespace

TEST_CASE("a run is a prefix of a longer one, and threads do not matter") {
  for (const std::string name : {"coin", "one_bit", "sgld_coin", "spins_glauber", "gaussian_ou"}) {
    const auto e = shipped(name);
    Options few, many, tail;
    few.replicates = 60;
    few.threads = 1;
    many.replicates = 300;
    many.threads = 3;
    tail.first = 40;
    tail.replicates = 20;
    const Sample a = simulate(e, few), b = simulate(e, many), c = simulate(e, tail);
    CHECK(std::equal(a.theta.begin(), a.theta.end(), b.theta.begin()));
    CHECK(std::equal(a.x.begin(), a.x.end(), b.x.begin()));
    CHECK(std::equal(a.heat_x.begin(), a.heat_x.end(), b.heat_x.begin()));
    CHECK(std::equal(c.theta.begin(), c.theta.end(), a.theta.begin() + 40 * static_cast<std::ptrdiff_t>(a.times)));
    few.seed = 2;
    CHECK(simulate(e, few).theta != a.theta);
  }
}

TEST_CASE("heat and work along paths agree with the exact table") {
  Options options;
  options.replicates = 4000;
  for (const std::string name : {"gaussian", "michelson", "one_bit", "sgld_coin"})
    check_against_table(shipped(name), options, 0, {"heat_theta", "ep_theta_medium"});
  options.step = 0.02;
  check_against_table(shipped("coin"), options, 0.005, {"heat_theta"});
  check_against_table(shipped("ising_pair"), options, 0.01, {"heat_theta"});
}

TEST_CASE("counts: draws have the probabilities of Poisson") {
  const auto model = make_model(shipped("poisson"));
  Stream random({11, 12}, 0, Channel::x);
  const double few = std::log(2.5), many = std::log(1700.0);  // more than one piece
  const int n = 40000;
  std::vector<double> found(30, 0.0);
  double x = 0, sum = 0, square = 0;
  for (int i = 0; i < n; ++i) {
    model->draw(&few, random, &x);
    ++found.at(static_cast<std::size_t>(x));
  }
  for (int i = 0; i < 4000; ++i) {
    model->draw(&many, random, &x);
    sum += x - 1700;
    square += (x - 1700) * (x - 1700);
  }
  for (std::size_t k = 0; k < 10; ++k) {
    const double count = static_cast<double>(k), p = std::exp(count * few - 2.5 - std::lgamma(count + 1));
    CHECK(std::abs(std::exp(-model->energy_of(&few, &count)) - p) < 1e-14);
    CHECK(std::abs(found[k] / n - p) < 4 * std::sqrt(p * (1 - p) / n));
  }
  CHECK(std::abs(sum / 4000) < 4 * std::sqrt(1700.0 / 4000));
  CHECK(std::abs(square / 4000 - 1700) < 4 * 1700 * std::sqrt(2.0 / 4000));
}

TEST_CASE("counts: every learner, target and sampler agrees with the exact table") {
  const std::string
      rate = "target = { rate = 1.5 }",
      list = "target = [0.3, 0.4, 0.2, 0.1]", given = "counts = [1, 0, 2, 1]",
      start = "initial = { mean = [0.1], stddev = [0.3] }",
      langevin = "kind = \"langevin\"\nmobility = 1\ntemperature = 0.3\n" + start,
      sgld = "kind = \"sgld\"\nlearning_rate = 0.2\ntemperature = 0.3\n" + start,
      jump =
          "kind = \"jump\"\nrate = 1\ntemperature = 0.4\nacceptance = \"heat-bath\"\ninitial = [0.5, 0.2, 0.3]\n"
          "states = { from = -0.5, to = 1, count = 3 }";
  const auto made = [](const std::string& data, const std::string& learner, const std::string& sampler) {
    return experiment::parse("[model]\nkind = \"poisson\"\n[data]\n" + (data[0] == 't' ? "size = 3\n" + data : data) +
                                 "\n[learner]\nweight_decay = 0.2\n" + learner +
                                 "\n[time]\npoints = [0, 1, 3]\n[sampler]\n" + sampler,
                             "test", ".")
        .at(0)
        .experiment;
  };
  const std::string equilibrium = "kind = \"equilibrium\"\n";
  Options options;
  options.replicates = 3000;
  options.follow = true;
  check_against_table(made(given, langevin, equilibrium), options, 0.01, {"heat_theta"});
  const std::vector<std::string> all{"heat_theta", "ep_theta_medium", "heat_x", "work_x"};
  check_against_table(made(given, sgld, equilibrium), options, 0, all);
  for (const auto& data : {rate, list}) check_against_table(made(data, jump, equilibrium), options, 0, all);
  check_against_table(made(list, jump, "kind = \"heat-bath\"\nrate = 2\n"), options, 0, all);
}

TEST_CASE("heat and work of X agree with the exact table") {
  Options options;
  options.replicates = 1000;
  check_against_table(shipped("gaussian_ou"), options, 0.01, {"heat_theta", "heat_x", "work_x"});
  check_against_table(shipped("coin_lagging", 1), options, 0.02, {"heat_x", "work_x"});
  check_against_table(shipped("spins_glauber"), options, 0.02, {"heat_x", "work_x"});
  options.follow = true;
  check_against_table(shipped("one_bit"), options, 0, {"heat_x", "work_x"});
  check_against_table(shipped("sgld_coin"), options, 0, {"heat_x", "work_x"});
}

}  // namespace calor::simulate_test
