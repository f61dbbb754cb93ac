// sgld in two parameters: two spins without coupling learn as each alone, everything adds; the others' identities.

#include <doctest/doctest.h>

#include <algorithm>

#include "support.hpp"

namespace calor::run::test {

namespace {

std::string fields(int spins, const std::string& target, const std::string& mean, const std::string& stddev) {
  return "[model]\nkind = \"ising\"\nspins = " + std::to_string(spins) +
         "\nedges = []\nfields = true\n[data]\nsize = 1\ntarget = " + target +
         "\n[learner]\nkind = \"sgld\"\nbatch = \"full\"\ntemperature = 0.3\nweight_decay = 0.2\n"
         "learning_rate = { times = [0, 2], values = [0.5, 0.3] }\ninitial = { mean = " +
         mean + ", stddev = " + stddev + " }\n[time]\npoints = [0, 1, 3]\n";
}

}  // namespace

TEST_CASE("sgld in two parameters: uncoupled spins add up") {
  Options o = with(Method::automatic, 8);
  o.quantities = {"m_info", "l_info", "lautum_info", "heat_theta", "ep_theta",   "ep_theta_medium", "heat_x",
                  "work_x", "ep_x",   "flow_x",      "flow_theta", "ep_x_naive", "loss_test",       "entropy_theta"};
  // outcomes 00, 10, 01, 11 (bit i: spin i) of independent spins with p(up) = 0.75 and 0.4
  const auto both = numbers(compute(parse_one(fields(2, "[0.15, 0.45, 0.1, 0.3]", "[0.2, 0]", "[0.5, 0.7]")), o));
  const auto a = numbers(compute(parse_one(fields(1, "[0.25, 0.75]", "[0.2]", "[0.5]")), o));
  const auto b = numbers(compute(parse_one(fields(1, "[0.6, 0.4]", "[0]", "[0.7]")), o));
  for (std::size_t j = 0; j < both.size(); ++j) {
    CHECK(both[j].size() == o.quantities.size());
    for (const auto& [name, entry] : both[j]) {
      const Number sum = a[j].at(name).value + b[j].at(name).value, miss = abs(Number(entry.value - sum));
      const bool close = miss <= entry.error + a[j].at(name).error + b[j].at(name).error;
      CHECK_MESSAGE(close, name, " at time ", j, ": ", entry.value.str(15), " instead of ", sum.str(15));
    }
  }
}

namespace {

void check_sum(const Numbers& both, const Numbers& a, const Numbers& b, std::size_t quantities) {
  for (std::size_t j = 0; j < both.size(); ++j) {
    CHECK(both[j].size() == quantities);
    for (const auto& [name, entry] : both[j]) {
      const Number sum = a[j].at(name).value + b[j].at(name).value, miss = abs(Number(entry.value - sum));
      const bool close = miss <= entry.error + a[j].at(name).error + b[j].at(name).error;
      CHECK_MESSAGE(close, name, " at time ", j, ": ", entry.value.str(15), " instead of ", sum.str(15));
    }
  }
}

std::string spins(const std::string& count, const std::string& data, const std::string& batch, const std::string& start,
                  const std::string& points) {
  return "[model]\nkind = \"ising\"\nspins = " + count + "\nedges = []\nfields = true\n[data]\n" + data +
         "\n[learner]\nkind = \"sgld\"\nbatch = " + batch +
         "\ntemperature = 0.2\nlearning_rate = 0.5\nweight_decay = 0.3\ninitial = " + start +
         "\n[time]\npoints = " + points + "\n";
}

const std::string both_start = "{ mean = [0.2, 0], stddev = [0.5, 0.7] }", start_a = "{ mean = [0.2], stddev = [0.5] }",
                  start_b = "{ mean = [0], stddev = [0.7] }";

}  // namespace

TEST_CASE("sgld in two parameters: minibatches, housekeeping and excess") {
  Options o = with(Method::automatic, 6);
  o.quantities = {"heat_theta",      "ep_theta",  "ep_theta_medium", "ep_theta_housekeeping",
                  "ep_theta_excess", "heat_x",    "work_x",          "ep_x",
                  "entropy_theta",   "loss_train"};
  const std::string mini = "\"minibatch\"\nbatch_size = 2", points = "[0, 1, 2]";
  // the second spin is up in all examples, so that minibatches differ in the first alone and both learn independently
  const auto both = numbers(compute(parse_one(spins("2", "counts = [0, 0, 1, 2]", mini, both_start, points)), o));
  const auto a = numbers(compute(parse_one(spins("1", "counts = [1, 2]", mini, start_a, points)), o));
  const auto b = numbers(compute(parse_one(spins("1", "counts = [0, 3]", mini, start_b, points)), o));
  check_sum(both, a, b, o.quantities.size());
  CHECK(both.back().at("ep_theta_housekeeping").value > Number("1e-4"));
  // correlated spins: minibatches turn theta, I9 and the other identities are verified
  const auto table = compute(parse_one(spins("2", "counts = [2, 0, 0, 1]", mini, both_start, points)), o);
  CHECK(std::any_of(table.checks.begin(), table.checks.end(), [](const auto& c) { return c.identity == "I9"; }));
}

namespace {

const std::vector<double> examples{0.3, -0.1, 0.6};

std::string width(const std::string& rate, const std::string& batch, const std::string& steps) {
  return "[model]\nkind = \"gaussian\"\n[data]\nvalues = [0.3, -0.1, 0.6]\n[learner]\nkind = \"sgld\"\nbatch = " +
         batch + "\ntemperature = 0.3\nlearning_rate = " + rate +
         "\nweight_decay = 0.1\ninitial = { mean = [0.2, 0.1], stddev = [0.2, 0.15] }\n[time]\npoints = [0, " + steps +
         "]\n";
}

/// <L_B> without weight decay after one step, where every minibatch of one example (or the one of all) is as likely:
/// over the start by trapezoidal sums, over the step's noise in closed form.
double loss_after_one_step(double rate, const std::vector<std::vector<double>>& batches) {
  const auto moments = [](const std::vector<double>& of) {
    double mean = 0, square = 0;
    for (const double x : of) mean += x / static_cast<double>(of.size());
    for (const double x : of) square += (x - mean) * (x - mean) / static_cast<double>(of.size());
    return std::pair(mean, square);
  };
  const auto [mean, scatter] = moments(examples);
  const double v = 2 * rate * 0.3;
  double sum = 0, mass = 0;
  for (int i = -200; i <= 200; ++i)
    for (int j = -200; j <= 200; ++j) {
      const double z = 0.04 * i, y = 0.04 * j, weight = std::exp(-(z * z + y * y) / 2);
      const double mu = 0.2 + 0.2 * z, lambda = 0.1 + 0.15 * y, w = std::exp(-2 * lambda);
      mass += weight;
      for (const auto& batch : batches) {
        const auto [m, s] = moments(batch);
        const double to = mu + rate * ((m - mu) * w - 0.1 * mu),
                     wide = lambda + rate * (w * (s + (m - mu) * (m - mu)) - 1 - 0.1 * lambda);
        const double loss =
            std::log(2 * M_PI) / 2 + wide + std::exp(2 * v - 2 * wide) / 2 * (scatter + (mean - to) * (mean - to) + v);
        sum += weight * loss / static_cast<double>(batches.size());
      }
    }
  return sum / mass;
}

void check_one_step(const std::string& batch, const std::vector<std::vector<double>>& batches) {
  Options o = with(Method::automatic, 5);
  o.quantities = {"loss_train", "l_info"};
  const auto got = numbers(compute(parse_one(width("0.1", batch, "1")), o));
  const double truth = loss_after_one_step(0.1, batches),
               miss = std::fabs(static_cast<double>(got[1].at("loss_train").value) - truth);
  CHECK_MESSAGE(miss < static_cast<double>(got[1].at("loss_train").error) + 1e-11, batch, ": off by ", miss);
  CHECK(got[1].at("l_info").value == 0);
}

}  // namespace

TEST_CASE("sgld of mean and width: one step by an integral") { check_one_step("\"full\"", {examples}); }

TEST_SUITE("long") {
  TEST_CASE("sgld of mean and width: one step of minibatches by an integral") {
    check_one_step("\"minibatch\"\nbatch_size = 1", {{examples[0]}, {examples[1]}, {examples[2]}});
  }

  TEST_CASE("sgld of mean and width: many small steps are langevin's") {
    Options o = with(Method::automatic, 5);
    o.quantities = {"loss_train", "heat_theta", "ep_theta", "entropy_theta"};
    const auto at = [&](const std::string& text) { return numbers(compute(parse_one(text), o)).back(); };
    auto limit = width("0.1", "\"full\"", "0.2");
    limit.replace(limit.find("kind = \"sgld\"\nbatch = \"full\""), 28, "kind = \"langevin\"\nmobility = 1");
    limit.replace(limit.find("learning_rate = 0.1\n"), 20, "");
    const auto truth = at(limit), coarse = at(width("0.04", "\"full\"", "5")),
               fine = at(width("0.02", "\"full\"", "10"));
    for (const auto& q : o.quantities) {
      const auto off = [&](const auto& numbers) {
        return static_cast<double>(Number(numbers.at(q).value - truth.at(q).value));
      };
      CHECK_MESSAGE(std::fabs(off(coarse) / off(fine) - 2) < 0.2, q, ": ", off(coarse), " and ", off(fine));
    }
  }
}

TEST_CASE("sgld in two parameters: a stream of independent spins adds up") {
  Options o = with(Method::automatic, 6);
  o.quantities = {"m_info", "l_info", "heat_theta", "work_theta", "ep_theta",   "ep_theta_medium", "heat_x",
                  "work_x", "ep_x",   "flow_x",     "flow_theta", "ep_x_naive", "loss_test",       "entropy_theta"};
  const std::string stream = "\"stream\"\nbatch_size = 1", points = "[1, 3]";
  const auto both =
      numbers(compute(parse_one(spins("2", "target = [0.15, 0.45, 0.1, 0.3]", stream, both_start, points)), o));
  const auto a = numbers(compute(parse_one(spins("1", "target = [0.25, 0.75]", stream, start_a, points)), o));
  const auto b = numbers(compute(parse_one(spins("1", "target = [0.6, 0.4]", stream, start_b, points)), o));
  check_sum(both, a, b, o.quantities.size());
}

}  // namespace calor::run::test
