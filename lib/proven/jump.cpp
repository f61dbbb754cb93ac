#include "proven/jump.hpp"

#include "num/parallel.hpp"
#include "proven/information.hpp"
#include "proven/jump_setting.hpp"

namespace calor::proven {

namespace {

using num::Rational;

constexpr double most_chain_types = 20'000;

/// Histories of all data sets with their weights.
struct Study {
  JumpSetting setting;
  Balls weight;
  std::vector<History> histories;
  bool fixed = false;

  Ball average(const auto& of) const {
    Ball sum;
    for (std::size_t b = 0; b < weight.size(); ++b) sum += weight[b] * of(histories[b]);
    return sum;
  }
  std::vector<Balls> all(const auto& of) const {
    std::vector<Balls> out;
    for (const auto& h : histories) out.push_back(of(h));
    return out;
  }
};

Ball mean_entropy(const Balls& weights, const std::vector<Balls>& of) {
  Ball sum;
  for (std::size_t b = 0; b < of.size(); ++b) sum += weights[b] * entropy(of[b]);
  return sum;
}

void parameter_information(const Study& study, std::size_t j, BallRow& row) {
  const auto theta = study.all([&](const History& h) { return h.theta[j]; });
  const Balls mean = mixture(study.weight, theta);
  row["entropy_theta"] = entropy(mean);
  row["entropy_theta_given_b"] = mean_entropy(study.weight, theta);
  row["m_info"] = row["entropy_theta"] - row["entropy_theta_given_b"];
  if (j == 0) return;
  // D(p(theta)p(B) || p(theta,B)), and I1 as mean relative entropy
  Ball lautum, relative;
  for (std::size_t b = 0; b < theta.size(); ++b) {
    lautum += study.weight[b] * relative_entropy(mean, theta[b]);
    relative += study.weight[b] * relative_entropy(theta[b], mean);
  }
  row["lautum_info"] = lautum;
  row["_m_info_relative"] = relative;
}

/// B - Theta - X is a Markov chain.
void equilibrium_information(const Study& study, std::size_t j, BallRow& row) {
  const auto& s = study.setting;
  std::vector<Balls> x;
  Balls each;
  for (std::size_t i = 0; i < s.states; ++i) each.push_back(entropy(s.conditional[i]));
  for (const auto& h : study.histories) x.push_back(mixture(h.theta[j], s.conditional));
  row["entropy_x"] = entropy(mixture(study.weight, x));
  row["entropy_x_given_b"] = mean_entropy(study.weight, x);
  row["entropy_x_given_theta"] = study.average([&](const History& h) { return dot(h.theta[j], each); });
  row["l_info"] = row["entropy_x"] - row["entropy_x_given_b"];
  row["r_info"] = row["m_info"] - row["l_info"];
  row["info_x_theta"] = row["entropy_x"] - row["entropy_x_given_theta"];
  row["info_x_theta_given_b"] = row["entropy_x_given_b"] - row["entropy_x_given_theta"];
  row["_info_x_b_given_theta"] = Ball(0);
  row["_phi"] = row["entropy_x_given_theta"];
}

void joint_information(const Study& study, std::size_t j, BallRow& row) {
  const auto& s = study.setting;
  const auto joint = study.all([&](const History& h) { return h.joint[j]; });
  const auto x = study.all([&](const History& h) { return column_sums(h.joint[j], s.outcomes); });
  const auto theta = study.all([&](const History& h) { return row_sums(h.joint[j], s.outcomes); });
  const Ball both = entropy(mixture(study.weight, joint)), both_given_b = mean_entropy(study.weight, joint);
  row["entropy_x"] = entropy(mixture(study.weight, x));
  row["entropy_x_given_b"] = mean_entropy(study.weight, x);
  row["entropy_x_given_theta"] = both_given_b - row["entropy_theta_given_b"];
  row["l_info"] = row["entropy_x"] - row["entropy_x_given_b"];
  row["r_info"] = (both - row["entropy_x"]) - (both_given_b - row["entropy_x_given_b"]);
  row["info_x_theta"] = row["entropy_x"] + row["entropy_theta"] - both;
  row["info_x_theta_given_b"] = row["entropy_x_given_b"] + row["entropy_theta_given_b"] - both_given_b;
  row["_info_x_b_given_theta"] = (both - row["entropy_theta"]) - row["entropy_x_given_theta"];
  row["_entropy_theta_given_b_joint"] = mean_entropy(study.weight, theta);
  Balls phi;
  for (const auto& of_state : s.energy) phi.insert(phi.end(), of_state.begin(), of_state.end());
  row["_phi"] = study.average([&](const History& h) { return dot(h.joint[j], phi); });
}

void losses(const Study& study, std::size_t j, BallRow& row) {
  const auto& s = study.setting;
  row["_loss"] = study.average([&](const History& h) { return dot(h.theta[j], h.loss); });
  row["loss_train"] = study.average([&](const History& h) { return dot(h.theta[j], h.fit); });
  row["_heat_theta"] = study.average([&](const History& h) { return h.heat_theta[j]; });
  if (!s.experiment->time.step)
    row["fisher_dissipation"] = study.average([&](const History& h) { return h.fisher[j]; });
  row["_free"] = row["_loss"] / s.temperature - row["entropy_theta_given_b"];  // D(rho || e^{-L/T})
  if (study.fixed) return;
  Balls target, test;
  for (const auto& p : s.experiment->data.probabilities) target.emplace_back(p);
  for (std::size_t i = 0; i < s.states; ++i) test.push_back(dot(target, s.energy[i]));
  row["loss_test"] = study.average([&](const History& h) { return dot(h.theta[j], test); });
  row["generalization_gap"] = row["loss_test"] - row["loss_train"];
  row["_type_entropy"] = entropy(study.weight);
  row["_log_outcomes"] = log(Ball(static_cast<long>(s.outcomes)));
}

void sampler_in_turns(const Study& study, std::size_t j, BallRow& row) {
  const auto sum = [&](Ball Turns::*part) { return study.average([&](const History& h) { return h.turns[j].*part; }); };
  row["heat_x"] = sum(&Turns::heat_x);
  row["work_x"] = sum(&Turns::work_x);
  row["flow_x"] = sum(&Turns::flow_x);
  row["flow_theta"] = sum(&Turns::flow_theta);
  row["ep_x"] = sum(&Turns::ep_x);
  if (study.setting.experiment->sampler.kind == "equilibrium") row["ep_x_path"] = sum(&Turns::ep_x_path);
}

std::vector<BallRow> assemble(const Study& study) {
  const auto& s = study.setting;
  std::vector<BallRow> rows(s.points.size());
  const bool full = std::all_of(s.initial.begin(), s.initial.end(), [](const Ball& p) { return p > Ball(0); });
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    parameter_information(study, j, row);
    const bool turns = s.experiment->time.step.has_value(), paired = turns || !s.x_rates.empty();
    paired ? joint_information(study, j, row) : equilibrium_information(study, j, row);
    losses(study, j, row);
    parameter_thermodynamics(s.temperature, rows.front(), row);
    if (turns) {
      sampler_in_turns(study, j, row);
    } else if (paired) {
      row["heat_x"] = study.average([&](const History& h) { return h.heat_x[j]; });
      row["work_x"] = study.average([&](const History& h) { return h.work_x[j]; });
    } else {
      equilibrium_sampler(rows.front(), row);
    }
    observers(rows.front(), row);
    if (full) row["ift_theta"] = Ball(1);  // I15
  }
  for (std::size_t j = 0; j < rows.size(); ++j) exact_zeros(j == 0, study.fixed, rows[j]);
  return rows;
}

}  // namespace

std::string why_not_proven(const experiment::Experiment& e, double most_work) {
  if (!is_finite_model(e.model)) return "the model has no finite list of outcomes";
  if (e.learner.kind != "jump" || !e.learner.temperature.constant() || e.learner.temperature.values.front() <= 0)
    return "the learner is no chain with constant rates";
  if (e.data.source != experiment::Data::Source::target && e.data.source != experiment::Data::Source::counts)
    return "the data are not counted";
  if (e.sampler.kind == "ou") return "the sampler moves on the real line";
  if (e.sampler.kind == "alternating") return "the sampler draws hidden units";
  if (count_types(e) > most_chain_types) return "too many data sets";
  const Precision rough(128);
  const auto setting = jump_setting(e, e.time.points);
  const auto ensemble = enumerate(e);
  double work = 0;
  for (const auto& set : ensemble.sets) work += work_of(setting, set);
  return work < most_work ? "" : "too much work in balls";
}

std::vector<BallRow> jump_book(const experiment::Experiment& e, const std::vector<Rational>& points, int threads) {
  Study study{jump_setting(e, points), {}, {}, false};
  const auto ensemble = enumerate(e);
  study.fixed = ensemble.fixed;
  study.histories.resize(ensemble.sets.size());
  for (const auto& set : ensemble.sets) study.weight.push_back(set.weight);
  const long bits = Precision::bits();
  num::parallel_for(static_cast<int>(ensemble.sets.size()), threads, [&](int b) {
    const Precision here(bits);
    const auto k = static_cast<std::size_t>(b);
    study.histories[k] = follow(study.setting, ensemble.sets[k]);
  });
  return assemble(study);
}

}  // namespace calor::proven
