#include "proven/langevin.hpp"

#include <algorithm>
#include <cmath>

#include "num/parallel.hpp"
#include "proven/density_entropy.hpp"
#include "proven/information.hpp"

namespace calor::proven {

namespace {

using num::Rational;

/// All data sets, relaxed.
struct LangevinStudy {
  Setting setting;
  Balls weights, statistics;
  bool fixed = false;
  std::vector<Relaxation> sets;
  std::vector<Ball> points;
  std::vector<std::vector<Member>> members;  // [set][point]
  Ball target_statistic;                     // <s> under p*
  std::vector<Entropies> entropies;          // at the points but the first

  Ball average(const auto& of) const {
    Ball sum(0);
    for (std::size_t b = 0; b < sets.size(); ++b) sum += weights[b] * of(b);
    return sum;
  }
  Ball mean(std::size_t functional, std::size_t j) const {
    return average([&](std::size_t b) { return value(b, functional, j); });
  }
  Ball value(std::size_t b, std::size_t functional, std::size_t j) const {
    return sets[b].functional(functional, members[b][j].coefficients, members[b][j].error);
  }
};

void entropies_of_x(const LangevinStudy& study, std::size_t j, BallRow& row) {
  const auto& family = study.setting.family;
  std::vector<Balls> p;
  for (std::size_t b = 0; b < study.sets.size(); ++b) {
    p.emplace_back();
    for (std::size_t i = 0; i < family.values.size(); ++i) p.back().push_back(study.value(b, i, j));
  }
  const auto entropy_of = [&](const Balls& each) {
    Ball sum(0);
    for (std::size_t i = 0; i < each.size(); ++i) sum += Ball(family.outcomes[i]) * minus_x_ln_x(each[i]);
    return sum;
  };
  row["entropy_x"] = entropy_of(mixture(study.weights, p));
  row["entropy_x_given_b"] = study.average([&](std::size_t b) { return entropy_of(p[b]); });
  row["entropy_x_given_theta"] = study.mean(Functionals(family).entropy, j);
  row["l_info"] = row["entropy_x"] - row["entropy_x_given_b"];
  row["info_x_theta"] = row["entropy_x"] - row["entropy_x_given_theta"];
  row["info_x_theta_given_b"] = row["entropy_x_given_b"] - row["entropy_x_given_theta"];
}

void losses(const LangevinStudy& study, std::size_t j, BallRow& row) {
  const Functionals f(study.setting.family);
  const Ball a = study.mean(f.a, j);
  row["loss_train"] =
      a - study.average([&](std::size_t b) { return study.statistics[b] * study.value(b, f.theta, j); });
  row["_loss"] = row["loss_train"] + study.setting.weight_decay / 2 * study.mean(f.square, j);
  if (study.fixed) return;
  row["loss_test"] = a - study.target_statistic * study.mean(f.theta, j);
  row["generalization_gap"] = row["loss_test"] - row["loss_train"];
  row["_type_entropy"] = entropy(study.weights);
  row["_log_outcomes"] = log(Ball(study.setting.family.count));
}

/// F = mu T int <F> ds.
Ball fisher_dissipation(const LangevinStudy& study, std::size_t j) {
  const Functionals f(study.setting.family);
  const auto& s = study.setting;
  const auto& t = study.points[j];
  return s.mobility * s.temperature * study.average([&](std::size_t b) {
    return study.sets[b].functional(f.fisher, study.sets[b].integrated(t), study.members[b][j].error * t);
  });
}

std::vector<BallRow> assemble(const LangevinStudy& study) {
  const auto& s = study.setting;
  const Ball start_entropy = (1 + log(2 * num::pi<Ball>() * s.initial_variance)) / 2;
  std::vector<BallRow> rows(study.points.size());
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    row["entropy_theta"] = j == 0 ? start_entropy : study.entropies[j - 1].mixture;
    row["entropy_theta_given_b"] = j == 0 ? start_entropy : study.entropies[j - 1].given_data;
    row["m_info"] = row["entropy_theta"] - row["entropy_theta_given_b"];
    entropies_of_x(study, j, row);
    row["r_info"] = row["m_info"] - row["l_info"];
    losses(study, j, row);
    row["_free"] = row["_loss"] / s.temperature - row["entropy_theta_given_b"];
    row["fisher_dissipation"] = fisher_dissipation(study, j);
    parameter_thermodynamics(s.temperature, rows.front(), row);
    equilibrium_sampler(rows.front(), row);
    observers(rows.front(), row);
    row["ift_theta"] = Ball(1);  // I15: the start is positive everywhere
  }
  for (std::size_t j = 0; j < rows.size(); ++j) exact_zeros(j == 0, study.fixed, rows[j]);
  return rows;
}

}  // namespace

std::vector<BallRow> langevin_book(const experiment::Experiment& e, const std::vector<Rational>& points, int digits,
                                   int level, int threads) {
  const int size = static_cast<int>(std::lround((40 + 5 * digits) * std::pow(1.3, level)));
  const long bits = bits_for(digits);
  const Precision here(bits);
  const auto family = family_of(e);
  const auto ensemble = enumerate(e);
  auto setting = make_setting(e, *family, size, digits, threads);
  if (!setting) return {};
  LangevinStudy study{std::move(*setting), {}, {}, ensemble.fixed, {}, {}, {}, Ball(0), {}};
  for (const auto& t : points) study.points.emplace_back(t);
  for (std::size_t i = 0; i < family->target.size(); ++i)
    study.target_statistic += Ball(family->values[i]) * family->target[i];
  std::vector<Rational> statistics;
  for (const auto& set : ensemble.sets) {
    statistics.push_back(mean_statistic(e.model, set));
    study.weights.push_back(set.weight);
    study.statistics.emplace_back(statistics.back());
  }
  std::vector<std::optional<Relaxation>> made(statistics.size());
  study.members.resize(statistics.size());
  num::parallel_for(static_cast<int>(statistics.size()), threads, [&](int b) {
    const Precision same(bits);
    const auto k = static_cast<std::size_t>(b);
    made[k].emplace(study.setting, statistics[k]);
    for (const auto& t : study.points) study.members[k].push_back({made[k]->coefficients(t), made[k]->error(t)});
  });
  for (auto& one : made) study.sets.push_back(std::move(*one));
  std::vector<std::vector<Member>> later;
  for (const auto& of_set : study.members) later.emplace_back(of_set.begin() + 1, of_set.end());
  if (points.size() > 1)
    study.entropies = density_entropies(study.setting, study.weights, study.statistics, later, digits, threads);
  return assemble(study);
}

}  // namespace calor::proven
