// A Gaussian x that relaxes (`ou`) behind Theta on tensor grids: `gaussian`, whose width moves too, and what
// closed forms also tell.

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "evolve/block_flow.hpp"
#include "evolve/time_nodes.hpp"
#include "sampler/ou.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

using Field = num::Vector<double>;

std::string relaxing_widths(double temperature, const std::string& stddev, const std::string& sampler,
                            const std::string& time) {
  return "[model]\nkind = \"gaussian\"\n[data]\nvalues = [0.1, 0.9, 1.6, -0.4, 0.3]\n[learner]\nkind = \"langevin\"\n"
         "mobility = 1\ntemperature = " +
         std::to_string(temperature) + "\nweight_decay = 0.3\ninitial = { mean = [0, 0], stddev = [" + stddev +
         "] }\n[sampler]\nkind = \"" + sampler + "\"\nrate = 2\n[time]\n" + time;
}

/// c_k(theta) = int x^k P(x, theta) dx, which obey closed equations: dc_1/dt = L c_1 + rate (m c_0 - c_1), and
/// dc_2/dt = L c_2 + 2 rate (m c_1 + s² c_0 - c_2) with ou, L c_2 + rate ((m² + s²) c_0 - c_2) with redraws.
struct MomentsOfX {
  double heat = 0, work = 0;
};

MomentsOfX moments_of_x(double temperature, double s0, double s1, bool redraws, double t) {
  const std::vector<double> examples{0.1, 0.9, 1.6, -0.4, 0.3};
  constexpr double decay = 0.3, rate = 2;
  evolve::DriftDiffusion p;
  p.grid.axes = {{-7 * s0, 14 * s0 / 49, 50}, {-7 * s1, 14 * s1 / 49, 50}};
  const Eigen::Index n = p.grid.size();
  const Field zero = Field::Zero(n), heat = Field::Constant(n, temperature);
  Field m(n), square(n), l(n);
  p.drift = p.divergence = {zero, zero};
  p.diffusion = {heat, zero, zero, heat};
  p.log_initial = zero;
  for (Eigen::Index i = 0; i < n; ++i) {
    double theta[2];
    p.grid.node(i, theta);
    m[i] = theta[0];
    l[i] = theta[1];
    square[i] = std::exp(2 * theta[1]);
    p.log_initial[i] = -std::log(2 * M_PI * s0 * s1) - m[i] * m[i] / (2 * s0 * s0) - l[i] * l[i] / (2 * s1 * s1);
    p.drift[0][i] = -decay * m[i];
    p.drift[1][i] = -decay * l[i] - 1;
    for (const double x : examples) {
      p.drift[0][i] += (x - m[i]) / square[i] / 5;
      p.drift[1][i] += (x - m[i]) * (x - m[i]) / square[i] / 5;
    }
  }
  const double second = redraws ? rate : 2 * rate;
  std::vector<evolve::Feed> feeds{{1, 0, rate * m, {}, {}},
                                  {1, 1, Field::Constant(n, -rate), {}, {}},
                                  {2, 0, second * square, {}, {}},
                                  {2, 2, Field::Constant(n, -second), {}, {}}};
  if (redraws)
    feeds[2].constant += rate * m.cwiseAbs2();
  else
    feeds.push_back({2, 1, 2 * rate * m, {}, {}});
  Field start(3 * n);
  const Field rho = p.log_initial.array().exp();
  start << rho, m.cwiseProduct(rho), (m.cwiseAbs2() + square).cwiseProduct(rho);
  const std::vector<double> whole{t};
  const auto nodes = evolve::gauss_nodes<double>(whole, t / 2, 8);
  std::vector<double> of_heat, energy;  // d heat/dt; <phi> but for a constant
  evolve::block_flow(p, feeds, start, nodes.times, [&](std::size_t, const Field& c, double) {
    const Field deviation =
        (c.tail(n) - 2 * m.cwiseProduct(c.segment(n, n)) + m.cwiseAbs2().cwiseProduct(c.head(n))).cwiseQuotient(square);
    const double u = p.grid.cell() * deviation.sum();
    of_heat.push_back((redraws ? rate / 2 : rate) * (1 - u));
    energy.push_back(u / 2 + p.grid.cell() * l.dot(c.head(n)));
  });
  const double heat_x = nodes.integrate(of_heat).back();
  return {heat_x, energy[static_cast<std::size_t>(nodes.point.back())] - energy.front() - heat_x};
}

}  // namespace

TEST_CASE("ou on a grid that widens: a Gaussian stays one") {
  const grid::SinhGrid x{0.4, 1.1, 0.08, 48};
  for (const double time : {1e-4, 0.01, 0.34, 0.35, 2.0, 25.0, 1e4})
    for (const auto& [mean, stddev] : {std::pair{0.2, 0.6}, std::pair{-0.5, 1.3}}) {
      const num::Matrix<double> kernel = sampler::SinhOuTransition(x, time).at(mean, stddev);
      const double keep = std::exp(-time), a = 0.9, s = 0.5, m = mean + keep * (a - mean),
                   v = keep * keep * s * s + stddev * stddev * (1 - keep * keep);
      Field before(x.size()), after(x.size());
      for (int k = 0; k < x.size(); ++k) {
        before[k] = std::exp(-std::pow(x.node(k) - a, 2) / (2 * s * s)) / std::sqrt(2 * M_PI * s * s);
        after[k] = std::exp(-std::pow(x.node(k) - m, 2) / (2 * v)) / std::sqrt(2 * M_PI * v);
      }
      CHECK((kernel * before - after).cwiseAbs().maxCoeff() < 1e-12);
    }
}

TEST_CASE("ou of gaussian: heat and work by the moments of x at every theta") {
  struct Case {
    double temperature;
    double s0, s1;
    const char* stddev;
    bool redraws;
  };
  for (const auto& c : {Case{0.1, 0.2, 0.1, "0.2, 0.1", false}, Case{0.2, 0.25, 0.2, "0.25, 0.2", true}}) {
    const auto e =
        parse_one(relaxing_widths(c.temperature, c.stddev, c.redraws ? "heat-bath" : "ou", "points = [0.05]\n"));
    const auto n = numbers(compute(e, with(Method::automatic, 4))).back();
    const auto exact = moments_of_x(c.temperature, c.s0, c.s1, c.redraws, 0.05);
    for (const auto& [name, value] : {std::pair{"heat_x", exact.heat}, std::pair{"work_x", exact.work}}) {
      const double miss = std::fabs(static_cast<double>(n.at(name).value) - value);
      CHECK_MESSAGE(miss < static_cast<double>(n.at(name).error) + 1e-9, name, ": off by ", miss, ", error ",
                    n.at(name).error.str(3));
    }
    CHECK(std::fabs(exact.heat) > 1e-3);
  }
}

namespace {

/// The grid with so many digits against the closed form.
void judge_two_weights(const std::string& time, int digits) {
  const auto e = parse_one(
      "[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = [[1, 0.5], [0.3, -1]]\n[data]\nvalues = [0.3, "
      "0.1]\n[learner]\nkind = \"langevin\"\nmobility = 1\ntemperature = 0.5\nweight_decay = 0.3\ninitial = { mean = "
      "[0.1, -0.1], stddev = [0.3, 0.4] }\n[sampler]\nkind = \"ou\"\nrate = 2\n[time]\npoints = [0, 0.5]\n" +
      time);
  CHECK(check_honest(numbers(compute(e, with(Method::spectral, digits))),
                     numbers(compute(e, with(Method::analytic, 12))), "two weights") > 30);
}

}  // namespace

TEST_CASE("ou behind two weights on a grid: against the closed form, in turns") {
  judge_two_weights("step = 0.25\n", 5);
}

TEST_CASE("ou in turns so long that nothing of x is left: as redraws that are certain") {
  const std::string head =
      "[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = [[1], [1]]\n[data]\nvalues = [0.3, 0.1]\n"
      "[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.2\nbatch_size = 1\ntemperature = 0.5\nweight_decay = "
      "0.3\ninitial = { mean = [0.1], stddev = [0.3] }\n[time]\npoints = [0, 0.3]\nstep = 0.15\n[sampler]\nkind = ";
  const auto drawn = numbers(compute(parse_one(head + "\"heat-bath\"\nprobability = 1\n"), with(Method::automatic, 7)));
  for (const char* fast : {"300", "100000"})
    CHECK(check_honest(numbers(compute(parse_one(head + "\"ou\"\nrate = " + fast + "\n"), with(Method::automatic, 7))),
                       drawn, fast) > 30);
  CHECK(abs(drawn[1].at("heat_x").value) > Number("1e-3"));
}

TEST_CASE("long: ou behind two weights on a grid: against the closed form" * doctest::skip()) {
  judge_two_weights("", 4);
}

// Equal inputs leave the noise of SGD the same at every theta, as gaussian-mean's is.
TEST_CASE("ou behind sgd-diffusion of one weight: against the closed form of gaussian-mean") {
  const std::string learner =
      "[data]\nvalues = [0.3, 0.1]\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.2\nbatch_size = 1\n"
      "temperature = 0.5\nweight_decay = 0.3\ninitial = { mean = [0.1], stddev = [0.3] }\n[sampler]\nkind = \"ou\"\n"
      "rate = 2\n[time]\npoints = [0, 0.3]\n";
  const auto grid = parse_one("[model]\nkind = \"linear-regression\"\nstddev = 1\ninputs = [[1], [1]]\n" + learner),
             exact = parse_one("[model]\nkind = \"gaussian-mean\"\nstddev = 1\n" + learner);
  CHECK(check_honest(numbers(compute(grid, with(Method::automatic, 7))),
                     numbers(compute(exact, with(Method::analytic, 12))), "one weight") > 30);
}

// A NumPy program: P = q psi with q = exp(-L/2T) that falls more slowly in the tails, dense exponentials of the sinc
// generator, the kernel of ou by Fourier's integral on a uniform grid of x, Strang's splitting extrapolated over four
// steps; heat and work also by finite volumes of the moments, entropy production and flows by a finite-volume program
// in three dimensions to 3e-5.
TEST_CASE("ou of gaussian: against an independent program") {
  const auto n = numbers(compute(parse_one(relaxing_widths(0.1, "0.25, 0.15", "ou", "points = [0.25]\nstep = 0.25\n")),
                                 with(Method::automatic, 4)))
                     .back();
  for (const auto& [name, value] : std::map<std::string, double>{{"entropy_x_given_b", 1.4514603768},
                                                                 {"entropy_x_given_theta", 1.4083854681},
                                                                 {"info_x_theta_given_b", 0.0430749087},
                                                                 {"heat_x", -0.0799671003},
                                                                 {"work_x", 0.0799434466},
                                                                 {"ep_x", 0.0365441665},
                                                                 {"flow_x", 0.0254846100},
                                                                 {"flow_theta", -0.0328698687}})
    CHECK_MESSAGE(std::fabs(static_cast<double>(n.at(name).value) - value) < static_cast<double>(n.at(name).error),
                  name);
}

TEST_CASE("long: ou of gaussian: against an independent program, in continuous time" * doctest::skip()) {
  const auto judge = [](const std::string& text, const std::vector<std::map<std::string, double>>& exact) {
    const auto rows = numbers(compute(parse_one(text), with(Method::automatic, 4)));
    REQUIRE(rows.size() == exact.size());
    for (std::size_t j = 0; j < rows.size(); ++j)
      for (const auto& [name, value] : exact[j])
        CHECK_MESSAGE(std::fabs(static_cast<double>(rows[j].at(name).value) - value) <
                          static_cast<double>(rows[j].at(name).error) + 1e-7,
                      name, " at time ", j);
  };
  judge(relaxing_widths(0.1, "0.25, 0.15", "ou", "points = [0.5, 1]\n"), {{{"entropy_theta", 0.02009524},
                                                                           {"entropy_x_given_b", 1.43576328},
                                                                           {"entropy_x_given_theta", 1.40202712},
                                                                           {"info_x_theta_given_b", 0.03373615},
                                                                           {"heat_x", -0.14304971},
                                                                           {"work_x", 0.16048098},
                                                                           {"ep_x", 0.06076621},
                                                                           {"flow_x", 0.04864809},
                                                                           {"flow_theta", -0.06537209}},
                                                                          {{"entropy_theta", 0.0427691},
                                                                           {"entropy_x_given_b", 1.37881680},
                                                                           {"entropy_x_given_theta", 1.33631644},
                                                                           {"info_x_theta_given_b", 0.04250035},
                                                                           {"heat_x", -0.35869858},
                                                                           {"work_x", 0.30714283},
                                                                           {"ep_x", 0.15419351},
                                                                           {"flow_x", 0.11392317},
                                                                           {"flow_theta", -0.12188299}}});
  judge(
      "[model]\nkind = \"gaussian\"\n[data]\nvalues = [0.4, -0.7, 1.1]\n[learner]\nkind = \"langevin\"\nmobility = 1\n"
      "temperature = 0.15\nweight_decay = 0.5\ninitial = { mean = [0.2, -0.1], stddev = [0.3, 0.2] }\n[sampler]\n"
      "kind = \"ou\"\nrate = 5\n[time]\npoints = [0.3, 0.8]\n",
      {{{"entropy_theta", 0.205593039},
        {"entropy_x_given_b", 1.397236870},
        {"entropy_x_given_theta", 1.336263540},
        {"info_x_theta_given_b", 0.060973330},
        {"heat_x", -0.106928550},
        {"work_x", 0.132940523},
        {"ep_x", 0.0307805},
        {"flow_x", 0.0688025},
        {"flow_theta", -0.0934730}},
       {{"entropy_theta", 0.2534423},
        {"entropy_x_given_b", 1.39130612},
        {"entropy_x_given_theta", 1.32306513},
        {"info_x_theta_given_b", 0.06824098},
        {"heat_x", -0.326167521},
        {"work_x", 0.33892584},
        {"ep_x", 0.0983411},
        {"flow_x", 0.2145501},
        {"flow_theta", -0.2319530}}});
}

}  // namespace calor::run::test
