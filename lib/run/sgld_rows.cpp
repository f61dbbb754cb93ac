#include "run/sgld_rows.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

#include "info/information.hpp"
#include "learner/sgld_plan.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/sgld_walk.hpp"

namespace calor::run {

using info::Raw;
using info::Row;
using learner::Batches;
using num::Matrix;
using num::Vector;

namespace {

constexpr double most_sequences = 65536, most_bytes = 2e9;

/// One history at one point.
template <Real R>
struct Record {
  Vector<R> rho;
  Matrix<R> joint;
  std::map<std::string, R> totals;
  R round_off = 0, weight = 0;
  std::vector<R> statistic;  // <T_a>_B; empty before a stream has begun
};

/// Everything that does not change in a run.
template <Real R>
struct Setting {
  const experiment::Experiment* experiment = nullptr;
  std::unique_ptr<model::Model<R>> model;
  std::vector<long> points;
  std::vector<learner::StepSize> steps;
  data::Ensemble<R> ensemble;         // not of a stream
  std::vector<Batches<R>> families;   // one a data set, or the one of the stream
  std::vector<R> target_statistic;    // empty for fixed data
  learner::Terms<R> terms;
  SgldRoom<R> room;
  R weight_decay = 0;
  Vector<R> initial, decay_loss;      // rho_0; (lambda/2) theta²
  bool stream = false;

  bool quadratic() const {  // full batch on a quadratic loss at constant step size
    return experiment->model.kind == "gaussian-mean" && families.front().weight.size() == 1 && !stream &&
           std::all_of(steps.begin(), steps.end(), [&](const auto& s) { return s == steps.front(); });
  }
};

double folds(double resolution) { return 1.6 * resolution + 4; }

/// Gaussian target: signal-to-noise ratio squared of the data's mean in theta at its largest, by the recursions of mean and variance (theory.md section 8).
double signal_to_noise(const experiment::Experiment& e, const std::vector<learner::StepSize>& steps) {
  const double sigma = num::from_rational<double>(e.model.stddev), s2 = sigma * sigma;
  const double width2 = num::from_rational<double>(e.data.variance.front()) / e.data.size;
  const double s0 = num::from_rational<double>(e.learner.initial_stddev.front());
  double a = 0, v = s0 * s0, worst = 0;
  for (const auto& step : steps) {
    const double eta = num::from_rational<double>(step.rate);
    const double keep = 1 - eta * (1 / s2 + num::from_rational<double>(e.learner.weight_decay));
    a = keep * a + eta / s2;
    v = keep * keep * v + 2 * eta * num::from_rational<double>(step.temperature);
    worst = std::max(worst, a * a * width2 / v);
  }
  return worst;
}

template <Real R>
Batches<double> rough(const Batches<R>& b) {
  Batches<double> out{{}, num::Matrix<double>(b.statistic.rows(), b.statistic.cols())};
  for (const auto& w : b.weight) out.weight.push_back(num::to_double(w));
  for (Eigen::Index i = 0; i < b.statistic.size(); ++i) out.statistic.data()[i] = num::to_double(b.statistic.data()[i]);
  return out;
}

template <Real R>
void make_families(Setting<R>& s, const Resolution& resolution) {
  using std::exp;
  const auto& e = *s.experiment;
  if (s.stream) {
    s.families = {learner::fresh_batches(*s.model, e)};
    s.target_statistic.assign(static_cast<std::size_t>(s.model->components()), R(0));
    for (int x = 0; x < s.model->outcomes(); ++x) {
      const auto t = s.model->statistic(x);
      for (std::size_t a = 0; a < t.size(); ++a)
        s.target_statistic[a] += t[a] * num::from_rational<R>(e.data.probabilities[static_cast<std::size_t>(x)]);
    }
    return;
  }
  double spacing = 1;
  if (s.model->outcomes() == 0 && e.data.source == experiment::Data::Source::target)
    spacing = M_PI * std::sqrt(2 / (folds(resolution.spacing_decades) * (1 + signal_to_noise(e, s.steps))));
  s.ensemble = data::enumerate<R>(*s.model, e, exp(R(-folds(resolution.tail_decades) - 4)), R(spacing));
  s.target_statistic = s.ensemble.target_statistic;
  for (const auto& set : s.ensemble.sets)
    s.families.push_back(e.learner.batch == "full" ? learner::full_batch(set) : learner::minibatches(*s.model, e, set));
}

template <Real R>
info::Spaces<R> make_spaces(const Setting<R>& s, const Resolution& resolution) {
  using std::exp, std::log, std::sqrt;
  const auto& grid = s.room.grid;
  const Eigen::Index n = grid.size;
  info::Spaces<R> out;
  out.theta_weight = Vector<R>::Constant(n, grid.spacing);
  out.x_entropy = Vector<R>::Zero(n);
  if (const int outcomes = s.model->outcomes()) {
    out.x_weight = Vector<R>::Ones(outcomes);
    out.conditional = Matrix<R>(n, outcomes);
    for (int x = 0; x < outcomes; ++x) {
      const auto t = s.model->statistic(x);
      for (Eigen::Index i = 0; i < n; ++i) {
        R energy = 0;
        for (std::size_t a = 0; a < t.size(); ++a) energy += t[a] * s.terms.value(i, static_cast<Eigen::Index>(a));
        out.conditional(i, x) = exp(-energy);
        out.x_entropy[i] += out.conditional(i, x) * energy;
      }
    }
    return out;
  }
  const R sigma = s.model->stddev({}), reach = sigma * R(std::sqrt(2 * folds(resolution.tail_decades)));
  const double spacing = num::to_double(sigma) * M_PI / std::sqrt(folds(resolution.spacing_decades));
  const auto x = grid::uniform<R>({num::to_double(R(grid.start - reach)), num::to_double(R(grid.end() + reach))}, spacing);
  out.x_weight = Vector<R>::Constant(x.size, x.spacing);
  out.conditional = Matrix<R>(n, x.size);
  const R norm = 1 / (sigma * sqrt(2 * num::pi<R>()));
  for (int k = 0; k < x.size; ++k)
    for (Eigen::Index i = 0; i < n; ++i) {
      const R z = (x.node(k) - grid.node(static_cast<int>(i))) / sigma;
      out.conditional(i, k) = norm * exp(-z * z / 2);
    }
  out.x_entropy.setConstant((log(2 * num::pi<R>() * sigma * sigma) + 1) / 2);
  return out;
}

template <Real R>
void require_memory(const Setting<R>& s) {
  const double n = s.room.grid.size, outcomes = static_cast<double>(s.room.spaces.x_weight.size());
  const double each = n * (8 + 2 * outcomes * (s.room.moments ? 8 : 1)) * sizeof(R);
  double histories = static_cast<double>(s.families.size() * s.points.size());
  if (s.stream) {
    histories = std::pow(static_cast<double>(s.families.front().weight.size()), static_cast<double>(s.steps.size()));
    if (!(histories <= most_sequences))
      throw InputError(s.experiment->at("time.points") + std::to_string(s.steps.size()) + " steps of a stream have " +
                       std::to_string(s.families.front().weight.size()) + "^" + std::to_string(s.steps.size()) +
                       " sequences of batches; allowed: at most 65536 sequences, that is fewer steps or smaller batches");
    histories *= 2;
  }
  if (histories * each > most_bytes)
    throw AccuracyError("this accuracy needs " + std::to_string(s.room.grid.size) + " grid points for each of " +
                        std::to_string(static_cast<long>(histories)) +
                        " densities, more than memory allows; ask for fewer digits, times or data sets");
}

template <Real R>
Setting<R> make_setting(const experiment::Experiment& e, const std::vector<R>& points, const Resolution& resolution,
                        const SgldExtras& extras) {
  using std::exp;
  Setting<R> s;
  s.experiment = &e;
  s.model = model::make<R>(e.model);
  if (s.model->parameters() != 1)
    throw InputError(e.at("model.kind") + "sgld on a grid is for one parameter, this model has " +
                     std::to_string(s.model->parameters()));
  if (e.sampler.kind == "ou")
    throw InputError(e.at("sampler.kind") + "\"ou\" with sgld is not available on a grid; allowed: equilibrium, heat-bath");
  for (const auto& t : points) s.points.push_back(std::lround(num::to_double(t)));
  s.steps = learner::step_sizes(e.learner, s.points.back());
  s.stream = e.data.source == experiment::Data::Source::stream;
  s.weight_decay = num::from_rational<R>(e.learner.weight_decay);
  make_families(s, resolution);

  learner::SgldCourse course;
  course.initial_mean = num::from_rational<double>(e.learner.initial_mean.front());
  course.initial_stddev = num::from_rational<double>(e.learner.initial_stddev.front());
  course.weight_decay = num::to_double(s.weight_decay);
  course.x_stddev = s.model->outcomes() ? 0 : num::to_double(s.model->stddev({}));
  course.steps = s.steps;
  for (const auto& f : s.families) course.families.push_back(rough(f));
  course.stream = s.stream;
  const auto plan = learner::sgld_plan(course, *model::make<double>(e.model), folds(resolution.tail_decades),
                                       folds(resolution.spacing_decades));
  s.room.grid = grid::uniform<R>(plan.interval, plan.spacing);
  s.terms = learner::terms_on(*s.model, s.room.grid);
  s.room.spaces = make_spaces(s, resolution);
  s.room.energy = thermo::energies(s.room.spaces);
  s.room.sampler = e.sampler;
  if (e.sampler.kind == "glauber" || e.sampler.kind == "metropolis" || e.sampler.kind == "gibbs")
    s.room.neighbours = sampler::site_neighbours(e.model);
  s.room.moments = extras.moments;
  s.room.stationary = extras.stationary && !s.stream;
  require_memory(s);
  if (e.sampler.kind == "equilibrium")
    s.room.cross = s.room.spaces.conditional * s.room.spaces.x_weight.asDiagonal() * s.room.energy.transpose();
  const Eigen::Index n = s.room.grid.size;
  const R m0 = num::from_rational<R>(e.learner.initial_mean.front()), s0 = num::from_rational<R>(e.learner.initial_stddev.front());
  const R norm = 1 / (s0 * R(sqrt(2 * num::pi<R>())));
  s.initial = Vector<R>(n);
  s.decay_loss = Vector<R>(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const R theta = s.room.grid.node(static_cast<int>(i)), z = (theta - m0) / s0;
    s.initial[i] = norm * exp(-z * z / 2);
    s.decay_loss[i] = s.weight_decay * theta * theta / 2;
  }
  return s;
}

template <Real R>
Record<R> record(const Setting<R>& s, const SgldWalk<R>& walk, const R& weight, std::vector<R> statistic) {
  Record<R> out{walk.rho, walk.joint, walk.totals(s.room), walk.round_off, weight, std::move(statistic)};
  if (s.stream) {
    out.totals["heat_theta"] = walk.heat;
    out.totals["work_theta"] = walk.work;
    out.totals["_stream_loss"] = walk.loss - walk.first_loss;
  }
  return out;
}

/// One data set from the start to the last point.
template <Real R>
std::vector<Record<R>> follow(const Setting<R>& s, std::size_t set) {
  auto walk = start_walk(s.room, s.initial);
  const auto& data = s.ensemble.sets[set];
  std::vector<Record<R>> out;
  SgldMove<R> move;
  std::size_t next = 0;
  for (std::size_t n = 0;; ++n) {
    while (next < s.points.size() && s.points[next] == static_cast<long>(n)) {
      out.push_back(record(s, walk, data.weight, data.statistic));
      ++next;
    }
    if (n == s.steps.size()) return out;
    if (n == 0 || !(s.steps[n] == s.steps[n - 1]))
      move = make_move(s.room, learner::sgld_kernel(s.families[set], s.terms, s.room.grid, s.weight_decay, s.steps[n]));
    advance(s.room, move, walk);
  }
}

/// sum_B p(B) <f_B> with its round-off.
template <Real R, class F>
Raw<R> mean_of(const Setting<R>& s, const std::vector<Record<R>>& records, const F& f) {
  Raw<R> sum;
  for (const auto& r : records) {
    const auto term = info::average<R>(s.room.spaces.theta_weight, r.rho, r.round_off * r.rho, f(r));
    sum.value += r.weight * term.value;
    sum.noise += r.weight * term.noise;
  }
  return sum;
}

template <Real R>
Vector<R> combine(const Matrix<R>& terms, const std::vector<R>& statistic) {
  return terms * Eigen::Map<const Vector<R>>(statistic.data(), static_cast<Eigen::Index>(statistic.size()));
}

template <Real R>
info::Snapshot<R> snapshot(const std::vector<Record<R>>& records) {
  using std::fabs, std::log;
  const auto sets = static_cast<Eigen::Index>(records.size());
  const Eigen::Index n = records.front().rho.size();
  info::Snapshot<R> out{Vector<R>(sets), Matrix<R>(n, sets), Matrix<R>(n, sets), Matrix<R>(n, sets), Matrix<R>(n, sets)};
  for (Eigen::Index b = 0; b < sets; ++b) {
    const auto& r = records[static_cast<std::size_t>(b)];
    out.probability[b] = r.weight;
    out.density.col(b) = r.rho;
    out.round_off.col(b) = r.round_off * r.rho;
    for (Eigen::Index i = 0; i < n; ++i) {  // positive arithmetic: relative accuracy in the tails too
      const bool known = r.rho[i] > 0;
      out.log_density(i, b) = known ? R(log(r.rho[i])) : -num::infinity<R>();
      out.log_round_off(i, b) = known ? R(r.round_off + 8 * num::epsilon<R>() * (1 + fabs(out.log_density(i, b)))) : num::infinity<R>();
    }
  }
  return out;
}

template <Real R>
void learning(const Setting<R>& s, const std::vector<Record<R>>& records, Row<R>& row) {
  if (!s.target_statistic.empty()) {
    const Vector<R> test = combine(s.terms.value, s.target_statistic);
    row["loss_test"] = mean_of(s, records, [&](const auto&) { return test; });
  }
  if (records.front().statistic.empty()) return;
  row["loss_train"] = mean_of(s, records, [&](const auto& r) { return combine(s.terms.value, r.statistic); });
  if (!s.target_statistic.empty()) row["generalization_gap"] = row["loss_test"] - row["loss_train"];
  row["_loss"] = row["loss_train"] + mean_of(s, records, [&](const auto&) { return s.decay_loss; });
  if (s.quadratic() && !s.steps.empty()) {  // L - (eta/4) L'² (I8)
    const R quarter = num::from_rational<R>(s.steps.front().rate) / 4;
    Vector<R> decay(s.room.grid.size);
    for (int i = 0; i < s.room.grid.size; ++i) decay[i] = s.weight_decay * s.room.grid.node(i);
    row["_shadow_loss"] = mean_of(s, records, [&](const auto& r) {
      const Vector<R> slope = combine(s.terms.slope, r.statistic) + decay;
      return Vector<R>(combine(s.terms.value, r.statistic) + s.decay_loss - quarter * slope.cwiseAbs2());
    });
  }
}

/// Entropy productions and heat of Theta (I6, I8).
template <Real R>
void thermodynamics(const Setting<R>& s, const Row<R>& start, Row<R>& row) {
  using std::fabs;
  row["ep_theta_medium"].noise += row["_medium_noise"].value;
  row.erase("_medium_noise");
  row["ep_theta"] = row["entropy_theta_given_b"] - start.at("entropy_theta_given_b") + row["ep_theta_medium"];
  const Raw<R> naive = row["ep_theta_naive"] = row["ep_theta"] + row["m_info"];
  if (naive.value > 4 * naive.noise) {
    const R share = row["m_info"].value / naive.value;
    row["efficiency"] = {share, (row["m_info"].noise + fabs(share) * naive.noise) / naive.value};
  }
  if (!s.stream) {
    row["heat_theta"] = row["_loss"] - start.at("_loss");
    row["work_theta"] = {};
  }
  row["_ift_theta"] = {row["ift_theta"].value - 1, row["ift_theta"].noise};
  if (s.room.moments) row["_ift_x"] = {row["ift_x"].value - 1, row["ift_x"].noise};
}

/// Variance and skewness from the powers 1 .. 3.
template <Real R>
void cumulants(Row<R>& row, const std::string& name) {
  using std::sqrt, std::fabs;
  const auto one = row["_" + name + "_1"], two = row["_" + name + "_2"], three = row["_" + name + "_3"];
  for (const char* k : {"_1", "_2", "_3"}) row.erase("_" + name + k);
  const R m = one.value, v = two.value - m * m, third = three.value - 3 * m * two.value + 2 * m * m * m;
  const R v_noise = two.noise + 2 * fabs(m) * one.noise;
  const R third_noise = three.noise + 3 * fabs(m) * two.noise + (3 * fabs(two.value) + 6 * m * m) * one.noise;
  row[name + "_variance"] = {v, v_noise};
  if (v > 4 * v_noise) {
    const R scale = v * sqrt(v);
    row[name + "_skewness"] = {third / scale, (third_noise + R(1.5) * fabs(third) * v_noise / v) / scale};
  }
}

/// H(type of B): of the data set, or of the ordered stream.
template <Real R>
void type_entropy(const Setting<R>& s, const std::vector<Record<R>>& records, Row<R>& row) {
  using std::log;
  if (!s.stream && (s.ensemble.fixed || !s.ensemble.discrete)) return;
  R h = s.stream ? R(0) : s.ensemble.type_entropy;
  if (s.stream)
    for (const auto& r : records) h -= r.weight * log(r.weight);
  row["_type_entropy"] = {h, 64 * num::epsilon<R>() * (1 + h)};
}

/// Round-off of one entropy or average of the joint densities: relative errors delta of P make delta (1 + |ln P|) of -P ln P.
template <Real R>
R joint_noise(const Setting<R>& s, const std::vector<Record<R>>& records, const info::Snapshot<R>& at) {
  using std::fabs;
  R sum = 16 * num::epsilon<R>();
  for (std::size_t b = 0; b < records.size(); ++b) {
    const auto& r = records[b];
    const Vector<R> shown = r.joint.cwiseProduct(s.room.energy.cwiseAbs()) * s.room.spaces.x_weight;
    R own = 0;
    for (Eigen::Index i = 0; i < shown.size(); ++i)
      if (r.rho[i] > 0) own += r.rho[i] * (2 + fabs(at.log_density(i, static_cast<Eigen::Index>(b)))) + shown[i];
    sum += r.weight * r.round_off * s.room.grid.spacing * own;
  }
  return sum;
}

/// thermo::joint_rows knows absolute round-off only; ours is relative, which is far less in logarithms.
template <Real R>
void sharpen(Row<R>& row, const std::map<std::string, std::vector<R>>& totals, const R& noise, const R& relative) {
  using std::fabs, std::min;
  const auto limit = [&](const char* name, int terms) { row[name].noise = min(row[name].noise, R(terms * noise)); };
  for (const char* name : {"entropy_theta", "entropy_theta_given_b", "entropy_x", "entropy_x_given_b", "_phi"}) limit(name, 1);
  for (const char* name : {"entropy_x_given_theta", "m_info", "l_info"}) limit(name, 2);
  for (const char* name : {"info_x_theta", "info_x_theta_given_b"}) limit(name, 3);
  for (const char* name : {"r_info", "_r_info_relative", "_info_x_b_given_theta"}) limit(name, 4);
  for (const auto& [name, values] : totals) {
    const R size = fabs(values.back());
    row[name].noise = min(row[name].noise, R(4 * noise + (relative + 64 * num::epsilon<R>()) * size));
  }
  const R heat = row["heat_x"].noise;
  row["ep_x_given_b"].noise = row["ep_x_naive"].noise = heat + 2 * noise;
  row["reservoir_gap"].noise = heat + row["m_info"].noise;
}

template <Real R>
Row<R> assemble(const Setting<R>& s, std::vector<Record<R>> records, const Row<R>* start) {
  using std::log;
  std::vector<Row<R>> rows(start ? 2 : 1);
  Row<R>& row = rows.back();
  const auto at = snapshot(records);
  info::parameter_information(s.room.spaces, at, row);
  const R noise = joint_noise(s, records, at), relative = records.front().round_off;
  learning(s, records, row);
  type_entropy(s, records, row);
  if (const int k = s.model->outcomes()) row["_log_outcomes"] = {log(R(k)), 4 * num::epsilon<R>()};

  const auto origin = start_walk(s.room, s.initial);
  Vector<R> probability(static_cast<Eigen::Index>(records.size()));
  std::vector<thermo::JointHistory<R>> histories;
  for (auto& r : records) {
    probability[static_cast<Eigen::Index>(histories.size())] = r.weight;
    thermo::JointHistory<R> h;
    if (start) h.joint.push_back(origin.joint);
    h.joint.push_back(std::move(r.joint));
    for (const auto& [name, value] : r.totals) h.totals[name] = start ? std::vector<R>{R(0), value} : std::vector<R>{value};
    h.round_off = r.round_off * r.rho;
    histories.push_back(std::move(h));
  }
  thermo::joint_rows<R>(s.room.spaces, probability, histories, rows);
  sharpen(row, histories.front().totals, noise, relative);
  if (s.room.cross.size()) row["_markov"] = row["_info_x_b_given_theta"];
  if (s.room.moments)
    for (const char* name : {"heat_x", "work_x"}) cumulants(row, name);
  thermodynamics(s, start ? *start : row, row);
  return std::move(row);
}

template <Real R>
std::vector<Row<R>> over_data_sets(const Setting<R>& s, int threads, const std::function<void(double)>& progress) {
  const std::size_t sets = s.families.size();
  std::vector<std::vector<Record<R>>> by_set(sets);
  std::atomic<int> done{0};
  num::parallel_for(static_cast<int>(sets), threads, [&](int b) {
    by_set[static_cast<std::size_t>(b)] = follow(s, static_cast<std::size_t>(b));
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(sets));
  });
  std::vector<Row<R>> rows;
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    std::vector<Record<R>> records;
    for (auto& history : by_set) records.push_back(std::move(history[j]));
    rows.push_back(assemble(s, std::move(records), j ? &rows.front() : nullptr));
  }
  return rows;
}

/// A sequence of batches so far.
template <Real R>
struct Branch {
  SgldWalk<R> walk;
  R weight = 1;
  std::vector<R> sum;  // of the batches' statistics
};

template <Real R>
std::vector<SgldMove<R>> stream_moves(const Setting<R>& s, const learner::StepSize& size) {
  const auto& f = s.families.front();
  std::vector<SgldMove<R>> out;
  for (Eigen::Index c = 0; c < f.statistic.cols(); ++c) {
    const Batches<R> one{{R(1)}, f.statistic.col(c)};
    out.push_back(make_move(s.room, learner::sgld_kernel(one, s.terms, s.room.grid, s.weight_decay, size)));
    out.back().loss = Vector<R>(s.terms.value * f.statistic.col(c)) + s.decay_loss;
  }
  return out;
}

template <Real R>
std::vector<Branch<R>> grow(const Setting<R>& s, const std::vector<Branch<R>>& from, const std::vector<SgldMove<R>>& moves,
                            int threads) {
  const auto& f = s.families.front();
  std::vector<Branch<R>> out(from.size() * moves.size());
  num::parallel_for(static_cast<int>(out.size()), threads, [&](int k) {
    const auto c = static_cast<std::size_t>(k) % moves.size();
    auto& branch = out[static_cast<std::size_t>(k)];
    branch = from[static_cast<std::size_t>(k) / moves.size()];
    branch.weight *= f.weight[c];
    if (branch.sum.empty()) branch.sum.assign(static_cast<std::size_t>(f.statistic.rows()), R(0));
    for (std::size_t a = 0; a < branch.sum.size(); ++a)
      branch.sum[a] += f.statistic(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(c));
    advance(s.room, moves[c], branch.walk);
  });
  return out;
}

template <Real R>
std::vector<Row<R>> over_stream(const Setting<R>& s, int threads, const std::function<void(double)>& progress) {
  std::vector<Branch<R>> branches(1);
  branches.front().walk = start_walk(s.room, s.initial);
  std::vector<SgldMove<R>> moves;
  std::vector<Row<R>> rows;
  for (std::size_t n = 0;; ++n) {
    if (std::find(s.points.begin(), s.points.end(), static_cast<long>(n)) != s.points.end()) {
      std::vector<Record<R>> records;
      for (const auto& b : branches) {
        auto statistic = b.sum;
        for (auto& x : statistic) x /= static_cast<int>(n);
        records.push_back(record(s, b.walk, b.weight, std::move(statistic)));
      }
      rows.push_back(assemble(s, std::move(records), rows.empty() ? nullptr : &rows.front()));
    }
    if (n == s.steps.size()) return rows;
    if (n == 0 || !(s.steps[n] == s.steps[n - 1])) moves = stream_moves(s, s.steps[n]);
    branches = grow(s, branches, moves, threads);
    if (progress) progress(static_cast<double>(n + 1) / static_cast<double>(s.steps.size()));
  }
}

}  // namespace

template <Real R>
std::vector<Row<R>> sgld_rows(const experiment::Experiment& e, const std::vector<R>& points, const Resolution& resolution,
                              int threads, const std::function<void(double)>& progress, const SgldExtras& extras) {
  const auto setting = make_setting(e, points, resolution, extras);
  return setting.stream ? over_stream(setting, threads, progress) : over_data_sets(setting, threads, progress);
}

template <Real R>
std::vector<ledger::Identity<R>> sgld_identities(const R& temperature) {
  return {
      {"I1", "I(Theta;B) + I(X;B|Theta) = I(X;B) + I(Theta;B|X)",
       {{1, "_m_info_relative"}, {1, "_info_x_b_given_theta"}, {-1, "l_info"}, {-1, "r_info"}}},
      {"I1", "m_info as entropy difference and as mean relative entropy", {{1, "m_info"}, {-1, "_m_info_relative"}}},
      {"I1", "r_info as entropy difference and as mean relative entropy", {{1, "r_info"}, {-1, "_r_info_relative"}}},
      {"I1", "r_info >= 0", {{-1, "r_info"}}, true},
      {"I2", "info_x_theta = l_info + info_x_theta_given_b - I(X;B|Theta)",
       {{1, "info_x_theta"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}, {1, "_info_x_b_given_theta"}}},
      {"I2", "equilibrium sampler: I(X;B|Theta) = 0", {{1, "_markov"}}},
      {"I3", "m_info <= H(type of B)", {{1, "m_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= H(type of B)", {{1, "l_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= ln K", {{1, "l_info"}, {-1, "_log_outcomes"}}, true},
      {"I6", "ep_theta_naive = change of S(Theta) + medium part",
       {{1, "ep_theta_naive"}, {-1, "entropy_theta"}, {1, "entropy_theta", true}, {-1, "ep_theta_medium"}}},
      {"I6", "m_info <= ep_theta_naive", {{1, "m_info"}, {-1, "ep_theta_naive"}}, true},
      {"I8", "ep_theta by entropy balance = by relative entropies of forward and backward steps",
       {{1, "ep_theta"}, {-1, "_ep_relative"}}},
      {"I8", "quadratic loss, full batch: medium part = -change of <L - (eta/4) L'^2>/T",
       {{temperature, "ep_theta_medium"}, {1, "_shadow_loss"}, {-1, "_shadow_loss", true}}},
      {"I8", "stream: heat_theta + work_theta = change of the loss", {{1, "heat_theta"}, {1, "work_theta"}, {-1, "_stream_loss"}}},
      {"I9", "ep_theta = housekeeping + excess",
       {{1, "ep_theta"}, {-1, "ep_theta_housekeeping"}, {-1, "ep_theta_excess"}}},
      {"I9", "ep_theta_housekeeping >= 0", {{-1, "ep_theta_housekeeping"}}, true},
      {"I9", "ep_theta_excess >= 0", {{-1, "ep_theta_excess"}}, true},
      {"I10", "flow_x + flow_theta = change of info_x_theta_given_b",
       {{1, "flow_x"}, {1, "flow_theta"}, {-1, "info_x_theta_given_b"}, {1, "info_x_theta_given_b", true}}},
      {"I10", "work_x + heat_x = change of <phi>", {{1, "work_x"}, {1, "heat_x"}, {-1, "_phi"}, {1, "_phi", true}}},
      {"I11", "ep_x by entropy balance = by relative entropies before and after the moves", {{1, "ep_x"}, {-1, "_ep_x_relative"}}},
      {"I11", "ep_x >= 0", {{-1, "ep_x"}}, true},
      {"I12", "ep_x_given_b = ep_x + flow_x", {{1, "ep_x_given_b"}, {-1, "ep_x"}, {-1, "flow_x"}}},
      {"I12", "ep_x_naive = ep_x_given_b + l_info", {{1, "ep_x_naive"}, {-1, "ep_x_given_b"}, {-1, "l_info"}}},
      {"I13", "sgld, equilibrium sampler: ep_x_path = work_x", {{1, "ep_x_path"}, {-1, "work_x"}}},
      {"I13", "ep_x <= ep_x_path", {{1, "ep_x"}, {-1, "ep_x_path"}}, true},
      {"I14", "reservoir_gap = ep_x_naive - change of S(X) - m_info",
       {{1, "reservoir_gap"}, {-1, "ep_x_naive"}, {1, "entropy_x"}, {-1, "entropy_x", true}, {1, "m_info"}}},
      {"I15", "<exp(-sigma_Theta)> = 1", {{1, "_ift_theta"}}},
      {"I15", "<exp(-sigma_X)> = 1", {{1, "_ift_x"}}},
  };
}

#define CALOR_INSTANTIATE(R)                                                                                             \
  template std::vector<Row<R>> sgld_rows(const experiment::Experiment&, const std::vector<R>&, const Resolution&, int,    \
                                         const std::function<void(double)>&, const SgldExtras&);                         \
  template std::vector<ledger::Identity<R>> sgld_identities(const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)

}  // namespace calor::run
