// What every model of the registry promises (model/model.hpp), checked at the specifications of specs.cpp.

#include <doctest/doctest.h>

#include <algorithm>

#include "model/model.hpp"
#include "model/specs.hpp"

namespace calor::model {

namespace {

using num::Mp100;

std::vector<Jet<Mp100>> jets_at(const Model<Mp100>& m, const std::vector<Mp100>& theta) {
  std::vector<Jet<Mp100>> jets(static_cast<std::size_t>(m.components()));
  m.components_at(theta, jets);
  return jets;
}

/// A statistic with its probability: an outcome, or a quadrature node of a real x.
struct Node {
  Mp100 weight;  // quadrature weight; 1 for outcomes
  std::vector<Mp100> statistic;
};

/// All of X: outcomes, or the tensor trapezoidal rule over a real x on every row of a design (spectrally accurate for
/// Gaussians: spacing s/2 leaves exp(-2 pi² 4), about 1e-34; tails cut at 13 s, about 1e-37).
std::vector<Node> all_of_x(const Model<Mp100>& m, const std::vector<Mp100>& theta) {
  std::vector<Node> out;
  for (int x = 0; x < m.outcomes(); ++x) {
    const auto t = m.statistic(x);
    out.push_back({Mp100(1), {t.begin(), t.end()}});
  }
  if (m.outcomes() > 0) return out;
  const Mp100 s = m.stddev(theta), h = s / 2;
  const int half = 26, width = 2 * half + 1;
  for (int row = 0; row < m.rows(); ++row) {
    const auto mean = m.mean(theta, row);
    long nodes = 1;
    for (int i = 0; i < m.dimension(); ++i) nodes *= width;
    for (long k = 0; k < nodes; ++k) {
      std::vector<Mp100> x;
      Mp100 weight = Mp100(1) / m.rows();
      for (long rest = k, i = 0; i < m.dimension(); ++i, rest /= width) {
        x.push_back(mean[static_cast<std::size_t>(i)] + h * static_cast<int>(rest % width - half));
        weight *= h;
      }
      out.push_back({weight, m.real_statistic(x, row)});
    }
  }
  return out;
}

Mp100 combine(const std::vector<Mp100>& t, const std::vector<Mp100>& l) {
  Mp100 sum = 0;
  for (std::size_t a = 0; a < t.size(); ++a) sum += t[a] * l[a];
  return sum;
}

void check_close(const Mp100& a, const Mp100& b, double tolerance) {
  CHECK(num::to_double(Mp100(abs(a - b))) <= tolerance * (1 + num::to_double(Mp100(abs(b)))));
}

}  // namespace

TEST_CASE("contract: every registered model has a specification") {
  for (const auto& d : registry()) {
    const auto all = specs();
    CHECK_MESSAGE(std::any_of(all.begin(), all.end(), [&](const Spec& s) { return s.model.kind == d.kind; }),
                  std::string(d.kind));
  }
}

TEST_CASE("contract: gradients and Hessians are those of the values, by central differences in 100 digits") {
  const Mp100 h("1e-25");
  for (const auto& spec : specs()) {
    INFO(spec.name);
    const auto m = make<Mp100>(spec.model);
    const auto theta = generic_theta<Mp100>(m->parameters(), 1);
    const auto at = jets_at(*m, theta);
    const auto d = theta.size();
    for (std::size_t i = 0; i < d; ++i) {
      auto up = theta, down = theta;
      up[i] += h, down[i] -= h;
      const auto above = jets_at(*m, up), below = jets_at(*m, down);
      for (std::size_t a = 0; a < at.size(); ++a) {  // error h²: 1e-50
        check_close(at[a].gradient[i], (above[a].value - below[a].value) / (2 * h), 1e-45);
        for (std::size_t j = 0; j < d; ++j)
          check_close(at[a].hessian[i * d + j], (above[a].gradient[j] - below[a].gradient[j]) / (2 * h), 1e-45);
        if (m->constant(static_cast<int>(a))) CHECK(at[a].gradient[i] == 0);
      }
    }
  }
}

TEST_CASE("contract: normalisation, expected statistics, and Fisher information by scores and by Hessians") {
  for (const auto& spec : specs()) {
    INFO(spec.name);
    const auto m = make<Mp100>(spec.model);
    if (m->dimension() > 2) continue;  // the rule above would have 150000 nodes
    const auto theta = generic_theta<Mp100>(m->parameters(), 2);
    const auto jets = jets_at(*m, theta);
    const auto d = theta.size();
    Mp100 mass = 0;
    std::vector<Mp100> scores(d * d, Mp100(0)), mean(jets.size(), Mp100(0));
    for (const auto& node : all_of_x(*m, theta)) {
      Mp100 energy = 0;
      std::vector<Mp100> slope(d, Mp100(0));
      for (std::size_t a = 0; a < jets.size(); ++a) {
        energy += node.statistic[a] * jets[a].value;
        for (std::size_t i = 0; i < d; ++i) slope[i] += node.statistic[a] * jets[a].gradient[i];
      }
      const Mp100 p = node.weight * exp(-energy);
      mass += p;
      for (std::size_t a = 0; a < jets.size(); ++a) mean[a] += p * node.statistic[a];
      for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < d; ++j) scores[i * d + j] += p * slope[i] * slope[j];
    }
    check_close(mass, Mp100(1), 1e-30);
    const auto expected = m->expected_statistic(theta);
    for (std::size_t a = 0; a < mean.size(); ++a) check_close(mean[a], expected[a], 1e-30);
    const auto hessians = fisher<Mp100>(*m, theta);
    for (std::size_t i = 0; i < d * d; ++i) check_close(scores[i], hessians[i], 1e-30);
  }
}

TEST_CASE("contract: equal statistics, equal losses") {
  for (const auto& spec : specs()) {
    INFO(spec.name);
    const auto m = make<Mp100>(spec.model);
    const auto one = generic_theta<Mp100>(m->parameters(), 3), two = generic_theta<Mp100>(m->parameters(), 4);
    const auto values = [&](const std::vector<Mp100>& theta) {
      std::vector<Mp100> l;
      for (const auto& jet : jets_at(*m, theta)) l.push_back(jet.value);
      return l;
    };
    const auto l_one = values(one), l_two = values(two);
    for (int x = 0; x < m->outcomes(); ++x)
      for (int y = 0; y < x; ++y) {
        const auto t = m->statistic(x), u = m->statistic(y);
        const std::vector<Mp100> tx(t.begin(), t.end()), ty(u.begin(), u.end());
        const bool same = abs(combine(tx, l_one) - combine(ty, l_one)) < Mp100("1e-80") &&
                          abs(combine(tx, l_two) - combine(ty, l_two)) < Mp100("1e-80");
        CHECK(same == (t == u));  // the statistic is sufficient, and minimal
      }
  }
}

TEST_CASE("contract: alternation leaves p(.|theta) reversibly invariant") {
  for (const auto& spec : specs()) {
    INFO(spec.name);
    const auto m = make<Mp100>(spec.model);
    const auto theta = generic_theta<Mp100>(m->parameters(), 5);
    const auto k = m->alternation(theta);
    if (k.empty()) continue;
    const auto energy = energies<Mp100>(*m, jets_at(*m, theta));
    const auto n = energy.size();
    for (std::size_t x = 0; x < n; ++x) {
      Mp100 sum = 0;
      for (std::size_t y = 0; y < n; ++y) {
        sum += k[y * n + x];
        check_close(k[y * n + x] * exp(-energy[x]), k[x * n + y] * exp(-energy[y]), 1e-90);
      }
      check_close(sum, Mp100(1), 1e-90);
    }
  }
}

}  // namespace calor::model
