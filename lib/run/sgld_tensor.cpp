#include "run/sgld_tensor.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "learner/sgld.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"
#include "run/tensor_plan.hpp"
#include "run/tensor_spaces.hpp"
#include "thermo/thermo.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;
using info::Raw;
using info::Row;

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr int most_nodes = 160;  // an axis: a step costs the fourth power

/// What all data sets share.
struct Setting {
  grid::Tensor grid;
  data::Ensemble<double> ensemble;
  TensorTerms terms;
  info::Spaces<double> spaces;
  Matrix<double> energy;  // n x K
  std::array<Field, 2> theta;
  std::vector<learner::StepSize> steps;
  std::vector<long> points;
  double weight_decay = 0;
  Field initial;
};

/// One data set at one point: its density and what it accumulated.
struct Record {
  Field rho;
  double medium = 0, heat_x = 0, work_x = 0, flow_x = 0, flow_theta = 0, ep_x = 0;
};

class Walk {
 public:
  Walk(const Setting& s, const data::DataSet<double>& set) : s_(s) {
    const Eigen::Map<const Field> statistic(set.statistic.data(), static_cast<Eigen::Index>(set.statistic.size()));
    for (std::size_t a = 0; a < 2; ++a) slope_[a] = s.terms.slope[a] * statistic + s.weight_decay * s.theta[a];
    at_.rho = s.initial;
  }

  const Record& record() const { return at_; }

  void step(const learner::StepSize& size) {
    if (kernel_[0].size() == 0 || !(size == last_)) make_kernel(size);
    const double eta = num::from_rational<double>(size.rate),
                 temperature = num::from_rational<double>(size.temperature);
    const Eigen::Index outcomes = s_.energy.cols(), n = at_.rho.size();
    Matrix<double> joint(n, outcomes);  // P(x, theta') before X is redrawn
    for (Eigen::Index x = 0; x < outcomes; ++x) joint.col(x) = push(at_.rho.cwiseProduct(s_.spaces.conditional.col(x)));
    const Field next = joint.rowwise().sum();
    medium(eta, temperature, next);
    const double w = s_.spaces.theta_weight[0], entropy = w * at_.rho.dot(s_.spaces.x_entropy),
                 later = w * next.dot(s_.spaces.x_entropy), moved = w * joint.cwiseProduct(s_.energy).sum();
    double between = 0;  // S(X|Theta', B) before X is redrawn
    for (Eigen::Index i = 0; i < joint.size(); ++i) {
      const double p = joint.data()[i], rho = next[i % n];
      if (p > 0) between -= w * p * std::log(p / rho);
    }
    const Field before = w * s_.spaces.conditional.transpose() * at_.rho,
                after = w * s_.spaces.conditional.transpose() * next;
    const auto shannon = [](const Field& p) { return -(p.array() * p.array().log()).sum(); };
    at_.work_x += moved - entropy;  // <phi> at equilibrium is S(X|Theta)
    at_.heat_x += later - moved;
    at_.ep_x += moved - between;
    at_.flow_theta += entropy - between;  // S(X|B) stays
    at_.flow_x += shannon(after) - shannon(before) - later + between;
    at_.rho = next;
  }

 private:
  void make_kernel(const learner::StepSize& size) {
    last_ = size;
    const double eta = num::from_rational<double>(size.rate),
                 variance = 2 * eta * num::from_rational<double>(size.temperature);
    for (std::size_t a = 0; a < 2; ++a) {
      const auto& axis = s_.grid.axes[a];
      kernel_[a].resize(axis.size, s_.theta[a].size());
      for (Eigen::Index k = 0; k < kernel_[a].cols(); ++k)
        for (int i = 0; i < axis.size; ++i) {
          const double d = axis.node(i) - s_.theta[a][k] + eta * slope_[a][k];
          kernel_[a](i, k) = std::exp(-d * d / (2 * variance)) / std::sqrt(2 * M_PI * variance);
        }
    }
  }

  /// int f(theta) K(theta'|theta) d theta at the nodes.
  Field push(const Field& f) const {
    const Field weighted = s_.spaces.theta_weight[0] * f;
    const Matrix<double> out = kernel_[0] * weighted.asDiagonal() * kernel_[1].transpose();
    return Eigen::Map<const Field>(out.data(), out.size());  // axis 0 fastest
  }

  /// I8: ln K(theta'|theta)/K(theta|theta') = [-2 (theta' - theta).(g + g') + eta (|g'|² - |g|²)]/4T, g = grad L_B, and
  /// E[theta' - theta|theta] = -eta g.
  void medium(double eta, double temperature, const Field& next) {
    const double w = s_.spaces.theta_weight[0];
    double sum = 0;
    for (std::size_t a = 0; a < 2; ++a) {
      const Field square = slope_[a].cwiseAbs2();
      const double drift = -eta * w * at_.rho.dot(square);  // <(theta' - theta) g>
      const double arrived = w * next.dot(s_.theta[a].cwiseProduct(slope_[a])) -
                             w * push(at_.rho.cwiseProduct(s_.theta[a])).dot(slope_[a]);
      sum += -2 * (drift + arrived) + eta * w * (next - at_.rho).dot(square);
    }
    at_.medium += sum / (4 * temperature);
  }

  const Setting& s_;
  std::array<Field, 2> slope_;
  std::array<Matrix<double>, 2> kernel_;  // n_a x nodes
  learner::StepSize last_;
  Record at_;
};

Setting make_setting(const Study<double>& study, int digits, double finer) {
  const auto& e = *study.experiment;
  const auto real = [](const num::Rational& q) { return num::from_rational<double>(q); };
  Setting s;
  for (const double t : study.points) s.points.push_back(std::lround(t));
  s.steps = learner::step_sizes(e.learner, s.points.back());
  s.weight_decay = real(e.learner.weight_decay);
  const double decades = (1.8 * digits + 3) * finer;
  TensorResolution r;
  r.tail = 1.2 * decades;
  r.spacing = decades / 1.5;
  s.ensemble = data::enumerate<double>(*study.model, e, std::exp(-decades - 4), 1.0);
  // the box of langevin at the same clock; spacing also from the kernel: rho(theta) K(theta'|theta) must be resolved
  learner::Langevin<double> like;
  like.weight_decay = s.weight_decay;
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
  s.grid = plan(like, *study.model, s.ensemble, clock + 1e-3, r).grid;
  const double widest = M_PI * std::sqrt(narrow) / std::sqrt(decades);  // a product of two such Gaussians
  for (auto& axis : s.grid.axes) {
    const double margin = std::sqrt(2 * decades * narrow), length = axis.spacing * (axis.size - 1) + 2 * margin;
    axis.start -= margin;
    axis.size = 1 + static_cast<int>(std::ceil(length / std::min(axis.spacing, widest)));
    axis.spacing = length / (axis.size - 1);
    if (axis.size > most_nodes)
      throw AccuracyError(e.at("accuracy.digits") + std::to_string(digits) + " digits need " +
                          std::to_string(axis.size) + " nodes an axis, more than " + std::to_string(most_nodes) +
                          "; ask for fewer digits, or for larger steps or temperatures");
  }
  s.terms = terms_on(*study.model, s.grid);
  s.spaces = spaces(*study.model, s.terms, s.grid);
  s.energy = -s.spaces.conditional.array().log();
  const Eigen::Index n = s.grid.size();
  s.theta = {Field(n), Field(n)};
  s.initial = Field(n);
  std::array<double, 2> theta{};
  for (Eigen::Index i = 0; i < n; ++i) {
    s.grid.node(i, theta);
    double exponent = 0;
    for (std::size_t a = 0; a < 2; ++a) {
      const double sd = like.initial_stddev[a], z = (theta[a] - like.initial_mean[a]) / sd;
      s.theta[a][i] = theta[a];
      exponent -= z * z / 2 + std::log(2 * M_PI * sd * sd) / 2;
    }
    s.initial[i] = std::exp(exponent);
  }
  return s;
}

Row<double> row_at(const Setting& s, const std::vector<std::vector<Record>>& records, std::size_t j) {
  const Eigen::Index n = s.grid.size(), sets = static_cast<Eigen::Index>(records.size());
  const double relative = 32 * epsilon * (1 + std::sqrt(static_cast<double>(s.points[j])));
  info::Snapshot<double> at{Field(sets), Matrix<double>(n, sets), Matrix<double>(n, sets), Matrix<double>(n, sets),
                            Matrix<double>(n, sets)};
  Row<double> row;
  for (Eigen::Index b = 0; b < sets; ++b) {  // positive arithmetic: relative accuracy
    const auto& rho = records[static_cast<std::size_t>(b)][j].rho;
    at.probability[b] = s.ensemble.sets[static_cast<std::size_t>(b)].weight;
    at.density.col(b) = rho;
    at.round_off.col(b) = relative * rho;
    for (Eigen::Index i = 0; i < n; ++i) {
      at.log_density(i, b) = rho[i] > 1e-290 ? std::log(rho[i]) : -HUGE_VAL;
      at.log_round_off(i, b) = rho[i] > 1e-290 ? relative + 8 * epsilon * std::fabs(at.log_density(i, b)) : HUGE_VAL;
    }
  }
  info::parameter_information(s.spaces, at, row);
  info::equilibrium_information(s.spaces, at, row);
  const Field decay = s.weight_decay / 2 * (s.theta[0].cwiseAbs2() + s.theta[1].cwiseAbs2());
  const auto add = [](Raw<double>& sum, double p, double value) {
    sum.value += p * value;
    sum.noise += p * (64 * epsilon * (1 + std::fabs(value)));
  };
  for (Eigen::Index b = 0; b < sets; ++b) {
    const auto& set = s.ensemble.sets[static_cast<std::size_t>(b)];
    const auto& r = records[static_cast<std::size_t>(b)][j];
    const Field fit = s.terms.value * Eigen::Map<const Field>(set.statistic.data(), s.terms.value.cols());
    const double w = s.spaces.theta_weight[0], own = w * r.rho.dot(fit), p = set.weight;
    add(row["loss_train"], p, own);
    add(row["_loss"], p, own + w * r.rho.dot(decay));
    add(row["ep_theta_medium"], p, r.medium);
    add(row["heat_x"], p, r.heat_x);
    add(row["work_x"], p, r.work_x);
    add(row["ep_x_path"], p, r.work_x);
    add(row["ep_x"], p, r.ep_x);
    add(row["flow_x"], p, r.flow_x);
    add(row["flow_theta"], p, r.flow_theta);
  }
  row["_phi"] = row["entropy_x_given_theta"];
  row["_log_outcomes"] = {std::log(static_cast<double>(s.energy.cols())), 4 * epsilon};
  if (s.ensemble.fixed) return row;
  const Field test = s.terms.value * Eigen::Map<const Field>(s.ensemble.target_statistic.data(), s.terms.value.cols());
  row["loss_test"] =
      info::average<double>(s.spaces.theta_weight, at.density * at.probability, at.round_off * at.probability, test);
  row["generalization_gap"] = row["loss_test"] - row["loss_train"];
  row["_type_entropy"] = {s.ensemble.type_entropy, 8 * epsilon * s.ensemble.type_entropy};
  return row;
}

std::vector<Row<double>> evaluate(const Study<double>& study, int digits, double finer) {
  const auto s = make_setting(study, digits, finer);
  std::vector<std::vector<Record>> records(s.ensemble.sets.size());
  num::parallel_for(static_cast<int>(records.size()), study.options->threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    Walk walk(s, s.ensemble.sets[k]);
    std::size_t done = 0;
    for (const long point : s.points) {
      for (; done < static_cast<std::size_t>(point); ++done) walk.step(s.steps[done]);
      records[k].push_back(walk.record());
    }
  });
  std::vector<Row<double>> rows;
  for (std::size_t j = 0; j < s.points.size(); ++j) rows.push_back(row_at(s, records, j));
  const Row<double> start = rows.front();
  for (auto& row : rows) {
    const auto change = [&](const char* q) { return row.at(q) - start.at(q); };
    row["heat_theta"] = change("_loss");
    row["work_theta"] = {};
    row["ep_theta"] = change("entropy_theta_given_b") + row["ep_theta_medium"];
    const auto naive = row["ep_theta_naive"] = row["ep_theta"] + row["m_info"];
    if (naive.value > 4 * naive.noise) row["efficiency"] = row["m_info"] / naive.value;
    row["ep_x_given_b"] = change("entropy_x_given_b") - row["heat_x"];
    row["ep_x_naive"] = change("entropy_x") - row["heat_x"];
    row["reservoir_gap"] = -row["heat_x"] - row["m_info"];
  }
  thermo::exact_zeros<double>(rows, s.ensemble.fixed);
  return rows;
}

}  // namespace

void sgld_on_tensor_grid(Job& job) {
  if (job.digits > 12 || job.options.precision > num::digits10<double>())
    throw AccuracyError(job.experiment.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach of sgld in two parameters, which is computed in double precision; "
                        "reachable: 12 digits");
  const auto study = make_study<double>(job.experiment, job.options);
  const std::array finer{1.0, 1.15, 1.35};
  const auto book = refine<double>(
      [&](int k) { return evaluate(study, std::max(job.digits, 5), finer[static_cast<std::size_t>(k)]); },
      static_cast<int>(finer.size()), Goal<double>{accuracy<double>(job.digits), job.wanted()});
  collect(job, book, study, "chapman-kolmogorov",
          sgld_identities<double>(num::from_rational<double>(job.experiment.learner.temperature.values.front())));
}

}  // namespace calor::run
