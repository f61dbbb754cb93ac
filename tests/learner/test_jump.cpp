#include <doctest/doctest.h>

#include <map>

#include "jump_cases.hpp"
#include "num/errors.hpp"

namespace calor::jump_test {

using namespace jump_cases;
using num::Mp100;

namespace {

/// ln 2 - h((1+m)/2): information of a channel with magnetisation m.
template <num::Real R>
R channel(const R& m) {
  using std::log;
  const R a = (1 + m) / 2, b = (1 - m) / 2;
  return log(R(2)) + a * log(a) + b * log(b);
}

template <num::Real R>
void check_one_bit(int digits) {
  using std::exp, std::fabs, std::pow, std::tanh;
  const auto e = one_bit("points = [0.03, 1, 4]").experiment();
  const auto b = book<R>(e, digits);
  const R goal = pow(R(10), -digits);
  const auto points = points_of<R>(e);
  for (std::size_t j = 0; j < b.size(); ++j) {
    const R m = tanh(R(1)) * (1 - exp(-points[j]));  // issue 5: "One bit learns one bit"
    const std::map<std::string, R> exact{
        {"m_info", channel<R>(m)},       {"l_info", channel<R>(m * tanh(R(1)))}, {"heat_theta", -m},
        {"ep_theta", m - channel<R>(m)}, {"_ep_currents", m - channel<R>(m)},    {"ep_theta_naive", m}};
    for (const auto& [name, value] : exact) {
      INFO(name << " at point " << j);
      CHECK(fabs(R(b[j].at(name).value - value)) < goal);
      CHECK(fabs(R(b[j].at(name).value - value)) <= b[j].at(name).error);
      CHECK(b[j].at(name).error < goal);
    }
  }
}

double value(const ledger::Book<double>& b, std::size_t j, const std::string& name) { return b[j].at(name).value; }

/// Limit of equidistant halvings of a step, errors in powers 1, 2, 3, ... of it.
double richardson(std::vector<double> column) {
  for (std::size_t k = 1; k < column.size(); ++k)
    for (std::size_t j = column.size() - 1; j >= k; --j)
      column[j] += (column[j] - column[j - 1]) / (std::pow(2.0, static_cast<double>(k)) - 1);
  return column.back();
}

}  // namespace

TEST_CASE("jump: one bit learns one bit, closed form at all times") {
  check_one_bit<double>(12);
  check_one_bit<Mp100>(90);
}

TEST_CASE("jump: a ladder of four states, reference values of an independent prototype") {
  const Case ladder{"kind = \"bernoulli\"",
                    "size = 3\ntarget = [0.5, 0.5]",
                    "{ from = -1.5, to = 1.5, count = 4 }",
                    "1",
                    "0.4",
                    "arrhenius",
                    "0.1",
                    "[0.25, 0.25, 0.25, 0.25]",
                    "",
                    "points = [0.5, 2, 10]"};
  const auto b = book<double>(ladder.experiment(), 10);
  const std::map<std::string, std::array<double, 3>> reference{
      {"entropy_theta", {1.3591152051670972, 1.3567104259554696, 1.3635863848592846}},
      {"entropy_theta_given_b", {1.331884217485861, 1.2233476517086945, 1.1958809848814365}},
      {"entropy_x_given_b", {0.6881426081908254, 0.6702916060825849, 0.6642728365715116}},
      {"entropy_x_given_theta", {0.5907418472548245, 0.5916762298550637, 0.5888839249664377}},
      {"m_info", {0.02723098768123622, 0.13336277424677512, 0.16770539997784817}},
      {"l_info", {0.005004572369119775, 0.022855574477360308, 0.02887434398843336}},
      {"r_info", {0.022226415312116443, 0.11050719976941459, 0.1388310559894146}},
      {"info_x_theta", {0.10240533330512047, 0.10147095070488188, 0.10426325559350746}},
      {"info_x_theta_given_b", {0.09740076093600081, 0.07861537622752102, 0.07538891160507388}},
      {"ep_theta", {0.20761942008172812, 0.2885895866711392, 0.291546507853025}},
      {"ep_theta_naive", {0.23485040776296434, 0.4219523609179143, 0.45925190783087316}},
      {"heat_theta", {-0.10481182548630319, -0.1806145184329342, -0.19278395363659162}},
      {"fisher_dissipation", {0.08743924140797504, 0.34024665835664514, 1.6362548584387033}},
      {"heat_x", {-0.06564683528888421, -0.31751986963731504, -1.6163203746079993}},
      {"ep_x_given_b", {0.06064226291976432, 0.2946642951599546, 1.5874460306195657}},
      {"ep_x_naive", {0.06564683528888376, 0.31751986963731527, 1.616320374607999}}};
  for (const auto& [name, values] : reference)
    for (std::size_t j = 0; j < 3; ++j) {
      INFO(name << " at point " << j);
      CHECK(std::fabs(value(b, j + 1, name) - values[j]) < 1e-12);
    }
}

TEST_CASE("jump: the errors of double cover its distance from a hundred digits") {
  const Case stiff{"kind = \"bernoulli\"",
                   "size = 4\ntarget = [0.3, 0.7]",
                   "{ from = -3, to = 3, count = 7 }",
                   "1",
                   "0.05",
                   "arrhenius",
                   "0.05",
                   "[1, 0, 0, 0, 0, 0, 0]",
                   "",
                   "points = [0.001, 30, 2000]"};
  const Case categories{"kind = \"categorical\"\noutcomes = 3",
                        "size = 3\ntarget = [0.5, 0.3, 0.2]",
                        "[[0,0],[1,0],[1,1],[-1,0.5]]",
                        "2",
                        "0.4",
                        "heat-bath",
                        "0.1",
                        "[0.25,0.25,0.25,0.25]",
                        "kind = \"heat-bath\"\nrate = 3",
                        "points = [0.5, 40]"};
  for (const auto& c : {stiff, categories, spins("kind = \"glauber\"\nsweeps = 1", "points = [2, 60]\nstep = 0.5")}) {
    const auto e = c.experiment();
    const auto rough = book<double>(e, 10, 15);
    const auto fine = rows<Mp100>(e, 16, 0);
    for (std::size_t j = 0; j < rough.size(); ++j)
      for (const auto& [name, estimate] : rough[j]) {
        if (name.starts_with("_")) continue;
        INFO(name << " at point " << j);
        CHECK(estimate.error < 1e-9 * std::max(1.0, std::fabs(estimate.value)));
        CHECK(std::fabs(estimate.value - num::to_double(fine[j].at(name).value)) <= estimate.error);
      }
  }
}

TEST_CASE("jump: a lagging sampler in continuous time is the limit of short turns") {
  // the flows of the first take quadrature in time, the second are sums over moves: independent but for the rates
  for (const std::string kind : {"glauber", "metropolis", "heat-bath"}) {
    const std::string sampler = "kind = \"" + kind + "\"\nrate = 2";
    const auto continuous = book<double>(spins(sampler, "points = [1]").experiment(), 10);
    std::vector<ledger::Book<double>> turns;
    for (const std::string step : {"0.1", "0.05", "0.025", "0.0125", "0.00625"})
      turns.push_back(book<double>(spins(sampler, "points = [1]\nstep = " + step).experiment(), 10, 15));
    for (const std::string name : {"heat_x", "work_x", "flow_x", "flow_theta", "ep_x", "ep_x_given_b", "ep_x_naive",
                                   "l_info", "r_info", "info_x_theta", "m_info", "ep_theta"}) {
      std::vector<double> column;
      for (const auto& t : turns) column.push_back(value(t, 1, name));
      INFO(kind << ": " << name);
      CHECK(std::fabs(richardson(column) - value(continuous, 1, name)) < 2e-7);
    }
    CHECK(std::fabs(value(turns.front(), 1, "ep_x") - value(continuous, 1, "ep_x")) >
          1e-3);  // the limit is not there at once
  }
}

TEST_CASE("jump: a fast sampler tends to the equilibrium sampler, ep_x like 1/rate") {
  const auto at_rate = [](const std::string& sampler) {
    auto c = spins(sampler, "points = [1]");
    c.initial = "[0.1, 0.1, 0.3, 0.2, 0.2, 0.1]";  // an empty state adds a logarithm to 1/rate
    return book<double>(c.experiment(), 10);
  };
  const auto limit = at_rate("");
  std::vector<double> ep, heat;
  for (const std::string rate : {"200", "400", "800", "1600"}) {
    const auto b = at_rate("kind = \"heat-bath\"\nrate = " + rate);
    ep.push_back(value(b, 1, "ep_x"));
    heat.push_back(value(b, 1, "heat_x"));
    CHECK(value(b, 1, "fisher_dissipation") == doctest::Approx(value(limit, 1, "fisher_dissipation")).epsilon(1e-12));
  }
  CHECK(ep[0] / ep[3] == doctest::Approx(8).epsilon(0.05));
  CHECK(std::fabs(richardson(ep)) < 1e-7);
  CHECK(richardson(heat) == doctest::Approx(value(limit, 1, "heat_x")).epsilon(1e-7));
}

TEST_CASE("jump: turns with the equilibrium sampler, one step by hand") {
  const auto c = [] {
    auto one = one_bit("points = [0.5]\nstep = 0.5");
    one.initial = "[0.25, 0.75]";
    return one;
  }();
  const auto b = book<double>(c.experiment(), 10, 15);
  // data sets {0} and {1}: rates 1/(1 + e^{-+2}) between theta = -2 and 2; p(1|2) = 1/(1 + e^{-2})
  const double up = 1 / (1 + std::exp(-2.0)), p = up, k = std::log(p / (1 - p));
  double work = 0, heat_theta = 0;
  for (const double to_high : {up, 1 - up}) {
    const double high = to_high + (0.75 - to_high) * std::exp(-0.5);
    const double leave_low = to_high * (1 - std::exp(-0.5)), leave_high = (1 - to_high) * (1 - std::exp(-0.5));
    work +=
        0.5 * (0.25 * leave_low + 0.75 * leave_high) * (2 * p - 1) * k;  // D(p(.|-2) || p(.|2)) = (2p - 1) k both ways
    heat_theta += 0.5 * (high - 0.75) * (to_high > 0.5 ? -2 : 2);        // L(2) - L(-2) = -+2
  }
  CHECK(value(b, 1, "work_x") == doctest::Approx(work).epsilon(1e-13));
  CHECK(value(b, 1, "ep_x_path") == doctest::Approx(work).epsilon(1e-13));
  CHECK(value(b, 1, "heat_x") == doctest::Approx(-work).epsilon(1e-13));  // S(X|Theta) is the same in both states
  CHECK(value(b, 1, "heat_theta") == doctest::Approx(heat_theta).epsilon(1e-13));
  CHECK(b[1].count("fisher_dissipation") == 0);
}

TEST_CASE("jump: generalization gap in the stationary state (I16)") {
  const auto e = spins("", "points = [200]").experiment();
  const auto b = book<Mp100>(e, 20, 24);
  const auto& at = b[1];
  const Mp100 gap = at.at("generalization_gap").value,
              sides = Mp100("0.3") * (at.at("m_info").value + at.at("lautum_info").value);
  CHECK(at.at("_unrelaxed").value < Mp100("1e-35"));
  CHECK(fabs(Mp100(gap - sides)) < Mp100("1e-40"));
  CHECK(gap > Mp100("0.01"));
}

TEST_CASE("jump: real x, Gaussian data") {
  const Case gauss{"kind = \"gaussian-mean\"\nstddev = 1.5",
                   "size = 5\ntarget = { mean = 0.5, stddev = 1 }",
                   "{ from = -1, to = 2, count = 4 }",
                   "2",
                   "0.4",
                   "heat-bath",
                   "0.1",
                   "[0.1,0.2,0.3,0.4]",
                   "",
                   "points = [3]"};
  const auto b = book<double>(gauss.experiment(), 10);
  // F = rate of jumps times D = (d theta)²/2s², whatever the state: <jumps> by a second integration of the master
  // equation
  const double s = 1.5, n = 5, T = 0.4;
  double jumps = 0, weight = 0;
  for (double z = -9; z <= 9; z += 0.125) {
    const double mean = 0.5 + z / std::sqrt(n), w = std::exp(-z * z / 2);
    std::array<double, 4> p{0.1, 0.2, 0.3, 0.4}, loss{};
    for (std::size_t i = 0; i < 4; ++i) {
      const double theta = -1 + static_cast<double>(i);
      loss[i] = (theta * theta / 2 - theta * mean) / (s * s) + 0.05 * theta * theta;
    }
    const auto rate = [&](std::size_t i, std::size_t j) { return 2 / (1 + std::exp((loss[j] - loss[i]) / T)); };
    const auto slope = [&](const std::array<double, 4>& at, double& count) {
      std::array<double, 4> out{};
      count = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        const double forth = rate(i, i + 1) * at[i], back = rate(i + 1, i) * at[i + 1];
        out[i] += back - forth;
        out[i + 1] += forth - back;
        count += forth + back;
      }
      return out;
    };
    const int steps = 600;
    const double h = 3.0 / steps;
    double total = 0;
    for (int k = 0; k < steps; ++k) {  // classical Runge–Kutta
      double c1, c2, c3, c4;
      const auto moved = [&](const std::array<double, 4>& by, double f) {
        auto q = p;
        for (std::size_t i = 0; i < 4; ++i) q[i] += f * by[i];
        return q;
      };
      const auto k1 = slope(p, c1), k2 = slope(moved(k1, h / 2), c2), k3 = slope(moved(k2, h / 2), c3),
                 k4 = slope(moved(k3, h), c4);
      for (std::size_t i = 0; i < 4; ++i) p[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
      total += h / 6 * (c1 + 2 * c2 + 2 * c3 + c4);
    }
    jumps += w * total;
    weight += w;
  }
  CHECK(value(b, 1, "fisher_dissipation") == doctest::Approx(jumps / weight / (2 * s * s)).epsilon(1e-9));
}

TEST_CASE("jump: Gaussian data where metropolis rates have kinks") {
  Case c{"kind = \"gaussian-mean\"\nstddev = 1",
         "size = 2\ntarget = { mean = 0.2, stddev = 1 }",
         "[[0], [1]]",
         "1",
         "1",
         "metropolis",
         "0",
         "[0.5, 0.5]",
         "",
         "points = [0.7]"};
  const auto b = book<double>(c.experiment(), 10);
  // two states: dL = 1/2 - mean, <heat> = (p - 1/2) dL with p - 1/2 = (w+ - w-)/(2(w+ + w-)) (1 - e^{-(w+ + w-)t});
  // midpoint rule on each side
  double sum = 0, weight = 0;
  const double width = std::sqrt(0.5), kink = (0.5 - 0.2) / width;
  const int n = 200000;
  for (const double side : {-1.0, 1.0})
    for (int k = 0; k < n; ++k) {
      const double z = kink + side * 10 * (k + 0.5) / n, d = 0.5 - (0.2 + width * z), w = std::exp(-z * z / 2);
      const double up = std::min(1.0, std::exp(-d)), down = std::min(1.0, std::exp(d));
      sum += w * d * (up - down) / (2 * (up + down)) * -std::expm1(-(up + down) * 0.7);
      weight += w;
    }
  CHECK(value(b, 1, "heat_theta") == doctest::Approx(sum / weight).epsilon(1e-9));
  CHECK(b[1].at("m_info").error < 1e-10);
}

TEST_CASE("jump: fluctuation theorem of Theta (I15)") {
  const auto everywhere = book<double>(one_bit("points = [1]").experiment(), 10);
  CHECK(std::fabs(value(everywhere, 1, "ift_theta") - 1) < 1e-13);
  auto c = one_bit("points = [1]");
  c.initial = "[0, 1]";
  const auto half = book<double>(c.experiment(), 10);
  const double up = 1 / (1 + std::exp(-2.0)), later = std::exp(-2.0);  // from (0, 1), twice the time
  CHECK(value(half, 1, "ift_theta") ==
        doctest::Approx(0.5 * (up + (1 - up) * later) + 0.5 * (1 - up + up * later)).epsilon(1e-12));
}

TEST_CASE("jump: what it refuses, it names") {
  const Case gauss{"kind = \"gaussian-mean\"\nstddev = 1\ndimension = 2",
                   "size = 5\ntarget = { mean = [0.5, 0.5], stddev = [1, 1] }",
                   "[[0, 0], [1, 1]]",
                   "2",
                   "0.4",
                   "heat-bath",
                   "0.1",
                   "[0.5,0.5]",
                   "kind = \"ou\"\nrate = 1",
                   "points = [3]"};
  const auto refusal = [](const experiment::Experiment& e) {
    try {
      rows<double>(e, 10, 0);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no refusal");
  };
  CHECK(refusal(gauss.experiment()).find("sampler.kind: \"ou\" behind a jump learner with x in several dimensions") !=
        std::string::npos);
  auto wild = one_bit("points = [1]");
  wild.acceptance = "arrhenius";
  wild.temperature = "0.0001";
  CHECK(refusal(wild.experiment()).find("exceeds the range of the numbers") != std::string::npos);
}

}  // namespace calor::jump_test
