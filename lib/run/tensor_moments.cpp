#include "run/tensor_moments.hpp"

#include <array>
#include <cmath>

#include "evolve/block_flow.hpp"
#include "thermo/joint.hpp"

namespace calor::run {

namespace {

using Field = num::Vector<double>;
using Dense = num::Matrix<double>;
using evolve::DriftDiffusion;
using evolve::Feed;

constexpr std::array<std::array<double, 4>, 4> binomial{{{1, 0, 0, 0}, {1, 1, 0, 0}, {1, 2, 1, 0}, {1, 3, 3, 1}}};

Field start_of(const DriftDiffusion& p) { return (p.log_initial - p.weight).array().exp(); }

void put(Moments& out, const char* name, int k, double value) {
  out["_" + std::string(name) + "_" + std::to_string(k)].push_back(value);
}

/// E of three powers of the heat from E of products of powers: cross(k - l, l) = <phi_t^(k-l) v^l>, q = phi_t - v.
template <class Cross>
void put_difference(Moments& out, const char* name, const Cross& cross) {
  for (int k = 1; k <= 3; ++k) {
    double sum = 0;
    for (int l = 0; l <= k; ++l)
      sum += binomial[static_cast<std::size_t>(k)][static_cast<std::size_t>(l)] * (l % 2 ? -1 : 1) * cross(k - l, l);
    put(out, name, k, sum);
  }
}

}  // namespace

Moments lagging_moments(const DriftDiffusion& p, const info::Spaces<double>& spaces, const Dense& energy,
                        const evolve::JointRates& rates, std::span<const double> points) {
  const Eigen::Index n = p.size(), classes = energy.cols();
  // blocks: P, M_1 .. M_3 of q, M_1 .. M_3 of v = phi_0(x_0) + q
  const auto block = [&](int chain, int k, Eigen::Index c) { return (k == 0 ? 0 : 3 * chain + k) * classes + c; };
  std::vector<Feed> feeds;
  for (Eigen::Index to = 0; to < classes; ++to)
    for (Eigen::Index from = 0; from < classes; ++from) {
      const Field q = energy.col(to) - energy.col(from);
      for (int l = 0; l <= (to == from ? 0 : 3); ++l) {
        const Field rate = rates.rate[static_cast<std::size_t>(to * classes + from)].array() * q.array().pow(l);
        for (int k = l; k <= 3; ++k)
          for (int chain = 0; chain < (k == 0 ? 1 : 2); ++chain) {
            Feed feed{block(chain, k, to), block(chain, k - l, from)};
            feed.constant = binomial[static_cast<std::size_t>(k)][static_cast<std::size_t>(l)] * rate;
            feeds.push_back(std::move(feed));
          }
      }
    }
  Field start = Field::Zero(7 * classes * n);
  const Field rho = start_of(p), weight = spaces.theta_weight.cwiseProduct(Field(p.weight.array().exp()));
  for (Eigen::Index c = 0; c < classes; ++c) {
    for (int k = 0; k <= 3; ++k)
      start.segment(block(1, k, c) * n, n) =
          rho.array() * spaces.conditional.col(c).array() * energy.col(c).array().pow(k);
  }
  Moments out;
  evolve::block_flow(p, feeds, start, points, [&](std::size_t, const Field& psi, double) {
    const auto total = [&](int chain, int k, int power) {
      double sum = 0;
      for (Eigen::Index c = 0; c < classes; ++c)
        sum +=
            spaces.x_weight[c] *
            (weight.array() * psi.segment(block(chain, k, c) * n, n).array() * energy.col(c).array().pow(power)).sum();
      return sum;
    };
    for (int k = 1; k <= 3; ++k) put(out, "heat_x", k, total(0, k, 0));
    put_difference(out, "work_x", [&](int power, int k) { return total(1, k, power); });
    out["ift_x"].push_back(total(0, 0, 0));
  });
  return out;
}

Moments equilibrium_moments(const DriftDiffusion& p, const info::Spaces<double>& spaces,
                            const std::vector<Field>& fisher, std::span<const double> points) {
  const Eigen::Index n = p.grid.size();
  const auto d = static_cast<std::size_t>(p.grid.dimension());
  Feed rate{0, 0, {}, Field::Zero(n), Field::Zero(n)};  // tr(D F)
  for (std::size_t a = 0; a < d; ++a) {
    rate.heated += fisher[a * (d + 1)];
    for (std::size_t b = 0; b < d; ++b) rate.noised += p.diffusion[a * d + b].cwiseProduct(fisher[a * d + b]);
  }
  // blocks: psi, S_1 .. S_3 of the work, S_1 .. S_3 of v = phi_0 + work
  const auto block = [](int chain, int k) { return k == 0 ? 0 : 3 * chain + k; };
  std::vector<Feed> feeds;
  for (int chain = 0; chain < 2; ++chain)
    for (int k = 1; k <= 3; ++k)
      for (int l = 1; l <= std::min(k, 2); ++l) {
        const double factor = l == 1 ? k : k * (k - 1);
        feeds.push_back({block(chain, k), block(chain, k - l), {}, factor * rate.heated, factor * rate.noised});
      }
  const Dense energy = thermo::energies(spaces);
  Dense weighted = spaces.conditional * spaces.x_weight.asDiagonal(), powers(n, 4);
  for (int k = 0; k <= 3; ++k) {
    powers.col(k) = weighted.rowwise().sum();
    weighted = weighted.cwiseProduct(energy);
  }
  Field start = Field::Zero(7 * n);
  const Field rho = start_of(p), weight = spaces.theta_weight.cwiseProduct(Field(p.weight.array().exp()));
  start.head(n) = rho;
  for (int k = 1; k <= 3; ++k) start.segment(block(1, k) * n, n) = rho.cwiseProduct(powers.col(k));
  Moments out;
  evolve::block_flow(p, feeds, start, points, [&](std::size_t j, const Field& psi, double) {
    const auto total = [&](int chain, int k, int power) {
      const auto f = psi.segment(block(chain, k) * n, n).array();
      return (weight.array() * f * powers.col(power).array()).sum();
    };
    for (int k = 1; k <= 3; ++k) put(out, "work_x", k, total(0, k, 0));
    if (points[j] > 0)
      put_difference(out, "heat_x", [&](int power, int k) { return total(1, k, power); });
    else
      for (int k = 1; k <= 3; ++k) put(out, "heat_x", k, 0);  // no time has passed: X has not been drawn anew
    out["ift_x"].push_back(1);                                // X never leaves equilibrium: sigma_X = 0
  });
  out["ift_theta"] = parameter_ift(p, points);
  return out;
}

void add_moments(const Moments& moments, double weight, std::span<info::Row<double>> rows) {
  for (const auto& [name, values] : moments)
    for (std::size_t j = 0; j < rows.size(); ++j) {
      auto& raw = rows[j][name];
      raw.value += weight * values[j];
      raw.noise += weight * 1e-14 * (1 + std::fabs(values[j]));
    }
}

std::vector<double> parameter_ift(const DriftDiffusion& p, std::span<const double> points) {
  const Field weight = p.node_weight().array() * p.weight.array().exp();
  std::vector<double> out;
  const Field start = start_of(p);
  evolve::block_flow(p, {}, start, points, [&](std::size_t j, const Field& psi, double) {
    const double t = points[j];
    if (t == 0) {
      out.push_back(weight.dot(psi));
      return;
    }
    DriftDiffusion back = p;
    back.course.clear();
    for (std::size_t k = p.course.size(); k-- > 0;) {
      const double begin = p.course[k].start, end = k + 1 < p.course.size() ? std::min(t, p.course[k + 1].start) : t;
      if (begin >= t) continue;
      const auto& [a, b, c] = p.course[k].terms;
      const double s = end - begin;  // a + b (s - u) + c (s - u)²
      back.course.push_back({t - end, {a + s * b + (s * s) * c, -1 * b + (-2 * s) * c, c}});
    }
    const std::vector<double> whole{0, t};
    evolve::block_flow(back, {}, psi, whole, [&](std::size_t k, const Field& last, double) {
      if (k == 1) out.push_back(weight.dot(last));
    });
  });
  return out;
}

}  // namespace calor::run
