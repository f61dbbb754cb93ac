#include <filesystem>

#include "num/exact.hpp"
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
  test.notes = described(*pool);
  add_information(test, pool, options);
  add_entropies(test, pool, options);
  add_thermodynamics(test, pool, options);
  return test;
}

}  // namespace calor::judge
