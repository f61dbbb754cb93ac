// Entropies of X and Theta over the whole ensemble, S(X) and S(Theta).

#include "validation/estimators/entropy_kl.hpp"
#include "validation/judge/letters.hpp"
#include "validation/judge/pool.hpp"

namespace calor::judge {

namespace {

using Shared = std::shared_ptr<Pool>;

void add_letters(Case& test, const Shared& pool, double truth) {
  const std::size_t outcomes = pool->letters;
  const auto given = outcome_given_type(*pool);
  std::vector<double> p;
  if (!given.empty()) p.resize(outcomes);
  for (std::size_t e = 0; e < given.size(); ++e) p[e % outcomes] += pool->types[e / outcomes].weight * given[e];
  add_letter_entropies(test, "entropy_x", truth, outcomes, p, [pool, outcomes](std::size_t n, std::size_t r) {
    std::vector<std::uint64_t> counts(outcomes);
    for (std::size_t i = r * pool->most; i < r * pool->most + n; ++i) ++counts[static_cast<std::size_t>(pool->x(i)[0])];
    return counts;
  });
}

void add_kl(Case& test, const Shared& pool, const std::string& quantity, double truth, bool of_theta) {
  Subject s{"entropy-kl", quantity, truth, nullptr};
  s.run = [=](std::size_t n, std::size_t r) {
    std::vector<double> values;
    const std::size_t d = of_theta ? pool->sample.parameters : pool->sample.width;
    for (std::size_t i = r * pool->most; i < r * pool->most + n; ++i) {
      const double* row = of_theta ? pool->theta(i) : pool->x(i);
      values.insert(values.end(), row, row + d);
    }
    return estimators::entropy_kl({values, d});
  };
  test.subjects.push_back(s);
}

}  // namespace

void add_entropies(Case& test, const Shared& pool, const Options&) {
  double truth = 0;
  if (exact_value(test, *pool, "entropy_x", truth)) {
    if (pool->discrete_x())
      add_letters(test, pool, truth);
    else if (pool->experiment.model.kind != "linear-regression")
      add_kl(test, pool, "entropy_x", truth, false);
  }
  if (pool->setting.mover != simulator::Mover::jump && exact_value(test, *pool, "entropy_theta", truth))
    add_kl(test, pool, "entropy_theta", truth, true);
}

}  // namespace calor::judge
