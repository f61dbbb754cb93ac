// langevin where the loss separates: gaussian-mean in d dimensions, every dimension a learner of its own. The joint
// density is the product of one-dimensional densities, the mixture over data sets too, because the dimensions of the
// data's mean are independent; so every quantity but the efficiency is a sum over the dimensions.

#include <algorithm>
#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "run/job.hpp"
#include "table/format.hpp"

namespace calor::run {

namespace {

using num::Rational;

/// The experiment of one dimension alone.
experiment::Experiment dimension(const experiment::Experiment& e, std::size_t k) {
  auto out = e;
  out.model.dimension = 1;
  if (!e.data.mean.empty()) out.data.mean = {e.data.mean[k]};
  if (!e.data.variance.empty()) out.data.variance = {e.data.variance[k]};
  for (auto& row : out.data.values) row = {row[k]};
  out.learner.initial_mean = {e.learner.initial_mean[k]};
  out.learner.initial_stddev = {e.learner.initial_stddev[k]};
  return out;
}

/// What makes two dimensions the same problem.
std::vector<Rational> key(const experiment::Experiment& e) {
  std::vector<Rational> out{e.learner.initial_mean[0], e.learner.initial_stddev[0]};
  for (const auto& m : e.data.mean) out.push_back(m);
  for (const auto& v : e.data.variance) out.push_back(v);
  for (const auto& row : e.data.values) out.push_back(row[0]);
  return out;
}

struct Sum {
  Rational value = 0, error = 0;
  int parts = 0;
};

Options options_of_parts(const Job& job) {
  Options out = job.options;
  out.digits = job.digits + 1;  // errors add up
  out.best_effort = true;       // the sum is judged
  auto& names = out.quantities;
  if (std::erase(names, "efficiency") > 0)
    for (const char* needed : {"m_info", "ep_theta_naive"})
      if (!printed(needed, out)) names.emplace_back(needed);
  return out;
}

void put(Job& job, std::size_t time, const std::string& name, const Rational& value, const Rational& error) {
  if (!printed(name, job.options)) return;
  const auto text = table::text_of_exact(value, error, 40);
  const double size = std::max(1.0, std::fabs(num::from_rational<double>(value)));
  job.collected.times[time][name] = {
      {name, text.value, text.error, num::Guarantee::estimated},
      num::from_rational<double>(num::parse_decimal(text.error)) / (accuracy<double>(job.digits) * size)};
}

}  // namespace

void product_of_dimensions(Job& job) {
  const auto& e = job.experiment;
  const auto options = options_of_parts(job);
  std::map<std::vector<Rational>, table::Table> solved;
  std::vector<std::map<std::string, Sum>> sums(e.time.points.size());
  const auto d = static_cast<std::size_t>(e.model.dimension);
  for (std::size_t k = 0; k < d; ++k) {
    const auto part = dimension(e, k);
    auto [at, fresh] = solved.try_emplace(key(part));
    if (fresh) at->second = compute(part, options);
    const auto& table = at->second;
    for (std::size_t j = 0; j < table.rows.size(); ++j)
      for (const auto& cell : table.rows[j].cells) {
        if (cell.value.find("inf") != std::string::npos || cell.error.find("inf") != std::string::npos) continue;
        auto& sum = sums[j][cell.quantity];
        sum.value += num::parse_decimal(cell.value);
        sum.error += num::parse_decimal(cell.error);
        ++sum.parts;
      }
    if (!fresh) continue;
    for (auto check : table.checks) {
      check.statement += ", dimension " + std::to_string(k);
      job.collected.checks.push_back(std::move(check));
    }
    job.collected.methods = {"product of " + std::to_string(d) + " one-dimensional densities: " + table.method};
    job.collected.precisions = {table.precision};
  }
  job.collected.times.resize(sums.size());
  for (std::size_t j = 0; j < sums.size(); ++j) {
    for (const auto& [name, sum] : sums[j])
      if (sum.parts == e.model.dimension) put(job, j, name, sum.value, sum.error);
    const auto m = sums[j].find("m_info"), naive = sums[j].find("ep_theta_naive");
    job.collected.times[j].erase("efficiency");
    if (m == sums[j].end() || naive == sums[j].end() || !(naive->second.value > 4 * naive->second.error)) continue;
    const Rational ratio = m->second.value / naive->second.value;
    put(job, j, "efficiency", ratio,
        (m->second.error + abs(ratio) * naive->second.error) / (naive->second.value - naive->second.error));
  }
}

}  // namespace calor::run
