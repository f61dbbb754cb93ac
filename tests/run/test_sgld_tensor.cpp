// sgld in two parameters: two spins without coupling learn as each alone, everything adds; the others' identities.

#include <doctest/doctest.h>

#include <Eigen/Core>
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
  // after one small step the stationary density is far wider than the others
  o.quantities = {"ep_theta", "ep_theta_housekeeping", "ep_theta_excess"};
  const auto soon = [&](const std::string& count, const std::string& data, const std::string& start) {
    auto text = spins(count, data, "\"full\"", start, "[0, 1]");
    text.replace(text.find("learning_rate = 0.5"), 19, "learning_rate = 0.1");
    return numbers(compute(parse_one(text), o));
  };
  check_sum(soon("2", "counts = [0, 0, 1, 2]", "{ mean = [0.2, 0], stddev = [0.2, 0.15] }"),
            soon("1", "counts = [1, 2]", "{ mean = [0.2], stddev = [0.2] }"),
            soon("1", "counts = [0, 3]", "{ mean = [0], stddev = [0.15] }"), 3);
}

namespace {

/// `gaussian` on given examples, mean and ln width started around (0.2, log_width).
struct Widths {
  std::vector<double> examples{0.3, -0.1, 0.6};
  double temperature = 0.3, log_width = 0.1, mean_spread = 0.2, width_spread = 0.15;
};

std::string width(const Widths& w, const std::string& learner, const std::string& end) {
  const auto list = [](const std::vector<double>& of) {
    std::string out;
    for (const double x : of) out += (out.empty() ? "[" : ", ") + std::to_string(x);
    return out + "]";
  };
  return "[model]\nkind = \"gaussian\"\n[data]\nvalues = " + list(w.examples) + "\n[learner]\n" + learner +
         "\ntemperature = " + std::to_string(w.temperature) +
         "\nweight_decay = 0.1\ninitial = { mean = " + list({0.2, w.log_width}) +
         ", stddev = " + list({w.mean_spread, w.width_spread}) + " }\n[time]\npoints = [0, " + end + "]\n";
}

std::string sgld(double rate, const std::string& batch) {
  return "kind = \"sgld\"\nlearning_rate = " + std::to_string(rate) + "\nbatch = " + batch;
}

struct Batch {
  double mean = 0, scatter = 0;
};

Batch batch_of(const std::vector<double>& of) {
  Batch out;
  for (const double x : of) out.mean += x / static_cast<double>(of.size());
  for (const double x : of) out.scatter += (x - out.mean) * (x - out.mean) / static_cast<double>(of.size());
  return out;
}

using Place = Eigen::Vector2d;

Place after(const Place& theta, double rate, const Batch& batch) {
  const double away = batch.mean - theta[0], w = std::exp(-2 * theta[1]);
  return {theta[0] + rate * (away * w - 0.1 * theta[0]),
          theta[1] + rate * (w * (batch.scatter + away * away) - 1 - 0.1 * theta[1])};
}

/// Average over independent standard normal (z, y) by trapezoidal sums.
template <class F>
double over_normals(double h, F f) {
  const int reach = static_cast<int>(8 / h);
  double sum = 0, mass = 0;
  for (int i = -reach; i <= reach; ++i)
    for (int j = -reach; j <= reach; ++j) {
      const double z = h * i, y = h * j, weight = std::exp(-(z * z + y * y) / 2);
      mass += weight;
      sum += weight * f(Place(z, y));
    }
  return sum / mass;
}

template <class F>
double over_start(const Widths& w, double h, F f) {
  return over_normals(
      h, [&](const Place& z) { return f(Place(0.2 + w.mean_spread * z[0], w.log_width + w.width_spread * z[1])); });
}

/// <L_B> without weight decay after one step, every batch as likely; over the step's noise in closed form.
double loss_after_one_step(const Widths& w, double rate, const std::vector<std::vector<double>>& batches) {
  const auto all = batch_of(w.examples);
  const double v = 2 * rate * w.temperature;
  return over_start(w, 0.04, [&](const Place& theta) {
    double sum = 0;
    for (const auto& one : batches) {
      const Place to = after(theta, rate, batch_of(one));
      const double away = all.mean - to[0];
      sum += std::log(2 * M_PI) / 2 + to[1] + std::exp(2 * v - 2 * to[1]) / 2 * (all.scatter + away * away + v);
    }
    return sum / static_cast<double>(batches.size());
  });
}

/// int int rho_0 K ln[K(theta'|theta)/K(theta|theta')], full batch (I8).
double medium_of_one_step(const Widths& w, double rate) {
  const auto all = batch_of(w.examples);
  const double v = 2 * rate * w.temperature;
  return over_start(w, 0.2, [&](const Place& theta) {
    const Place to = after(theta, rate, all);
    return over_normals(0.4, [&](const Place& z) {
      const Place there = to + std::sqrt(v) * z;
      return (theta - after(there, rate, all)).squaredNorm() / (2 * v) - z.squaredNorm() / 2;
    });
  });
}

void check_one(const Entry& got, double truth, const std::string& label) {
  const double miss = std::fabs(static_cast<double>(got.value) - truth);
  CHECK_MESSAGE(miss < static_cast<double>(got.error) + 1e-11, label, ": off by ", miss, ", error ", got.error.str(3));
}

Numbers one_step(const Widths& w, double rate, const std::string& batch, int digits, const std::string& quantity) {
  Options o = with(Method::automatic, digits);
  o.quantities = {quantity, "l_info"};
  auto got = numbers(compute(parse_one(width(w, sgld(rate, batch), "1")), o));
  CHECK(got[1].at("l_info").value == 0);
  return got;
}

}  // namespace

TEST_CASE("sgld of mean and width: one step by an integral") {
  const Widths w;
  const auto loss = one_step(w, 0.1, "\"full\"", 5, "loss_train");
  check_one(loss[1].at("loss_train"), loss_after_one_step(w, 0.1, {w.examples}), "loss");
  const auto medium = one_step(w, 0.1, "\"full\"", 4, "ep_theta_medium");
  check_one(medium[1].at("ep_theta_medium"), medium_of_one_step(w, 0.1), "medium");
  Widths steep;
  steep.temperature = 0.02, steep.log_width = -0.4, steep.mean_spread = 0.1, steep.width_spread = 0.24;
  const auto far = one_step(steep, 0.4, "\"full\"", 1, "ep_theta_medium");
  check_one(far[1].at("ep_theta_medium"), medium_of_one_step(steep, 0.4), "steps that overshoot");
}

TEST_SUITE("long") {
  TEST_CASE("sgld of mean and width: one step of minibatches by an integral") {
    Widths w;
    w.examples = {0.3, 0.1}, w.temperature = 1, w.log_width = 0.5, w.width_spread = 0.1;
    const auto loss = one_step(w, 0.1, "\"minibatch\"\nbatch_size = 1", 5, "loss_train");
    check_one(loss[1].at("loss_train"), loss_after_one_step(w, 0.1, {{0.3}, {0.1}}), "loss");
  }

  TEST_CASE("sgld of mean and width: many small steps are langevin's") {
    const Widths w;
    Options o = with(Method::automatic, 5);
    o.quantities = {"loss_train", "heat_theta", "ep_theta", "entropy_theta"};
    const auto at = [&](const std::string& learner, const std::string& end) {
      return numbers(compute(parse_one(width(w, learner, end)), o)).back();
    };
    const auto truth = at("kind = \"langevin\"\nmobility = 1", "0.08"), coarse = at(sgld(0.02, "\"full\""), "4"),
               fine = at(sgld(0.01, "\"full\""), "8");
    for (const auto& q : o.quantities) {
      const auto off = [&](const auto& numbers) {
        return static_cast<double>(Number(numbers.at(q).value - truth.at(q).value));
      };
      CHECK_MESSAGE(std::fabs(off(coarse) / off(fine) - 2) < 0.03, q, ": ", off(coarse), " and ", off(fine));
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
