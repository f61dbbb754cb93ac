#include "run/job.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "table/format.hpp"

namespace calor::run {

namespace {

void note(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

bool printed(const std::string& name, const Options& o) {
  const auto* definition = ledger::find(name);
  if (!definition) return false;
  if (o.quantities.empty()) return !definition->on_request;
  return std::find(o.quantities.begin(), o.quantities.end(), name) != o.quantities.end();
}

bool stationary_parts(const Job& job) {
  if (!printed("ep_theta_housekeeping", job.options) && !printed("ep_theta_excess", job.options)) return false;
  if (job.experiment.data.source != experiment::Data::Source::stream && !has_stationary_densities(job.experiment))
    throw InputError(job.experiment.at("learner.weight_decay") +
                     "0 leaves data sets without a stationary density, which ep_theta_housekeeping and "
                     "ep_theta_excess need; allowed: > 0");
  return true;
}

std::vector<std::string> Job::wanted() const {
  if (collected.times.empty()) {
    std::vector<std::string> names;
    for (const auto& d : ledger::catalogue())
      if (printed(std::string(d.name), options)) names.emplace_back(d.name);
    return names;
  }
  return collected.missing();
}

template <Real R>
std::vector<ledger::Identity<R>> langevin_identities(const experiment::Experiment& e) {
  const R temperature = num::from_rational<R>(e.learner.temperature.values.front());
  auto out = lagging(e) ? ledger::lagging_identities(temperature) : ledger::equilibrium_identities(temperature);
  const auto& l = e.learner;
  out.push_back({"I9",
                 "ep_theta = housekeeping + excess",
                 {{1, "ep_theta"}, {-1, "ep_theta_housekeeping"}, {-1, "ep_theta_excess"}}});
  if (l.kind == "sgd-diffusion" || learner::scheduled(l))
    std::erase_if(out, [](const auto& i) { return i.number == "I16"; });
  return out;
}

template <Real R>
void collect(Job& job, const Book<R>& book, const Study<R>& study, const std::string& method,
             const std::vector<ledger::Identity<R>>& identities) {
  using std::fabs;
  const R goal = accuracy<R>(job.digits);
  auto checks = ledger::verify(book, identities, R(100 * goal));
  auto& out = job.collected;
  if (out.times.empty()) out.times.resize(study.wanted.size());
  bool used = false;
  for (std::size_t j = 0; j < study.wanted.size(); ++j)
    for (const auto& [name, e] : book[static_cast<std::size_t>(study.wanted[j])]) {
      if (!printed(name, job.options)) continue;
      const R allowed = goal * std::max(R(1), R(fabs(e.value)));
      double miss = num::to_double(R(e.error * R(1.2) / allowed));
      if (std::isnan(miss)) miss = HUGE_VAL;
      auto& slot = out.times[j];
      const auto old = slot.find(name);
      if (old != slot.end() && (old->second.miss <= 1 || old->second.miss <= miss)) continue;
      slot[name] = {table::cell<R>(name, e), miss};
      used = true;
    }
  if (!used) return;
  note(out.methods, method);
  note(out.precisions, std::same_as<R, double> ? "double" : std::to_string(num::digits10<R>()) + " digits");
  if (checks.size() >= out.checks.size()) out.checks = std::move(checks);
}

void take(Job& job, void (*way)(Job&)) {
  try {
    way(job);
  } catch (const AccuracyError& error) {
    job.collected.obstacle = error.what();
  }
}

Resolution resolution(int asked, int level) {
  const int digits = std::max(asked, 8);  // fewer, and what checks the numbers (currents, flows) would not converge
  const double decades = (1.55 * digits + 2) * std::pow(1.2, level);
  Resolution r{decades, decades, 8 + digits / 3 + 3 * level, 1.0 / (1 + 0.25 * level)};
  r.lag_substep = 0.4 / (1 + 0.35 * level);
  r.lag_columns = std::min(5 + level + digits / 8, 8);  // more, and round-off is amplified by hundreds
  return r;
}

double caution(const experiment::Experiment& e) {
  if (e.model.kind != "poisson") return 2;
  return lagging(e) ? 30 : 10;
}

std::function<void(double)> reporter(const Options& o, const std::string& stage) {
  if (!o.progress) return {};
  return [&o, stage, guard = std::make_shared<std::mutex>()](double fraction) {
    const std::lock_guard lock(*guard);
    o.progress({stage, fraction});
  };
}

template <Real R>
void require_memory(const Job& job, const Layout<R>& layout) {
  const double cells = static_cast<double>(layout.grid.size) * static_cast<double>(layout.ensemble.sets.size());
  if (cells > 5e7)
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) + " digits need " +
                        std::to_string(layout.grid.size) + " grid points for each of " +
                        std::to_string(layout.ensemble.sets.size()) +
                        " data sets, more than memory allows; ask for fewer digits");
}

void refuse_method(const Job& job, const std::string& why, const std::string& allowed) {
  throw InputError("--method " + std::string(name(job.options.method)) + ": " + why + "; allowed here: " + allowed);
}

#define CALOR_INSTANTIATE(R)                                                                    \
  template std::vector<ledger::Identity<R>> langevin_identities(const experiment::Experiment&); \
  template void collect(Job&, const Book<R>&, const Study<R>&, const std::string&,              \
                        const std::vector<ledger::Identity<R>>&);                               \
  template void require_memory(const Job&, const Layout<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
