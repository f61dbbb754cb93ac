// A jump learner and an x on the real line that lags behind: heat and work by the moments of x, which obey linear
// equations of their own; everything by the limit of short turns, which another program follows.

#include <doctest/doctest.h>

#include <unsupported/Eigen/MatrixFunctions>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

constexpr const char* learner =
    "[learner]\nkind = \"jump\"\nrate = 1.5\ntemperature = 0.5\nacceptance = \"heat-bath\"\nweight_decay = 0.1\n";

std::string mean_of(const std::string& data, const std::string& after) {
  return "[model]\nkind = \"gaussian-mean\"\nstddev = 0.8\n[data]\n" + data + "\n" + learner +
         "states = { from = -1, to = 1, count = 3 }\ninitial = [0.2, 0.5, 0.3]\n" + after;
}

Numbers run(const std::string& text, int digits) {
  return numbers(compute(parse_one(text), with(Method::automatic, digits)));
}

double value(const Numbers& n, std::size_t time, const std::string& name) {
  return n.at(time).at(name).value.convert_to<double>();
}

/// heat_x and work_x at time t of the three states of `mean_of` for one data set of mean b and mean square b2, from
/// p_i, m_i = <x; i>, q_i = <x²; i>: p' = Q p, m' = Q m - r (m - theta p), q' = Q q - k (q - theta² p ...), k = 2r for
/// ou, and for a heat-bath of the same r: m' = Q m - r (m - theta p), q' = Q q - r (q - (theta² + s²) p).
struct HeatAndWork {
  double heat, work;
};

HeatAndWork by_moments(bool ou, double b, double b2, double r, double t) {
  constexpr int n = 3;
  constexpr double s = 0.8, temperature = 0.5, decay = 0.1, gamma = 1.5;
  const Eigen::Array3d theta(-1, 0, 1), start(0.2, 0.5, 0.3);
  const auto loss = [&](int i) {
    return (b2 - 2 * b * theta[i] + theta[i] * theta[i]) / (2 * s * s) + decay * theta[i] * theta[i] / 2;
  };
  Eigen::Matrix3d jumps = Eigen::Matrix3d::Zero();  // (to, from)
  for (int i = 0; i < n; ++i)
    for (const int j : {i - 1, i + 1})
      if (j >= 0 && j < n) {
        const double w = gamma / (1 + std::exp((loss(j) - loss(i)) / temperature));
        jumps(j, i) += w;
        jumps(i, i) -= w;
      }
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(3 * n + 2, 3 * n + 2);
  for (int k = 0; k < 3; ++k) a.block(k * n, k * n, n, n) = jumps;
  for (int i = 0; i < n; ++i) {
    const int p = i, m = n + i, q = 2 * n + i;
    a(m, m) -= r;
    a(m, p) += r * theta[i];
    // d<phi>/dt while X moves: (q' - 2 theta m')/2s²
    const auto moves = [&](double of_q, double of_m, double of_p) {
      a(q, q) += of_q;
      a(q, m) += of_m;
      a(q, p) += of_p;
      a(3 * n, q) += of_q / (2 * s * s);
      a(3 * n, m) += (of_m + 2 * theta[i] * r) / (2 * s * s);
      a(3 * n, p) += (of_p - 2 * theta[i] * r * theta[i]) / (2 * s * s);
    };
    if (ou)
      moves(-2 * r, 2 * r * theta[i], 2 * r * s * s);
    else
      moves(-r, 0, r * (theta[i] * theta[i] + s * s));
    for (int j = 0; j < n; ++j) {  // phi_j - phi_i = (2 x (theta_i - theta_j) + theta_j² - theta_i²)/2s²
      if (j == i) continue;
      a(3 * n + 1, m) += jumps(j, i) * (theta[i] - theta[j]) / (s * s);
      a(3 * n + 1, p) += jumps(j, i) * (theta[j] * theta[j] - theta[i] * theta[i]) / (2 * s * s);
    }
  }
  Eigen::VectorXd state = Eigen::VectorXd::Zero(3 * n + 2);
  state.segment(0, n) = start;
  state.segment(n, n) = start * theta;
  state.segment(2 * n, n) = start * (theta * theta + s * s);
  const Eigen::MatrixXd flow = (t * a).exp();
  const Eigen::VectorXd end = flow * state;
  return {end[3 * n], end[3 * n + 1]};
}

}  // namespace

TEST_CASE("jump and real x: heat and work are those of the moments") {
  for (const bool ou : {true, false}) {
    const auto n =
        run(mean_of("values = [0.5, 1.0, -0.2]", std::string("[sampler]\nkind = \"") + (ou ? "ou" : "heat-bath") +
                                                     "\"\nrate = 2.5\n[time]\npoints = [0, 0.3, 2]\n"),
            10);
    for (std::size_t j = 1; j < 3; ++j) {
      const auto expected = by_moments(ou, 1.3 / 3, (0.25 + 1 + 0.04) / 3, 2.5, j == 1 ? 0.3 : 2);
      CAPTURE(ou);
      CAPTURE(j);
      for (const auto& [name, exact] : {std::pair{"heat_x", expected.heat}, std::pair{"work_x", expected.work}}) {
        CAPTURE(name);
        CHECK(std::abs(value(n, j, name) - exact) <= n[j].at(name).error.convert_to<double>() + 1e-13);
      }
    }
  }
}

TEST_CASE("jump and real x: continuous time is the limit of short turns") {
  for (const char* kind : {"ou", "heat-bath"}) {
    const auto at = [&](const std::string& step) {
      return run(
          mean_of("size = 2\ntarget = { mean = 0.4, stddev = 0.7 }",
                  std::string("[sampler]\nkind = \"") + kind + "\"\nrate = 2\n[time]\npoints = [0, 0.4]\n" + step),
          8)[1];
    };
    const auto limit = at("");
    std::vector<std::map<std::string, Entry>> turns;
    for (const char* step : {"step = 0.04", "step = 0.02", "step = 0.01", "step = 0.005"}) turns.push_back(at(step));
    for (const char* name : {"ep_x", "flow_x", "flow_theta", "heat_x", "work_x", "l_info", "r_info", "info_x_theta"}) {
      CAPTURE(kind);
      CAPTURE(name);
      std::vector<double> column;
      for (const auto& row : turns) column.push_back(row.at(name).value.convert_to<double>());
      const double exact = limit.at(name).value.convert_to<double>();
      CHECK(std::abs(column[3] - exact) < 0.6 * std::abs(column[2] - exact) + 1e-8);  // first order
      for (int order = 1; order < 4; ++order)
        for (std::size_t k = column.size() - 1; k >= static_cast<std::size_t>(order); --k)
          column[k] += (column[k] - column[k - 1]) / (std::pow(2, order) - 1);
      CHECK(std::abs(column[3] - exact) < 3e-5 * std::max(1e-2, std::abs(exact)));
    }
  }
}

TEST_CASE("jump and redraws: states on a line in the plane are states on a line") {
  const auto at = [](const std::string& model, const std::string& data, const std::string& states,
                     const std::string& after, int digits) {
    return run("[model]\nkind = \"gaussian-mean\"\nstddev = 0.8\n" + model + "[data]\n" + data + "\n" + learner +
                   "states = " + states + "\ninitial = [0.2, 0.5, 0.3]\n[sampler]\nkind = \"heat-bath\"\n" + after,
               digits);
  };
  const std::string along = "[[-1], [0.25], [1.5]]", tilted = "[[-0.6, -0.8], [0.15, 0.2], [0.9, 1.2]]";
  const std::string continuous = "rate = 2\n[time]\npoints = [0, 0.3, 2]\n",
                    turns = "probability = 0.4\n[time]\nstep = 0.1\npoints = [0, 0.3, 0.6]\n";
  for (const auto& after : {continuous, turns}) {
    // across the line all states are alike
    auto line = at("", "values = [0.5, -0.25]", along, after, 10);
    auto plane = at("dimension = 2\n", "values = [[0.3, 0.4], [-0.15, -0.2]]", tilted, after, 8);
    for (auto& row : line)
      for (auto& [name, entry] : row)
        if (name == "entropy_x" || name == "entropy_x_given_b" || name == "entropy_x_given_theta")
          entry.value += log(2 * num::pi<Number>() * exp(Number(1)) * Number("0.64")) / 2;
        else if (name == "loss_train" || name == "loss_test")
          entry.value += log(2 * num::pi<Number>() * Number("0.64")) / 2;
    CHECK(check_honest(plane, line, "given") >= 3 * 20);
    check_accuracy(plane, 8, "plane");
  }
  // data drawn: what lies across the line moves no state against another
  const std::string brief = "rate = 2\n[time]\npoints = [0, 0.3]\n";
  auto line = at("", "size = 2\ntarget = { mean = 0.5, stddev = 0.7 }", along, brief, 8);
  auto plane = at("dimension = 2\n", "size = 2\ntarget = { mean = [0.3, 0.4], stddev = 0.7 }", tilted, brief, 5);
  for (auto* numbers : {&line, &plane})
    for (auto& row : *numbers)
      for (const char* other : {"entropy_x", "entropy_x_given_b", "entropy_x_given_theta", "loss_train", "loss_test"})
        row.erase(other);
  CHECK(check_honest(plane, line, "drawn") >= 2 * 18);
}

TEST_CASE("jump and redraws: states whose densities of x underflow each other's") {
  // the identities judge: without phi where p is 0, heat and work do not add up (I10)
  const auto at = [](int digits, const std::string& sampler) {
    return run(
        "[model]\nkind = \"gaussian-mean\"\nstddev = 1.0\n[data]\nsize = 1\ntarget = { mean = 0, stddev = 1 "
        "}\n[learner]\n"
        "kind = \"jump\"\nstates = [[0], [45]]\nrate = 1\ntemperature = 1000\nacceptance = \"heat-bath\"\n"
        "initial = [0.5, 0.5]\n[sampler]\n" +
            sampler,
        digits);
  };
  for (const char* sampler : {"kind = \"heat-bath\"\nrate = 1\n[time]\npoints = [0, 0.5]\n",
                              "kind = \"heat-bath\"\nprobability = 0.5\n[time]\npoints = [0, 0.5]\nstep = 0.5\n",
                              "kind = \"equilibrium\"\n[time]\npoints = [0, 0.5]\n"})
    CHECK(check_honest(at(4, sampler), at(8, sampler), "far") >= 40);
}

TEST_CASE("jump and redraws: many digits") {
  const std::string given = mean_of("values = [0.5, 1.0, -0.2]", "[sampler]\nkind = \"heat-bath\"\n");
  const std::string continuous = given + "rate = 2.5\n[time]\npoints = [0, 0.3]\n",
                    turns = given + "probability = 0.3\n[time]\nstep = 0.1\npoints = [0, 0.3]\n";
  for (const auto& text : {continuous, turns}) {
    const auto many = run(text, 18);
    check_accuracy(many, 18, "many digits");
    CHECK(check_honest(run(text, 10), many, "ten digits") >= 40);
  }
}

TEST_CASE("jump and real x: a temperature that falls") {
  for (const std::string kind : {"heat-bath", "ou"}) {
    CAPTURE(kind);
    auto cooled = mean_of("values = [0.5, 1.0, -0.2]", "[sampler]\nkind = \"" + kind + "\"\nrate = 2\n[time]\n");
    cooled.replace(cooled.find("temperature = 0.5"), 17, "temperature = { times = [0, 0.3], values = [1, 0.3] }");
    const auto at = [&](const std::string& time) { return run(cooled + time, 8).back(); };
    const auto limit = at("points = [0, 0.4]\n");
    std::vector<std::map<std::string, Entry>> columns;
    for (const char* step : {"0.1", "0.05", "0.025", "0.0125"})
      columns.push_back(at("points = [0, 0.4]\nstep = " + std::string(step) + "\n"));
    for (const char* name : {"ep_x", "flow_x", "flow_theta", "heat_x", "work_x", "info_x_theta_given_b"}) {
      CAPTURE(name);
      std::vector<double> column;
      for (const auto& row : columns) column.push_back(row.at(name).value.convert_to<double>());
      for (int order = 1; order < 4; ++order)
        for (std::size_t k = column.size() - 1; k >= static_cast<std::size_t>(order); --k)
          column[k] += (column[k] - column[k - 1]) / (std::pow(2, order) - 1);
      CHECK(std::abs(column[3] - limit.at(name).value.convert_to<double>()) < 2e-6);
    }
  }
}

TEST_CASE("jump and real x: widths, designs, turns that draw x anew, and what is refused") {
  const std::string rest = "[sampler]\nkind = \"ou\"\nrate = 2\n[time]\npoints = [0, 0.5]\n";
  const auto states = [](const std::string& model, const std::string& data) {
    return "[model]\n" + model + "\n[data]\n" + data + "\n" + learner +
           "states = [[0.0, 0.0], [0.5, 0.1], [0.5, -0.4]]\ninitial = [0.2, 0.5, 0.3]\n";
  };
  const std::string gaussian = states("kind = \"gaussian\"", "values = [0.3, -0.6, 1.1]");
  check_honest(run(gaussian + rest, 8), run(gaussian + rest, 10), "widths");
  const std::string design =
      states("kind = \"linear-regression\"\nstddev = 1\ninputs = [[1, 0.2], [0.5, -0.4]]", "values = [0.3, -0.6]");
  check_honest(run(design + rest, 8), run(design + rest, 10), "designs");
  const std::string anew = mean_of("values = [0.3, -0.6]", "[time]\npoints = [0, 0.5]\nstep = 0.1\n");
  const auto redrawn = run(anew, 10);
  check_honest(redrawn, run(anew, 16), "anew");
  // a heat-bath that redraws with certainty does the same by another kernel
  const std::string certain =
      mean_of("values = [0.3, -0.6]",
              "[sampler]\nkind = \"heat-bath\"\nprobability = 1\n[time]\npoints = [0, 0.5]\nstep = 0.1\n");
  const auto by_kernel = run(certain, 10);
  for (const auto& [name, entry] : by_kernel[1])
    if (const auto other = redrawn[1].find(name); other != redrawn[1].end()) {
      CAPTURE(name);
      CHECK(abs(entry.value - other->second.value) <= entry.error + other->second.error);
    }
  const std::string lagging = mean_of("values = [0.3, -0.6]", rest);
  CHECK_THROWS_AS(run(lagging, 20), AccuracyError);
  // what its kernels would need is known before they are made: 14 kernels a state on each of 20 panels
  std::string many = lagging, initial = "[1";
  for (int k = 1; k < 3000; ++k) initial += ", 0";
  many.replace(many.find("count = 3"), 9, "count = 3000");
  many.replace(many.find("[0.2, 0.5, 0.3]"), 15, initial + "]");
  CHECK_THROWS_WITH_AS(run(many, 10), doctest::Contains("learner.states: 3000 states"), InputError);
}

// Two examples drawn: over both by trapezoidal sums, where Calor has mean and scatter.
TEST_CASE("jump of mean and width, data drawn: informations of three states") {
  const std::string text =
      "[model]\nkind = \"gaussian\"\n[data]\nsize = 2\ntarget = { mean = 0.4, stddev = 0.8 }\n" + std::string(learner) +
      "states = [[0, 0], [0.5, -0.2], [0.3, 0.4]]\ninitial = [0.2, 0.5, 0.3]\n[time]\npoints = [0.7]\n";
  constexpr int n = 3;
  const double mean[] = {0, 0.5, 0.3}, log_width[] = {0, -0.2, 0.4};
  const Eigen::Vector3d start(0.2, 0.5, 0.3);
  Eigen::Vector3d mixture = Eigen::Vector3d::Zero();
  double mass = 0, negentropy = 0, heat = 0;
  for (int a = -75; a <= 75; ++a)
    for (int b = -75; b <= 75; ++b) {
      const double y = 0.1 * a, z = 0.1 * b, weight = std::exp(-(y * y + z * z) / 2);
      double loss[n];
      for (int i = 0; i < n; ++i) {
        loss[i] = log_width[i] + 0.05 * (mean[i] * mean[i] + log_width[i] * log_width[i]);
        for (const double x : {0.4 + 0.8 * y, 0.4 + 0.8 * z})
          loss[i] += (x - mean[i]) * (x - mean[i]) * std::exp(-2 * log_width[i]) / 4;
      }
      Eigen::Matrix3d jumps = Eigen::Matrix3d::Zero();  // (to, from)
      for (int i = 0; i < n; ++i)
        for (const int j : {i - 1, i + 1})
          if (j >= 0 && j < n) {
            const double w = 1.5 / (1 + std::exp((loss[j] - loss[i]) / 0.5));
            jumps(j, i) += w;
            jumps(i, i) -= w;
          }
      const Eigen::Vector3d p = Eigen::Matrix3d(0.7 * jumps).exp() * start;
      mass += weight;
      mixture += weight * p;
      for (int i = 0; i < n; ++i) {
        negentropy += weight * p[i] * std::log(p[i]);
        heat += weight * (p[i] - start[i]) * loss[i];
      }
    }
  mixture /= mass;
  double information = negentropy / mass;
  for (int i = 0; i < n; ++i) information -= mixture[i] * std::log(mixture[i]);
  const auto near = [](const Entry& got, double truth) {
    const double miss = std::fabs(got.value.convert_to<double>() - truth);
    CHECK_MESSAGE(miss < got.error.convert_to<double>() + 1e-13, "off by ", miss);
  };
  const auto got = run(text, 10).front();
  near(got.at("m_info"), information);
  near(got.at("heat_theta"), heat / mass);
  auto kinks = text;
  kinks.replace(kinks.find("heat-bath"), 9, "metropolis");
  CHECK_THROWS_WITH_AS(run(kinks, 10), doctest::Contains("learner.acceptance"), InputError);
}

TEST_CASE("jump and real x: states far apart, few digits keep their errors") {
  const auto of = [](int digits) {
    Options options = with(Method::automatic, digits);
    options.quantities = {"flow_x", "ep_x", "ep_x_naive"};
    return numbers(compute(
        parse_one("[model]\nkind = \"linear-regression\"\nstddev = 1.0\ninputs = [[0.5], [-1.2]]\n[data]\n"
                  "values = [0.282, -0.982]\n[learner]\nkind = \"jump\"\nstates = [[-1.732], [1.474]]\nrate = 1.669\n"
                  "temperature = 0.953\nacceptance = \"metropolis\"\nweight_decay = 0.1\ninitial = [0.4, 0.6]\n"
                  "[sampler]\nkind = \"heat-bath\"\nrate = 1.031\n[time]\npoints = [0.5]\n"),
        options));
  };
  // by Dormand-Prince steps of the joint densities on a fine grid of x: a program of its own
  const Numbers apart{{{"flow_x", {Number("0.051902114861"), Number("3e-12")}},
                       {"ep_x", {Number("0.197579935143"), Number("3e-12")}},
                       {"ep_x_naive", {Number("0.249482050005"), Number("3e-12")}}}};
  for (const int digits : {5, 7, 9, 10}) CHECK(check_honest(of(digits), apart, "few digits") == 3);
}

TEST_CASE("sgld: minibatches of separated real examples, few digits and more") {
  const auto of = [](int digits) {
    return numbers(compute(
        parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1.0\n[data]\nvalues = [-2.1, 2.0, 1.7]\n[learner]\n"
                  "kind = \"sgld\"\nbatch = \"minibatch\"\nbatch_size = 1\nlearning_rate = 0.9\ntemperature = 0.02\n"
                  "weight_decay = 0.05\ninitial = { mean = [0.1], stddev = [0.1] }\n[time]\npoints = [1, 3]\n"),
        with(Method::automatic, digits)));
  };
  const auto fine = of(10);
  check_accuracy(fine, 10, "separated examples");
  for (const int digits : {5, 8}) CHECK(check_honest(of(digits), fine, "separated examples") > 2 * 20);
}

}  // namespace calor::run::test
