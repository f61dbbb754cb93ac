#include "validation/judge/exact.hpp"

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"
#include "validation/estimators/exact_log_mean.hpp"

namespace calor::judge {

namespace {

constexpr int grid_cells = 900;

/// Nodes of the states, or of a uniform grid that reaches `margin` times the samples' range beyond them; returns the
/// spacing.
double lay_out(const Pool& pool, double margin, std::vector<std::vector<double>>& nodes) {
  if (pool.setting.mover == simulator::Mover::jump) {
    nodes = pool.setting.states;
    return 1;
  }
  double low = pool.theta(0)[0], high = low;
  for (std::size_t i = 0; i < pool.sample.replicates; ++i) {
    low = std::min(low, pool.theta(i)[0]);
    high = std::max(high, pool.theta(i)[0]);
  }
  const double reach = margin * (high - low), spacing = (high - low + 2 * reach) / grid_cells;
  for (int i = 0; i <= grid_cells; ++i) nodes.push_back({low - reach + spacing * i});
  return spacing;
}

/// e^log; what would underflow stays positive, so that only true zeros count as such.
double positive(double log) { return std::exp(std::isfinite(log) ? std::max(log, -650.0) : log); }

std::vector<double> column(const std::vector<std::vector<double>>& rows, std::size_t at) {
  std::vector<double> out;
  for (const auto& row : rows) out.push_back(row[at]);
  return out;
}

/// ⟨ln p − ln average⟩ where the pair's own p is `own` and the contrasts follow (value, weight).
double contrast(Scheme scheme, std::size_t m, double own, const std::vector<double>& value,
                const std::vector<double>& weight) {
  const std::size_t others = scheme == Scheme::nested ? m : m - 1;
  if (others == 0) throw InternalError("judge: no contrasts");
  const bool with_own = scheme == Scheme::info_nce;
  const double count = static_cast<double>(with_own ? others + 1 : others);
  return std::log(own) - estimators::expected_log_sum(value, weight, others, with_own ? own : 0) + std::log(count);
}

/// The law at nodes that reach so far beyond the samples; none if densities do not add up to 1 there.
std::shared_ptr<Exact> tabulated(const Pool& pool, simulator::Law& law, double margin) {
  auto out = std::make_shared<Exact>();
  Exact& e = *out;
  const double spacing = lay_out(pool, margin, e.nodes);
  e.marginal.assign(e.nodes.size(), 0.0);
  for (const Type& type : pool.types) {
    std::vector<double> density, share;
    double sum = 0;
    for (const auto& node : e.nodes) {
      density.push_back(positive(law.log_density(pool.sample.times - 1, node.data(), type.statistic.data())));
      sum += spacing * density.back();
    }
    if (type.weight > 1e-9 && !(std::abs(sum - 1) < 1e-6)) return nullptr;
    for (std::size_t i = 0; i < density.size(); ++i) {
      share.push_back(sum > 0 ? spacing * density[i] / sum : 0.0);  // the rarest types may lie beyond the grid
      e.marginal[i] += type.weight * share[i];
    }
    e.density.push_back(density);
    e.share.push_back(share);
    e.weight.push_back(type.weight);
  }
  return out;
}

std::vector<double> given_type(const Exact& e, std::size_t b) {
  std::vector<double> p(e.outcome.front().size(), 0.0);
  for (std::size_t i = 0; i < e.nodes.size(); ++i)
    for (std::size_t x = 0; x < p.size(); ++x) p[x] += e.share[b][i] * e.outcome[i][x];
  return p;
}

}  // namespace

std::shared_ptr<const Exact> make_exact(const Pool& pool, simulator::Law* law) {
  const bool jump = pool.setting.mover == simulator::Mover::jump;
  if (law == nullptr || pool.types.empty() || pool.types.size() > 200 || (!jump && pool.sample.parameters != 1))
    return nullptr;
  std::shared_ptr<Exact> e;
  for (double margin = 1; !e && margin <= (jump ? 1 : 16); margin *= 2)  // few samples see little of the range
    e = tabulated(pool, *law, margin);
  if (!e) return nullptr;
  for (std::size_t i = 0; pool.discrete_x() && i < e->nodes.size(); ++i) {
    e->outcome.emplace_back();
    for (std::size_t x = 0; x < pool.letters; ++x) {
      const auto outcome = static_cast<double>(x);
      e->outcome.back().push_back(std::exp(-pool.setting.model->energy_of(e->nodes[i].data(), &outcome)));
    }
  }
  return e;
}

double information(const Exact& e) {
  double sum = 0;
  for (std::size_t i = 0; i < e.nodes.size(); ++i)
    for (std::size_t b = 0; b < e.weight.size(); ++b)
      if (e.share[b][i] > 0) sum += e.weight[b] * e.share[b][i] * std::log(e.share[b][i] / e.marginal[i]);
  return sum;
}

SchemeChange change(const Exact& e, const Pool& pool) {
  const auto& s = pool.setting;
  const double mean = s.start_mean.front(), stddev = s.start_stddev.front(), step = 0.05;
  const auto loss = [&](double theta, std::size_t b) {
    return s.model->energy(&theta, pool.types[b].statistic.data()) + s.weight_decay / 2 * theta * theta;
  };
  SchemeChange out;
  out.entropy = -std::log(stddev * std::sqrt(2 * M_PI)) - 0.5;
  for (std::size_t b = 0; b < e.weight.size(); ++b) {
    for (std::size_t i = 0; i < e.nodes.size(); ++i) {
      const double p = e.weight[b] * e.share[b][i];
      if (p > 0) out.loss += p * loss(e.nodes[i].front(), b), out.entropy -= p * std::log(e.density[b][i]);
    }
    for (double z = -9; z < 9.01; z += step)
      out.loss -= e.weight[b] * step * std::exp(-z * z / 2) / std::sqrt(2 * M_PI) * loss(mean + stddev * z, b);
  }
  return out;
}

std::optional<SchemeChange> scheme_change(const Pool& pool) {
  if (pool.exact) return change(*pool.exact, pool);
  if (!pool.law || (pool.types.empty() && !pool.fixed_data()) || (!pool.types.empty() && pool.log_given.empty()))
    return std::nullopt;
  SchemeChange out;
  const auto add = [&](const double* statistic, double weight) {
    const auto first = pool.law->averages(0, statistic), last = pool.law->averages(pool.sample.times - 1, statistic);
    if (!first || !last) return false;
    out.loss += weight * (last->loss - first->loss);
    out.entropy += weight * (last->entropy - first->entropy);
    return true;
  };
  if (pool.fixed_data()) return add(pool.statistic(0), 1) ? std::optional(out) : std::nullopt;
  for (const Type& type : pool.types)
    if (!add(type.statistic.data(), type.weight)) return std::nullopt;
  return out;
}

double expected_theta_data(const Exact& e, Scheme scheme, std::size_t m) {
  double sum = 0;
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    if (e.marginal[i] < 1e-14) continue;
    const auto rho = column(e.density, i);
    if (scheme == Scheme::info_nce) {
      for (std::size_t b = 0; b < rho.size(); ++b) {
        const double w = e.weight[b] * e.share[b][i];
        if (w > 1e-14) sum += w * contrast(scheme, m, rho[b], rho, e.weight);
      }
      continue;
    }
    sum += e.marginal[i] * contrast(scheme, m, 1, rho, e.weight);
    for (std::size_t b = 0; b < rho.size(); ++b)
      if (e.share[b][i] > 0) sum += e.weight[b] * e.share[b][i] * std::log(rho[b]);
  }
  return sum;
}

double expected_x_data(const Exact& e, Scheme scheme, std::size_t m) {
  std::vector<std::vector<double>> given;
  for (std::size_t b = 0; b < e.weight.size(); ++b) given.push_back(given_type(e, b));
  double sum = 0;
  for (std::size_t x = 0; x < given.front().size(); ++x) {
    const auto p = column(given, x);
    for (std::size_t b = 0; b < p.size(); ++b)
      if (p[b] > 0) sum += e.weight[b] * p[b] * contrast(scheme, m, p[b], p, e.weight);
  }
  return sum;
}

double expected_x_theta(const Exact& e, Scheme scheme, std::size_t m) {
  double sum = 0;
  for (std::size_t x = 0; x < e.outcome.front().size(); ++x) {
    const auto p = column(e.outcome, x);
    double marginal = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double w = e.marginal[i] * p[i];
      marginal += w;
      if (w < 1e-14) continue;
      sum += w * (scheme == Scheme::info_nce ? contrast(scheme, m, p[i], p, e.marginal) : std::log(p[i]));
    }
    if (scheme != Scheme::info_nce) sum += marginal * contrast(scheme, m, 1, p, e.marginal);
  }
  return sum;
}

double expected_two_averages(const Exact& e, std::size_t m) {
  double sum = 0;
  for (std::size_t x = 0; x < e.outcome.front().size(); ++x) {
    const auto p = column(e.outcome, x);
    double marginal = 0;
    for (std::size_t b = 0; b < e.weight.size(); ++b) {
      double given = 0;
      for (std::size_t i = 0; i < p.size(); ++i) given += e.share[b][i] * p[i];
      marginal += e.weight[b] * given;
      sum += e.weight[b] * given * estimators::expected_log_sum(p, e.share[b], m);
    }
    sum -= marginal * estimators::expected_log_sum(p, e.marginal, m);
  }
  return sum;
}

}  // namespace calor::judge
