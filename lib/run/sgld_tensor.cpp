#include "run/sgld_tensor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <optional>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/joint_level.hpp"
#include "run/joint_model.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"
#include "run/sgld_tensor_walk.hpp"
#include "run/tensor_spaces.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;
using info::Raw;
using info::Row;

constexpr int most_nodes_an_axis = 320;  // a step costs the fourth power
constexpr double most_walk_bytes = 1.5e9;

/// What all data sets share.
struct Setting {
  TensorRoom room;
  std::unique_ptr<model::Model<double>> model;
  data::Ensemble<double> ensemble;                 // not of a stream
  std::vector<learner::Batches<double>> families;  // one a data set, or the one of the stream
  std::vector<double> target_statistic;            // empty for fixed data
  std::vector<learner::StepSize> steps;
  std::vector<long> points;
  Field initial;
  bool stream = false, equilibrium = true, lags = false;  // lags: the joint density is followed
  double x_nodes = 0;                                     // of a real x
};

/// One history at one point.
struct Record {
  Field rho;
  std::map<std::string, double> totals;
  double weight = 0;
  std::vector<double> statistic;  // <T_a>_B; empty before a stream has begun
  Matrix<double> joint;           // with room.turn
};

void require_fit(const experiment::Experiment& e, int digits, const Setting& s) {
  const double nodes = static_cast<double>(s.room.grid.size());
  const double held = 1 + (s.lags ? s.model->outcomes() + s.x_nodes : 0);  // densities a history
  double histories = held * static_cast<double>(s.families.size() * s.points.size()), batches = 1;
  for (const auto& f : s.families) batches = std::max(batches, static_cast<double>(f.weight.size()));
  if (s.stream) {
    const double sequences = std::pow(batches, static_cast<double>(s.steps.size()));
    if (!(sequences * nodes * 80 * held < most_walk_bytes))
      throw InputError(e.at("time.points") + std::to_string(s.steps.size()) + " steps of a stream have " +
                       std::to_string(s.families.front().weight.size()) + "^" + std::to_string(s.steps.size()) +
                       " sequences of batches; allowed in two parameters at this accuracy: at most " +
                       std::to_string(static_cast<long>(most_walk_bytes / 80 / nodes / held)) +
                       " sequences, that is fewer steps or smaller batches");
    histories = 2 * held * sequences;
  }
  if (s.model->outcomes() == 0) histories += 3 * s.x_nodes;  // the model on its nodes of x
  double side = 0;
  for (const auto& axis : s.room.grid.axes) side += axis.size;
  if (8 * nodes * (histories + 1.5 * batches * side) > 2 * most_walk_bytes)
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(digits) + " digits need " +
                        std::to_string(s.room.grid.size()) + " nodes for " +
                        std::to_string(static_cast<long>(histories)) + " densities and " +
                        std::to_string(static_cast<long>(batches)) +
                        " minibatches, more than memory allows; ask for fewer digits, or for smaller batches");
}

void make_families(Setting& s, const experiment::Experiment& e, double tail) {
  s.stream = e.data.source == experiment::Data::Source::stream;
  if (!s.stream) {
    s.ensemble = data::enumerate<double>(*s.model, e, tail, 1.0);
    s.target_statistic = s.ensemble.target_statistic;
    for (const auto& set : s.ensemble.sets)
      s.families.push_back(e.learner.batch == "full" ? learner::full_batch(set)
                                                     : learner::minibatches(*s.model, e, set));
    return;
  }
  s.families = {learner::fresh_batches(*s.model, e)};
  s.target_statistic.assign(static_cast<std::size_t>(s.model->components()), 0.0);
  for (int x = 0; x < s.model->outcomes(); ++x) {
    const auto t = s.model->statistic(x);
    for (std::size_t a = 0; a < t.size(); ++a)
      s.target_statistic[a] += t[a] * num::from_rational<double>(e.data.probabilities[static_cast<std::size_t>(x)]);
  }
}

/// Every batch as a data set of its own: what pulls theta this way and that.
data::Ensemble<double> batches_of(const Setting& s) {
  data::Ensemble<double> out;
  for (const auto& f : s.families)
    for (Eigen::Index c = 0; c < f.statistic.cols(); ++c) {
      const Field column = f.statistic.col(c);
      out.sets.push_back({1, {column.begin(), column.end()}});
    }
  return out;
}

/// The terms at some nodes all over the box.
TensorTerms coarse_terms(const Setting& s, const grid::Tensor& grid) {
  grid::Tensor coarse = grid;
  for (auto& axis : coarse.axes) axis = {axis.start, axis.spacing * (axis.size - 1) / 20, 21};
  return terms_on(*s.model, coarse);
}

/// As learner/sgld_plan.cpp: where kernels that are mixtures vanish, 2 pi T/|g_c - g_d| from the real axis.
Field mixture_strips(const Setting& s, const TensorTerms& terms) {
  double coldest = HUGE_VAL;
  for (const auto& step : s.steps) coldest = std::min(coldest, num::from_rational<double>(step.temperature));
  Field out = Field::Constant(2, HUGE_VAL);
  for (Eigen::Index a = 0; a < 2 && !s.stream; ++a)
    for (const auto& f : s.families) {
      const Matrix<double> pull = terms.slope[static_cast<std::size_t>(a)] * f.statistic;
      const double spread = (pull.rowwise().maxCoeff() - pull.rowwise().minCoeff()).maxCoeff();
      if (spread > 0) out[a] = std::min(out[a], 2 * M_PI * coldest / spread);
    }
  return out;
}

/// Classes of outcomes, their energies and kernels, in the place of the outcomes. (A real x is redrawn.)
void set_turns(const Study<double>& study, Setting& s) {
  auto& room = s.room;
  const auto outcomes = outcome_classes(study);
  const auto& size = outcomes.classes.size;
  room.energy = room.terms.value * outcomes.statistic;
  room.spaces.conditional = (-room.energy.array()).exp();
  room.spaces.x_weight.resize(outcomes.classes.count());
  for (Eigen::Index c = 0; c < room.spaces.x_weight.size(); ++c)
    room.spaces.x_weight[c] = size[static_cast<std::size_t>(c)];
  Matrix<double> theta(room.grid.size(), 2);
  for (int a = 0; a < 2; ++a) theta.col(a) = room.theta[static_cast<std::size_t>(a)];
  room.turn = thermo::by_kernels(turn_kernels(study, outcomes, room.spaces, theta));
}

Setting make_setting(const Study<double>& study, int digits, double finer, const SgldExtras& extras) {
  const auto& e = *study.experiment;
  const auto real = [](const num::Rational& q) { return num::from_rational<double>(q); };
  Setting s;
  for (const double t : study.points) s.points.push_back(std::lround(t));
  s.steps = learner::step_sizes(e.learner, s.points.back());
  s.room.weight_decay = real(e.learner.weight_decay);
  s.model = model::make<double>(e.model);
  s.room.model = s.model.get();
  const double decades = (1.8 * digits + 3) * finer;
  TensorResolution r;
  r.tail = 1.2 * decades;
  r.spacing = decades / 1.5;
  make_families(s, e, std::exp(-decades - 4));
  s.room.stationary = extras.stationary && !s.stream;
  s.room.moments = extras.moments && s.model->outcomes() > 0;
  s.equilibrium = !lagging(e);
  s.lags = lagging(e) || (extras.moments && s.model->outcomes() > 0);
  // the box of langevin at the same clock; spacing also from the kernel: rho(theta) K(theta'|theta) must be resolved
  learner::Langevin<double> like;
  like.weight_decay = s.room.weight_decay;
  double clock = 0, narrow = HUGE_VAL;
  like.temperature = 0;
  for (const auto& step : s.steps) {
    like.temperature = std::max(like.temperature, real(step.temperature));
    clock += real(step.rate);
    narrow = std::min(narrow, 2 * real(step.rate * step.temperature));
  }
  like.temperature = std::max(like.temperature, 1e-6);
  for (std::size_t a = 0; a < 2; ++a) {
    like.initial_mean.push_back(real(e.learner.initial_mean[a]));
    like.initial_stddev.push_back(real(e.learner.initial_stddev[a]));
    narrow = std::min(narrow, like.initial_stddev[a] * like.initial_stddev[a]);
  }
  auto& grid = s.room.grid;
  // the stationary density, where it is asked for, must find room too, however short the run
  const double until = s.room.stationary ? std::max(clock, settling_time(like)) : clock;
  grid = plan(like, *s.model, batches_of(s), until + 1e-3, r).grid;
  const double widest = M_PI * std::sqrt(narrow) / std::sqrt(decades);  // a product of two such Gaussians
  const Field strip = mixture_strips(s, coarse_terms(s, grid));
  for (std::size_t a = 0; a < 2; ++a) {
    auto& axis = grid.axes[a];
    const double closest = 2 * M_PI * strip[static_cast<Eigen::Index>(a)] / decades;
    const double margin = std::sqrt(2 * decades * narrow), length = axis.spacing * (axis.size - 1) + 2 * margin;
    axis.start -= margin;
    axis.size = 1 + static_cast<int>(std::ceil(length / std::min({axis.spacing, widest, closest})));
    axis.spacing = length / (axis.size - 1);
    if (axis.size > most_nodes_an_axis)
      throw AccuracyError(e.at("accuracy.digits") + std::to_string(digits) + " digits need " +
                          std::to_string(axis.size) + " nodes an axis, more than " +
                          std::to_string(most_nodes_an_axis) +
                          "; ask for fewer digits, or for larger steps or temperatures");
  }
  TensorResolution of_x = r;
  of_x.spacing = 1.5 * decades;
  s.x_nodes = s.model->outcomes() ? 0 : x_nodes(*s.model, grid, of_x);
  require_fit(e, digits, s);
  s.room.terms = terms_on(*s.model, grid);
  s.room.spaces = spaces(*s.model, s.room.terms, grid, of_x);
  s.room.energy = energies(*s.model, s.room.terms, grid, of_x);
  const Eigen::Index n = grid.size();
  s.room.theta = {Field(n), Field(n)};
  s.initial = Field(n);
  std::array<double, 2> theta{};
  for (Eigen::Index i = 0; i < n; ++i) {
    grid.node(i, theta);
    double exponent = 0;
    for (std::size_t a = 0; a < 2; ++a) {
      const double sd = like.initial_stddev[a], z = (theta[a] - like.initial_mean[a]) / sd;
      s.room.theta[a][i] = theta[a];
      exponent -= z * z / 2 + std::log(2 * M_PI * sd * sd) / 2;
    }
    s.initial[i] = std::exp(exponent);
  }
  if (s.lags && s.x_nodes > 0)
    s.room.turn = thermo::redraw(s.room.spaces, nodes_of_rows(*s.model, grid, of_x), kept_in_a_turn(e));
  else if (s.lags)
    set_turns(study, s);
  return s;
}

/// The X side of a row from the joint densities of all histories.
void joint_row(const Setting& s, const std::vector<Record>& records, Row<double>& row) {
  std::vector<thermo::JointHistory<double>> histories;
  Field probability(static_cast<Eigen::Index>(records.size()));
  for (std::size_t b = 0; b < records.size(); ++b) {
    probability[static_cast<Eigen::Index>(b)] = records[b].weight;
    histories.push_back({{records[b].joint}, {}, 32 * num::epsilon<double>() * records[b].rho});
  }
  std::vector<Row<double>> one{row};
  thermo::joint_rows<double>(s.room.spaces, s.room.energy, probability, histories, one);
  row = std::move(one.front());
}

/// Averages over the histories of what depends on their statistic; absent before a stream has begun.
void learning(const Setting& s, const std::vector<Record>& records, const info::Snapshot<double>& at,
              Row<double>& row) {
  const auto& weight = s.room.spaces.theta_weight;
  const auto combine = [&](const std::vector<double>& statistic) {
    return Field(s.room.terms.value * Eigen::Map<const Field>(statistic.data(), s.room.terms.value.cols()));
  };
  if (!s.target_statistic.empty())
    row["loss_test"] = info::average<double>(weight, at.density * at.probability, at.round_off * at.probability,
                                             combine(s.target_statistic));
  if (records.front().statistic.empty()) return;
  const Field decay = s.room.weight_decay / 2 * (s.room.theta[0].cwiseAbs2() + s.room.theta[1].cwiseAbs2());
  Raw<double> fit, loss;
  for (std::size_t b = 0; b < records.size(); ++b) {
    const auto& r = records[b];
    const Field own = combine(r.statistic), noise = at.round_off.col(static_cast<Eigen::Index>(b));
    const auto train = info::average<double>(weight, r.rho, noise, own),
               whole = info::average<double>(weight, r.rho, noise, own + decay);
    fit.value += r.weight * train.value, fit.noise += r.weight * train.noise;
    loss.value += r.weight * whole.value, loss.noise += r.weight * whole.noise;
  }
  row["loss_train"] = fit;
  row["_loss"] = loss;
  if (!s.target_statistic.empty()) row["generalization_gap"] = row["loss_test"] - fit;
}

Row<double> row_at(const Setting& s, const std::vector<Record>& records, std::size_t j) {
  const Eigen::Index n = s.room.grid.size(), sets = static_cast<Eigen::Index>(records.size());
  const double relative = 32 * num::epsilon<double>() * (1 + std::sqrt(static_cast<double>(s.points[j])));
  info::Snapshot<double> at{Field(sets), Matrix<double>(n, sets), Matrix<double>(n, sets), Matrix<double>(n, sets),
                            Matrix<double>(n, sets)};
  Row<double> row;
  double type_entropy = s.stream ? 0 : s.ensemble.type_entropy;
  for (Eigen::Index b = 0; b < sets; ++b) {  // positive arithmetic: relative accuracy
    const auto& r = records[static_cast<std::size_t>(b)];
    const auto& rho = r.rho;
    at.probability[b] = r.weight;
    at.density.col(b) = rho;
    at.round_off.col(b) = relative * rho;
    for (Eigen::Index i = 0; i < n; ++i) {
      at.log_density(i, b) = rho[i] > 1e-290 ? std::log(rho[i]) : -HUGE_VAL;
      at.log_round_off(i, b) =
          rho[i] > 1e-290 ? relative + 8 * num::epsilon<double>() * std::fabs(at.log_density(i, b)) : HUGE_VAL;
    }
    for (const auto& [name, value] : r.totals) {
      row[name].value += r.weight * value;
      row[name].noise += r.weight * (64 * num::epsilon<double>() * (1 + std::fabs(value)));
    }
    if (s.stream) type_entropy -= r.weight * std::log(r.weight);
  }
  if (s.lags) joint_row(s, records, row);
  info::parameter_information(s.room.spaces, at, row);
  if (!s.lags) {
    info::equilibrium_information(s.room.spaces, at, row);
    row["_phi"] = row["entropy_x_given_theta"];
  }
  if (s.equilibrium) row["ep_x_path"] = row["work_x"];
  learning(s, records, at, row);
  if (s.model->outcomes() == 0) return row;
  row["_log_outcomes"] = {std::log(static_cast<double>(s.model->outcomes())), 4 * num::epsilon<double>()};
  if (s.stream || !s.ensemble.fixed)
    row["_type_entropy"] = {type_entropy, 64 * num::epsilon<double>() * (1 + type_entropy)};
  return row;
}

std::vector<Row<double>> over_data_sets(const Setting& s, int threads, const std::function<void(double)>& progress) {
  std::vector<std::vector<Record>> records(s.points.size(), std::vector<Record>(s.families.size()));
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(s.families.size()), threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    const auto& set = s.ensemble.sets[k];
    auto walk = start_walk(s.room, s.initial, false);
    std::optional<TensorMove> move;
    Field rest;
    std::size_t n = 0;
    for (std::size_t j = 0; j < s.points.size(); ++j) {
      for (; n < static_cast<std::size_t>(s.points[j]); ++n) {
        if (!move || !(s.steps[n] == s.steps[n - 1])) {
          move.emplace(s.room, s.families[k], s.steps[n]);
          if (s.room.stationary) rest = move->log_stationary();
        }
        advance(s.room, *move, rest, false, walk);
      }
      records[j][k] = {walk.rho, walk.totals, set.weight, set.statistic, walk.joint};
    }
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(s.families.size()));
  });
  std::vector<Row<double>> rows;
  for (std::size_t j = 0; j < s.points.size(); ++j) rows.push_back(row_at(s, records[j], j));
  return rows;
}

/// A sequence of batches so far.
struct TensorBranch {
  TensorWalk walk;
  double weight = 1;
  std::vector<double> sum;  // of the batches' statistics
};

std::vector<TensorBranch> grow(const Setting& s, const std::vector<TensorBranch>& from,
                               const std::vector<TensorMove>& moves, int threads) {
  const auto& f = s.families.front();
  std::vector<TensorBranch> out(from.size() * moves.size());
  num::parallel_for(static_cast<int>(out.size()), threads, [&](int k) {
    const auto c = static_cast<std::size_t>(k) % moves.size();
    auto& branch = out[static_cast<std::size_t>(k)];
    branch = from[static_cast<std::size_t>(k) / moves.size()];
    branch.weight *= f.weight[c];
    branch.sum.resize(static_cast<std::size_t>(f.statistic.rows()), 0.0);
    for (std::size_t a = 0; a < branch.sum.size(); ++a)
      branch.sum[a] += f.statistic(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c));
    advance(s.room, moves[c], {}, true, branch.walk);
  });
  return out;
}

std::vector<Row<double>> over_stream(const Setting& s, int threads, const std::function<void(double)>& progress) {
  const auto& f = s.families.front();
  std::vector<TensorBranch> branches(1);
  branches.front().walk = start_walk(s.room, s.initial, true);
  std::vector<TensorMove> moves;
  std::vector<Row<double>> rows;
  std::size_t n = 0;
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    for (; n < static_cast<std::size_t>(s.points[j]); ++n) {
      if (n == 0 || !(s.steps[n] == s.steps[n - 1])) {
        moves.clear();
        for (Eigen::Index c = 0; c < f.statistic.cols(); ++c)
          moves.emplace_back(s.room, learner::Batches<double>{{1.0}, f.statistic.col(c)}, s.steps[n]);
      }
      branches = grow(s, branches, moves, threads);
      if (progress) progress(static_cast<double>(n + 1) / static_cast<double>(s.steps.size()));
    }
    std::vector<Record> records;
    for (const auto& b : branches) {
      records.push_back({b.walk.rho, b.walk.totals, b.weight, b.sum, b.walk.joint});
      for (auto& x : records.back().statistic) x /= static_cast<double>(n);
    }
    rows.push_back(row_at(s, records, j));
  }
  return rows;
}

std::vector<Row<double>> evaluate(const Study<double>& study, int digits, double finer, const SgldExtras& extras,
                                  const std::function<void(double)>& progress) {
  const auto s = make_setting(study, digits, finer, extras);
  auto rows =
      s.stream ? over_stream(s, study.options->threads, progress) : over_data_sets(s, study.options->threads, progress);
  const Row<double> start = rows.front();
  for (auto& row : rows) {
    if (const auto astray = row.find("_astray"); astray != row.end()) {
      const double lost = astray->second.value;
      for (auto& [name, raw] : row) raw.noise += lost;
    }
    const auto change = [&](const char* q) { return row.at(q) - start.at(q); };
    if (!s.stream) {
      row["heat_theta"] = change("_loss");
      row["work_theta"] = {};
    }
    row["ep_theta"] = change("entropy_theta_given_b") + row["ep_theta_medium"];
    const auto naive = row["ep_theta_naive"] = row["ep_theta"] + row["m_info"];
    if (naive.value > 4 * naive.noise) row["efficiency"] = row["m_info"] / naive.value;
    row["ep_x_given_b"] = change("entropy_x_given_b") - row["heat_x"];
    row["ep_x_naive"] = change("entropy_x") - row["heat_x"];
    row["reservoir_gap"] = -row["heat_x"] - row["m_info"];
    thermo::finish_fluctuations(row);
  }
  thermo::exact_zeros<double>(rows, !s.stream && s.ensemble.fixed);
  return rows;
}

}  // namespace

void sgld_on_tensor_grid(Job& job) {
  if (job.digits > 12 || job.options.precision > num::digits10<double>())
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach of sgld in two parameters, which is computed in double precision; "
                        "reachable: 12 digits");
  const auto study = make_study<double>(job.experiment, job.options);
  const bool parts = stationary_parts(job);
  const std::array finer{1.0, 1.15, 1.35, 1.6};
  const auto identities = sgld_identities<double>(
      num::from_rational<double>(job.experiment.learner.temperature.values.front()), lagging(job.experiment));
  const auto book = refine<double>(
      [&](int k) {
        return evaluate(study, std::max(job.digits, 5), finer[static_cast<std::size_t>(k)],
                        {fluctuations_wanted(job.options), parts},
                        reporter(job.options, "steps, level " + std::to_string(k + 1)));
      },
      static_cast<int>(finer.size()), Goal<double>{accuracy<double>(job.digits), job.wanted()}, identities);
  collect(job, book, study, "chapman-kolmogorov", identities);
}

}  // namespace calor::run
