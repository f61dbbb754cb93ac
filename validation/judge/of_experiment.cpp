#include <fmt/format.h>

#include <filesystem>

#include "num/exact.hpp"
#include "validation/judge/exact.hpp"
#include "validation/judge/pool.hpp"

namespace calor::judge {

namespace {

std::string described(const Pool& pool) {
  const double step = simulator::step_used(pool.experiment, pool.options);
  std::string text = "At t = " + num::decimal_text(pool.experiment.time.points.back()) + ". ";
  if (step > 0)
    return text + "Euler–Maruyama or split steps of at most " + num::decimal_text(num::Rational(step), 3) + ".";
  return text + "Exact transitions.";
}

/// How far the scheme is from the truth: m_info of its own law at growing steps.
std::string convergence(Case& test, const Pool& pool) {
  double truth = 0;
  const bool euler = pool.setting.mover == simulator::Mover::euler || pool.setting.mover == simulator::Mover::diffusion;
  if (!euler || !pool.exact || !exact_value(test, pool, "m_info", truth)) return "";
  std::string out = " Error of m_info of the scheme's own law at step";
  for (const double factor : {1.0, 2.0, 4.0, 8.0}) {
    simulator::Options o = pool.options;
    o.step *= factor;
    std::string why;
    const auto law = simulator::make_law(pool.experiment, o, why);
    const auto exact = law ? make_exact(pool, law.get()) : nullptr;
    if (!exact) break;
    const double error = information(*exact) - truth;
    out += fmt::format("{} {:.3g}: {:.2e}", factor > 1 ? "," : "", o.step, error);
  }
  return out + ".";
}

}  // namespace

Case of_experiment(const experiment::Swept& member, const Options& options) {
  const auto& e = member.experiment;
  Case test;
  test.name = std::filesystem::path(e.file).stem().string();
  test.title = e.title.empty() ? test.name : e.title;
  for (const auto& [key, value] : member.coordinates) {
    test.name += "-" + value;
    test.title += ", " + key + " = " + value;
  }
  const auto pool = make_pool(e, options);
  test.notes = described(*pool) + convergence(test, *pool);
  add_information(test, pool, options);
  add_entropies(test, pool, options);
  add_thermodynamics(test, pool, options);
  return test;
}

}  // namespace calor::judge
