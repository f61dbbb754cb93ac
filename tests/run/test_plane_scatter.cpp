// sgd-diffusion of gaussian-mean on data drawn in the plane: what is linear in the law against averages over given
// examples, entropies by brute force, limits.

#include <doctest/doctest.h>

#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "num/errors.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

std::string in_plane(const std::string& data, const std::string& rest, const std::string& temperature = "0.3") {
  return "[model]\nkind = \"gaussian-mean\"\nstddev = 0.9\ndimension = 2\n[data]\n" + data +
         "\n[learner]\nkind = \"sgd-diffusion\"\nlearning_rate = 0.8\nbatch_size = 1\ntemperature = " + temperature +
         "\nweight_decay = 0.2\ninitial = { mean = [0.4, -0.1], stddev = [0.5, 0.5] }\n" + rest;
}

std::string drawn(int size) {
  return "size = " + std::to_string(size) + "\ntarget = { mean = [0.5, -0.3], stddev = [1.1, 1.1] }";
}

const std::string at_equilibrium = "[time]\npoints = [0, 0.7]\n",
                  lagging = "[sampler]\nkind = \"ou\"\nrate = 1.5\n[time]\npoints = [0, 0.7]\n",
                  in_turns = "[sampler]\nkind = \"ou\"\nrate = 1.5\n[time]\nstep = 0.35\npoints = [0, 0.7]\n";

Numbers run_plane(const std::string& text, int digits, const std::vector<std::string>& quantities = {}) {
  Options o = with(Method::automatic, digits);
  o.quantities = quantities;
  return numbers(compute(parse_one(text), o));
}

double number(const Entry& e) { return e.value.convert_to<double>(); }

/// Nodes and weights of r ~ Exp(1): Gauss-Legendre in s, r = s², so that square roots of r are smooth.
std::vector<std::pair<double, double>> exponential_nodes() {
  using Gauss = boost::math::quadrature::gauss<double, 24>;
  constexpr double half = 2.8;
  std::vector<std::pair<double, double>> out;
  for (std::size_t i = 0; i < Gauss::abscissa().size(); ++i)
    for (const int sign : {-1, 1}) {
      const double s = half * (1 + sign * Gauss::abscissa()[i]);
      out.push_back({s * s, half * Gauss::weights()[i] * 2 * s * std::exp(-s * s)});
    }
  return out;
}

double over_exponential(const std::function<double(double)>& f) {
  double sum = 0;
  for (const auto& [r, weight] : exponential_nodes()) sum += weight * f(r);
  return sum;
}

}  // namespace

// Two examples: b̄ ± d/2, S = d dᵀ/4, |d|²/4 ~ Exp of mean s*²; b̄ by two nodes a direction, exact for squares, and d
// along both axes, which is the mean over all directions for them.
TEST_CASE("scatter in the plane: two examples, averages over given ones") {
  const std::vector<std::string> linear{"entropy_theta_given_b",
                                        "entropy_x_given_b",
                                        "info_x_theta_given_b",
                                        "heat_theta",
                                        "ep_theta",
                                        "heat_x",
                                        "work_x",
                                        "flow_theta",
                                        "ep_x",
                                        "ep_x_given_b",
                                        "loss_train",
                                        "fisher_dissipation"};
  for (const auto& rest : {at_equilibrium, lagging, in_turns}) {
    const auto got = run_plane(in_plane(drawn(2), rest), 9, linear).back();
    std::map<std::string, double> mean;
    for (const auto& [r, weight] : exponential_nodes())
      for (const int axis : {0, 1})
        for (const int corner : {0, 1, 2, 3}) {
          const double half = 1.1 * std::sqrt(r), x = 0.5 + (corner % 2 ? 1.1 : -1.1) / std::sqrt(2),
                       y = -0.3 + (corner / 2 ? 1.1 : -1.1) / std::sqrt(2);
          const auto example = [&](double sign) {
            return "[" + std::to_string(x + sign * (axis == 0 ? half : 0)) + ", " +
                   std::to_string(y + sign * (axis == 1 ? half : 0)) + "]";
          };
          const auto one = run_plane(in_plane("values = [" + example(1) + ", " + example(-1) + "]", rest), 7, linear);
          for (const auto& [name, entry] : one.back()) mean[name] += weight / 8 * number(entry);
        }
    check_judged(got, mean, 5e-6);
  }
}

TEST_CASE("scatter in the plane: what two examples tell, by brute force") {
  const auto got = run_plane(in_plane(drawn(2), at_equilibrium), 9).back();
  const double s2 = 0.81, kappa = 1 / s2 + 0.2, share = -std::expm1(-0.7 * kappa) / (kappa * s2),
               spread = share * share * 1.21 / 2, decay = std::exp(-1.4 * kappa);
  const auto width = [&](double r) {  // along d, whose scatter is r s*²
    return 0.25 * decay + (0.3 + 0.4 * r * 1.21 / (s2 * s2)) / kappa * (1 - decay);
  };
  for (const bool of_x : {false, true}) {
    const double more = of_x ? s2 : 0, across = width(0) + spread + more;
    double entropy = 0;
    constexpr int steps = 600, turns = 40;
    constexpr double reach = 16;
    for (int k = 1; k < steps; ++k) {
      const double radius = reach * k / steps;
      const double f = over_exponential([&](double r) {
        const double along = width(r) + spread + more;
        double sum = 0;
        for (int t = 0; t < turns; ++t) {
          const double c = std::pow(std::cos(std::numbers::pi * (t + 0.5) / turns), 2);
          sum += std::exp(-radius * radius * (c / along + (1 - c) / across) / 2) / turns;
        }
        return sum / (2 * std::numbers::pi * std::sqrt(along * across));
      });
      entropy -= (k % 2 ? 4 : 2) * reach / steps / 3 * 2 * std::numbers::pi * radius * f * std::log(f);
    }
    const double given = over_exponential([&](double r) {
      return std::log(2 * std::numbers::pi) + 1 + (std::log(width(r) + more) + std::log(width(0) + more)) / 2;
    });
    CHECK(std::abs(number(got.at(of_x ? "entropy_x" : "entropy_theta")) - entropy) < 1e-7);
    CHECK(std::abs(number(got.at(of_x ? "l_info" : "m_info")) - (entropy - given)) < 1e-7);
  }
}

TEST_CASE("scatter in the plane: identities, errors of few digits, fast and slow samplers") {
  for (const int size : {2, 3, 20})
    for (const auto& rest : {at_equilibrium, lagging, in_turns}) {
      if (size == 3 && rest == in_turns) continue;
      CAPTURE(size);
      const auto text = in_plane(drawn(size), rest);
      const auto fine = run_plane(text, 5);
      check_accuracy(fine, 5, rest);
      CHECK(check_honest(run_plane(text, 3), fine, rest) >= 50);
    }
  const auto still = run_plane(in_plane(drawn(3), at_equilibrium), 6).back();
  const auto fast =
      run_plane(in_plane(drawn(3), "[sampler]\nkind = \"ou\"\nrate = 1e5\n[time]\npoints = [0.7]\n"), 5).back();
  for (const char* name : {"m_info", "l_info", "r_info", "info_x_theta", "ep_x_naive", "lautum_info", "heat_x"}) {
    CAPTURE(name);
    CHECK(std::abs(number(still.at(name)) - number(fast.at(name))) < 1e-4);
  }
  // no gradient noise: langevin
  auto quiet = in_plane(drawn(3), lagging);
  quiet.replace(quiet.find("learning_rate = 0.8"), 19, "learning_rate = 1e-9");
  auto langevin = in_plane(drawn(3), lagging);
  langevin.replace(langevin.find("\"sgd-diffusion\"\nlearning_rate = 0.8\nbatch_size = 1"), 50,
                   "\"langevin\"\nmobility = 1");
  const auto limit = run_plane(langevin, 10).back(), near = run_plane(quiet, 5).back();
  int compared = 0;
  for (const auto& [name, entry] : near) {
    CAPTURE(name);
    if (!limit.count(name)) continue;
    CHECK(std::abs(number(entry) - number(limit.at(name))) < 1e-7);
    ++compared;
  }
  CHECK(compared >= 25);
}

TEST_CASE("scatter in the plane: without a temperature, and what is refused") {
  const double s2 = 0.81, kappa = 1 / s2 + 0.2, alpha = 1 / (kappa * s2), gone = -std::expm1(-1.4 * kappa);
  for (const int size : {3, 4, 5, 7}) {
    const auto n = with_medium(in_plane(drawn(size), at_equilibrium, "0"), 6);
    check_accuracy(n, 6, "cold");
    // two coordinates, D = 0.4 S/s⁴ whose mean inverse is N/(s*² (N - 4)) (N - 1 - 3 degrees of freedom); heat is
    // linear
    const double noise = 0.4 * 1.21 / (s2 * s2), of_scatter = noise * (size - 1) / size;
    double distance = alpha * alpha * 2 * 1.21 / size;
    for (const double apart : {0.4 - alpha * 0.5, -0.1 + alpha * 0.3}) distance += apart * apart;
    const double heat = gone / 2 * (2 * of_scatter - kappa * (0.5 + distance));
    CHECK(std::abs(number(n.back().at("heat_theta")) - heat) < 1e-6);
    const auto& medium = n.back().at("ep_theta_medium").value;
    if (size < 5)
      CHECK(medium > Number("1e300"));
    else
      CHECK(std::abs(medium.convert_to<double>() -
                     gone / 2 * (kappa * (0.5 + distance) * size / (noise * (size - 4)) - 2)) < 1e-4);
  }
  // at one instant only: as a temperature that almost vanishes
  for (const bool plane : {true, false})
    for (const std::string time : {"[time]\npoints = [1.5, 2]\n", "[time]\npoints = [1]\n"}) {
      const auto cooled = [&](const std::string& end) {
        auto text = in_plane(drawn(3), time, "{ times = [0, 2], values = [1, " + end + "] }");
        if (plane) return run_plane(text, 4, {"ep_theta", "m_info", "efficiency"}).front();
        const auto edit = [&](const std::string& from, const std::string& to) {
          text.replace(text.find(from), from.size(), to);
        };
        edit("dimension = 2", "dimension = 1");
        edit("mean = [0.5, -0.3], stddev = [1.1, 1.1]", "mean = 0.5, stddev = 1.1");
        edit("mean = [0.4, -0.1], stddev = [0.5, 0.5]", "mean = [0.4], stddev = [0.5]");
        return run_plane(text, 4, {"ep_theta", "m_info", "efficiency"}).front();
      };
      const auto zero = cooled("0"), almost = cooled("1e-5");
      CHECK(std::abs(number(zero.at("ep_theta")) - number(almost.at("ep_theta"))) < 1e-3);
      CHECK(number(zero.at("efficiency")) > 0.01);
    }
  const auto refused = [](const std::string& text, const std::string& key, int digits = 4) {
    CHECK_THROWS_WITH(static_cast<void>(compute(parse_one(text), with(Method::automatic, digits))),
                      doctest::Contains(key.c_str()));
  };
  refused(in_plane(drawn(2), at_equilibrium, "0"), "learner.temperature");
  refused(in_plane("size = 3\ntarget = { mean = [0, 0], stddev = [1, 1.5] }", at_equilibrium), "model.dimension");
  refused(in_plane(drawn(3), at_equilibrium), "reachable: 12 digits", 15);
}

}  // namespace calor::run::test
