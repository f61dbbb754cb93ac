#include "validation/judge/letters.hpp"

#include <cmath>

#include "validation/estimators/entropy_grassberger.hpp"
#include "validation/estimators/entropy_miller_madow.hpp"
#include "validation/estimators/entropy_nsb.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/exact_counts.hpp"

namespace calor::judge {

using namespace estimators;

void add_letter_entropies(Case& test, const std::string& quantity, double truth, std::size_t letters,
                          const std::vector<double>& p, const DrawCounts& draw) {
  const auto add = [&](const char* name, const std::function<Result(Counts)>& run,
                       const std::function<Moments(std::size_t)>& exact) {
    Subject s{name, quantity, truth, [=](std::size_t n, std::size_t r) { return run(draw(n, r)); }};
    if (exact && !p.empty())
      s.prediction = {"exact", [=](std::size_t n) { return n <= 2000 ? exact(n).mean - truth : std::nan(""); }};
    test.subjects.push_back(s);
  };
  add("entropy-plugin", entropy_plugin, [p](std::size_t n) { return plugin_moments(p, n); });
  add("entropy-miller-madow", entropy_miller_madow, [p](std::size_t n) { return miller_madow_moments(p, n); });
  const auto grassberger = [](Counts c) { return entropy_grassberger(c, Grassberger::v2003); };
  add("entropy-grassberger", grassberger, [p](std::size_t n) { return grassberger_moments(p, n, Grassberger::v2003); });
  const auto k = static_cast<double>(letters);
  add(
      "entropy-nsb", [k](Counts c) { return entropy_nsb(c, k); }, nullptr);
}

}  // namespace calor::judge
