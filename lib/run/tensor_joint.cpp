#include "run/tensor_joint.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "evolve/block_flow.hpp"
#include "evolve/tensor_spectral.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "num/product.hpp"
#include "run/joint_level.hpp"
#include "run/kink_mesh.hpp"
#include "run/tensor_moments.hpp"
#include "run/tensor_spaces.hpp"
#include "sampler/ou.hpp"

namespace calor::run {

namespace {

constexpr double longest_expansion = 2;  // times the bound of X's rates: round-off grows by about e^(half of that)

/// Rates at which heat_x and the rest grow.
struct Rates {
  double heat = 0, work = 0, ep = 0, x_part = 0, theta_part = 0;
  double hidden = 0;  // what theta_part lacks of places below round-off, at most
};

/// Of a joint density P (n x classes, of one outcome each) that Theta's motion changes by `moved`.
Rates rates_of(const info::Spaces<double>& s, const Matrix<double>& energy, const evolve::JointRates& g,
               const Matrix<double>& joint, const Matrix<double>& moved, const Vector<double>& noise) {
  Rates out;
  const Eigen::Index classes = joint.cols();
  for (Eigen::Index i = 0; i < joint.rows(); ++i) {
    const double cell = s.theta_weight[i];
    bool known = true;
    for (Eigen::Index c = 0; c < classes; ++c) {
      out.work += cell * s.x_weight[c] * moved(i, c) * energy(i, c);
      known = known && joint(i, c) > noise[i];
    }
    for (Eigen::Index c = 0; c < classes; ++c)
      if (const double move = cell * s.x_weight[c] * moved(i, c); known)
        out.theta_part -= move * std::log(joint(i, c));
      else if (noise[i] > 0)
        out.hidden += std::fabs(move * std::log(std::max(joint(i, c), noise[i])));
    for (Eigen::Index a = 0; a < classes; ++a)
      for (Eigen::Index b = 0; b < a; ++b) {
        // densities: dP(a)/dt = rate(a, b) P(b), so size(a) rate(a, b) P(b) is probability that moves from b to a
        const double up = s.x_weight[a] * g.rate[static_cast<std::size_t>(a * classes + b)][i] * joint(i, b),
                     down = s.x_weight[b] * g.rate[static_cast<std::size_t>(b * classes + a)][i] * joint(i, a);
        const double current = cell * (up - down);
        out.heat += current * (energy(i, a) - energy(i, b));
        if (!known || !(up > 0) || !(down > 0)) continue;
        out.ep += current * std::log(up / down);
        out.x_part -= current * std::log(joint(i, a) / joint(i, b));
      }
  }
  return out;
}

/// Puts a history in continuous time together, state by state.
class Recorder {
 public:
  Recorder(const info::Spaces<double>& spaces, const Matrix<double>& energy, const evolve::JointRates& rates,
           const evolve::TimeNodes<double>& nodes)
      : spaces_(spaces), energy_(energy), rates_(rates), nodes_(nodes) {
    out_.round_off = Vector<double>::Zero(energy.rows());
  }

  /// The state at node j, P and L P class by class; noise: absolute and relative round-off of P.
  void visit(std::size_t j, const Matrix<double>& density, const Matrix<double>& moved, const Vector<double>& noise,
             double relative) {
    const auto rates = rates_of(spaces_, energy_, rates_, density, moved, noise);
    heat_.push_back(rates.heat);
    work_.push_back(rates.work);
    ep_.push_back(rates.ep);
    x_part_.push_back(rates.x_part);
    theta_part_.push_back(rates.theta_part);
    hidden_.push_back(rates.hidden);
    if (next_ >= nodes_.point.size() || static_cast<std::size_t>(nodes_.point[next_]) != j) return;
    ++next_;
    const Vector<double> marginal = (density * spaces_.x_weight).cwiseAbs();
    out_.round_off = out_.round_off.cwiseMax(spaces_.x_weight.sum() * noise + relative * marginal);
    out_.joint.push_back(density);
  }

  thermo::JointHistory<double> finish() {
    auto& totals = out_.totals;
    totals["heat_x"] = nodes_.integrate(heat_);
    totals["work_x"] = nodes_.integrate(work_);
    totals["ep_x"] = nodes_.integrate(ep_);
    const auto by_x = nodes_.integrate(x_part_), by_theta = nodes_.integrate(theta_part_);
    totals["_flow_theta_hidden"] = nodes_.integrate(hidden_);
    const auto start = thermo::joint_state(spaces_, energy_, out_.joint.front());
    for (std::size_t j = 0; j < out_.joint.size(); ++j) {
      const auto state = thermo::joint_state(spaces_, energy_, out_.joint[j]);
      totals["_ep_x_balance"].push_back(by_x[j] - totals["heat_x"][j]);
      totals["flow_x"].push_back(state.entropy_x - start.entropy_x - by_x[j]);
      // what X leaves of the change of I(X;Theta|B); the integral over Theta's own moves, whose derivatives feel the
      // edge of the grid's band, checks it
      totals["flow_theta"].push_back(state.information() - start.information() - totals["flow_x"].back());
      totals["_flow_theta_direct"].push_back(state.entropy_theta - start.entropy_theta - by_theta[j]);
    }
    return std::move(out_);
  }

 private:
  const info::Spaces<double>& spaces_;
  const Matrix<double>& energy_;
  const evolve::JointRates& rates_;
  const evolve::TimeNodes<double>& nodes_;
  std::vector<double> heat_, work_, ep_, x_part_, theta_part_, hidden_;
  thermo::JointHistory<double> out_;
  std::size_t next_ = 0;
};

/// psi, class after class, as densities.
Matrix<double> densities(const Vector<double>& root, const Vector<double>& psi) {
  const Eigen::Index n = root.size();
  return root.asDiagonal() * Eigen::Map<const Matrix<double>>(psi.data(), n, psi.size() / n);
}

double element_length(const grid::Tensor& grid, const TensorResolution& r) {
  double spacing = HUGE_VAL;
  for (const auto& axis : grid.axes) spacing = std::min(spacing, axis.spacing);
  return r.element_share * spacing * r.element_order;
}

/// X is real, or a count, whose outcomes are of many kinds: no rates between them, but moves of the whole density.
bool as_a_whole(const Study<double>& study) {
  return study.model->outcomes() == 0 || study.experiment->model.kind == "poisson";
}

/// Rates with kinks, up to two parameters (in three the grid takes them as they are); and one parameter in continuous
/// time, where elements are cheap and a start may be too wide for a grid: derivatives by sinc in the tails are no
/// better than in the middle.
bool uses_elements(const Study<double>& study) {
  const auto& e = *study.experiment;
  if (as_a_whole(study)) return false;
  const int d = study.model->parameters();
  return (e.sampler.kind == "metropolis" && d < 3) || (d == 1 && !e.time.step);
}

/// Whether the symmetrised start stays near the start's own height, as diffusion_problem wants of a symmetric
/// generator: with losses that rise like |theta| + weight_decay theta²/2 in every direction, at most.
bool starts_symmetric(const learner::Langevin<double>& l) {
  if (l.noise != 0 || !l.course.empty()) return false;
  const double half = 1 / (2 * l.temperature);
  double excess = 0;
  for (const double s : l.initial_stddev) {
    const double bend = 1 / (2 * s * s) - half * l.weight_decay / 2;
    if (bend <= 0) return false;
    excess += half * half / (4 * bend);
  }
  return excess < std::log(100);
}

/// Products with the generator until time t, as block_flow makes them: fed, the bound of the feeds, ends expansions.
double products(double t, double fastest, double fed, bool symmetric) {
  if (!symmetric) return 8 * fastest * t;
  const double stretches = std::ceil(t * fed / 2) + 1;
  return stretches * (std::sqrt(36 * fastest * t / stretches) + 36);
}

double substep(const Study<double>& study, const TensorResolution& r, double fastest_time) {
  return r.lag_substep / (num::from_rational<double>(*study.experiment->sampler.rate) + 1 / fastest_time);
}

/// Moves of Theta over one and the same time, on the average: those of a column of Splitting between two points.
double repeated(const Study<double>& study, double substep, int columns) {
  const auto& e = *study.experiment;
  if (!study.learner.course.empty()) return 1;
  if (e.time.step) return study.points.back() / num::from_rational<double>(*e.time.step);
  const auto intervals = static_cast<double>(std::max<std::size_t>(2, study.points.size()) - 1);
  return thermo::split_moves(study.points, substep, columns) / (columns * intervals);
}

/// Whether moves of Theta are better made as matrices, once for all that are over the same time: where there are fewer
/// nodes than columns, and in place of many Taylor series, which are dear (a third of the time; symmetric expansions
/// are not: twice the time).
bool as_matrices(double nodes, double x_nodes, double repeated, bool symmetric) {
  constexpr double most = 2500;
  return nodes < x_nodes || (!symmetric && nodes <= most && 2 * nodes < x_nodes * repeated);
}

constexpr Eigen::Index at_once = 20000;  // numbers that fit into a cache with the terms of their series

JointCost composed_cost(const Study<double>& study, const grid::Tensor& grid, const TensorResolution& r, double sets,
                        double fastest_time) {
  const auto& e = *study.experiment;
  const auto& l = study.learner;
  const auto n = static_cast<double>(grid.size());
  double stiffness = 0, side = 0;
  for (const auto& axis : grid.axes) {
    stiffness += std::pow(M_PI / axis.spacing, 2);
    side += axis.size;
  }
  double x = 0, kernels = 0;  // nodes of x; numbers in X's kernels, for half and whole steps
  for (const auto count : nodes_of_rows(*study.model, grid, r)) {
    x += static_cast<double>(count);
    if (e.sampler.kind == "ou") kernels += 2 * n * std::pow(static_cast<double>(count), 2);
  }
  const double substeps = e.time.step ? 0 : substep(study, r, fastest_time), end = study.points.back(),
               moves = e.time.step ? end / num::from_rational<double>(*e.time.step)
                                   : thermo::split_moves(study.points, substeps, r.lag_columns),
               different = moves / repeated(study, substeps, r.lag_columns);
  const bool symmetric = l.noise == 0 && l.course.empty() && !r.on_support;
  const double points = static_cast<double>(study.points.size()),
               threads = std::min<double>(num::thread_count(study.options->threads), sets),
               move = products(end / moves, 2 * (l.diffusion() + l.noise) * stiffness, 0, symmetric) * (side + 8),
               history = points * (e.time.step ? 1 : 2 * r.lag_columns) + 8;
  const bool dense = as_matrices(n, x, moves / different, symmetric);
  // a matrix product makes several operations at once; a number of a kernel is a sum of some 40 terms
  const double of_theta = dense ? moves * n * x * n / 4 + different * n * n * move : moves * n * x * move,
               of_x = moves * (100 * n * x + kernels) + (e.time.step ? 1 : r.lag_columns) * 40 * kernels;
  return {8 * (n * x * (sets * points + threads * history) +
               threads * (kernels + (dense ? 2 * n * n : 0) + (symmetric ? 0 : 64.0 * at_once))),
          sets * (of_theta + of_x)};
}

}  // namespace

JointCost joint_cost(const Study<double>& study, const grid::Tensor& grid, const TensorResolution& r, double sets,
                     double fastest_time) {
  const auto& e = *study.experiment;
  if (lagging(e) && as_a_whole(study)) return composed_cost(study, grid, r, sets, fastest_time);
  if (!lagging(e) || !uses_elements(study)) return {};
  const auto outcomes = outcome_classes(study);
  const auto size = kink_mesh_size(study, grid, element_length(grid, r), r.element_order);
  const double unknowns = size.nodes * static_cast<double>(outcomes.classes.count()),
               points = static_cast<double>(study.points.size());
  const auto& l = study.learner;
  const bool symmetric = starts_symmetric(l), fluctuations = fluctuations_wanted(*study.options);
  const double fastest = (l.diffusion() + l.noise) * size.stiffness, end = study.points.back();
  double count;
  if (e.time.step) {
    const double step = num::from_rational<double>(*e.time.step);
    count = end / step * products(step, fastest, 0, symmetric) * (fluctuations ? 8 : 1);
  } else {
    const double sites = outcomes.neighbours.empty() ? 1 : static_cast<double>(outcomes.neighbours.front().size()),
                 fed = 2 * num::from_rational<double>(*e.sampler.rate) * sites;
    count = 2 * products(end, fastest, fed, symmetric) +
            (fluctuations ? 7 * products(end, fastest, 8 * fed, symmetric) : 0);
  }
  const double threads = std::min<double>(num::thread_count(study.options->threads), sets);
  return {8 * unknowns * (sets * (points + 1) + threads * (fluctuations ? 7 : 1) * 80),
          sets * count * unknowns * (100 + 25.0 * r.element_order)};
}

double common_error(const Study<double>& study) {
  const bool slow = study.model->outcomes() == 0 || study.experiment->model.kind == "poisson";
  return slow && lagging(*study.experiment) ? 0.2 : 0;
}

TensorJointLevel::TensorJointLevel(const Study<double>& study, const TensorTerms& terms, const grid::Tensor& grid,
                                   double fastest_time, const TensorResolution& r, bool fluctuations, std::size_t sets)
    : study_(study),
      as_a_whole_(as_a_whole(study)),
      outcomes_(as_a_whole_ ? OutcomeClasses{} : outcome_classes(study)),
      order_(r.fine_order),
      substep_(0),
      columns_(r.lag_columns),
      fluctuations_(fluctuations),
      threads_(std::max(1, num::thread_count(study.options->threads) / static_cast<int>(sets))) {
  const auto& e = *study.experiment;
  panel_ = fastest_time;
  if (as_a_whole_) {
    energy_ = energies(*study.model, terms, grid, r);
    spaces_ = calor::run::spaces(*study.model, terms, grid, r);
    rows_ = nodes_of_rows(*study.model, grid, r);
    if (study.model->outcomes() == 0) real_ = real_rows(*study.model, grid, r);
    if (!e.time.step)
      substep_ = substep(study, r, fastest_time);
    else if (relaxes())
      turn_ = relaxed(num::from_rational<double>(num::Rational(*e.sampler.rate * *e.time.step)));
    else
      turn_ = thermo::redraw(spaces_, rows_, kept_in_a_turn(e));
    return;
  }
  if (uses_elements(study)) {
    mesh_ = kink_mesh(study, grid, element_length(grid, r), r.element_order);
    terms_.emplace(diffusion_terms(*study.model, mesh_->theta()));
  }
  const Matrix<double> nodes = mesh_ ? mesh_->theta() : nodes_of(grid);
  const Eigen::Index n = nodes.rows(), classes = outcomes_.classes.count();
  energy_ = (mesh_ ? terms_->own.value : terms.value) * outcomes_.statistic;
  spaces_.theta_weight = mesh_ ? mesh_->weight() : Vector<double>::Constant(n, grid.cell());
  spaces_.conditional = (-energy_.array()).exp();
  spaces_.x_weight = Vector<double>(classes);
  for (Eigen::Index c = 0; c < classes; ++c) spaces_.x_weight[c] = outcomes_.classes.size[static_cast<std::size_t>(c)];
  spaces_.x_entropy = spaces_.conditional.cwiseProduct(energy_) * spaces_.x_weight;
  if (e.time.step) {
    turn_ = thermo::by_kernels(turn_kernels(study, outcomes_, spaces_, nodes));
    return;
  }
  const double rate = num::from_rational<double>(*e.sampler.rate);
  rates_.classes = classes;
  rates_.rate.assign(static_cast<std::size_t>(classes * classes), Vector<double>(n));
  const auto generators = class_generators(study, outcomes_, spaces_, nodes);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& g = generators[static_cast<std::size_t>(i)];
    for (Eigen::Index to = 0; to < classes; ++to)
      for (Eigen::Index from = 0; from < classes; ++from)
        rates_.rate[static_cast<std::size_t>(to * classes + from)][i] =
            rate * g(to, from) * spaces_.x_weight[from] / spaces_.x_weight[to];
  }
  panel_ = 1 / (rates_.bound() + 1 / fastest_time);
  // what a kink of the rates makes of the start is like a power of t^(1/2): panels shrink towards t = 0
  if (e.sampler.kind == "metropolis") panel_ /= 256;
}

thermo::JointHistory<double> TensorJointLevel::follow(const data::DataSet<double>& set) const {
  const auto problem = diffusion_problem(study_.learner, set, *terms_, mesh_);
  auto history = follow(problem);
  add_fluctuations(problem, history);
  return history;
}

thermo::JointHistory<double> TensorJointLevel::follow(const evolve::TensorProblem& problem, int states) const {
  return composes() ? compose(problem) : continuous(problem, states);
}

thermo::JointHistory<double> TensorJointLevel::follow(const evolve::DriftDiffusion& problem) const {
  return composes() ? compose(problem) : continuous(problem);
}

evolve::TimeNodes<double> TensorJointLevel::nodes() const {
  Layout<double> layout;
  layout.fastest_time = panel_;
  Resolution resolution;
  resolution.time_order = order_;
  return time_nodes(study_, layout, resolution);
}

/// The move itself, or where that is better its matrix, made once.
thermo::ThetaMotion::Move TensorJointLevel::prepared(Eigen::Index nodes, bool symmetric,
                                                     thermo::ThetaMotion::Move move) const {
  if (!as_matrices(static_cast<double>(nodes), static_cast<double>(energy_.cols()),
                   repeated(study_, substep_, columns_), symmetric))
    return move;
  return [kernel = move(Matrix<double>::Identity(nodes, nodes))](const Matrix<double>& f) {
    Matrix<double> out(f.rows(), f.cols());
    num::multiply(kernel, f, out);
    return out;
  };
}

/// `ou` over a time, decay = rate * time.
thermo::XMove TensorJointLevel::relaxed(double decay) const {
  std::vector<thermo::XKernels> kernels;
  for (const auto& row : real_) {
    const sampler::SinhOuTransition transition(row.x, decay);
    auto& own = kernels.emplace_back(row.mean.size());
    num::parallel_for(static_cast<int>(own.size()), threads_,
                      [&](int i) { own[static_cast<std::size_t>(i)] = transition.at(row.mean[i], row.width[i]); });
  }
  return thermo::by_kernels(std::move(kernels), threads_);
}

namespace {

/// Throws InternalError where moves have lost probability, which entropies and heats of two levels may agree on. A data
/// set so rare that nothing of it is followed has none from the start.
void require_mass(const info::Spaces<double>& spaces, const thermo::JointHistory<double>& history) {
  const auto mass = [&](const Matrix<double>& joint) { return spaces.theta_weight.dot(joint * spaces.x_weight); };
  const double start = mass(history.joint.front());
  for (const auto& joint : history.joint)
    if (const double now = mass(joint); !(std::fabs(now - start) <= 0.01 * start))
      throw InternalError("tensor: a joint density adds up to " + num::to_text(now, 6) + ", at its start to " +
                          num::to_text(start, 6));
}

}  // namespace

thermo::JointHistory<double> TensorJointLevel::compose(const thermo::ThetaMotion& motion) const {
  const auto& e = *study_.experiment;
  const thermo::LaggedRoom room{spaces_, energy_, study_.points, fluctuations_,
                                relaxes() ? sampler::OuTransition::round_off : 0};
  // p/P is not known where both are below round-off
  const auto without_ift_x = [](thermo::JointHistory<double> history) {
    history.totals.erase("ift_x");
    return history;
  };
  if (e.time.step) {
    auto out = thermo::follow_turns(room, motion, {num::from_rational<double>(*e.time.step), turn_});
    require_mass(spaces_, out);
    return relaxes() ? without_ift_x(std::move(out)) : out;
  }
  const double rate = num::from_rational<double>(*e.sampler.rate);
  const auto over = [&](double time) {
    return relaxes() ? relaxed(rate * time) : thermo::redraw(spaces_, rows_, std::exp(-rate * time));
  };
  auto out = without_ift_x(thermo::follow_split(room, motion, {over, substep_, columns_, relaxes() ? 8.0 : 2.0}));
  require_mass(spaces_, out);
  if (relaxes()) drop_moments(out);
  return out;
}

namespace {

/// Every column of f, from `start` on for tau.
Matrix<double> moved(const evolve::DriftDiffusion& problem, double start, double tau, const Matrix<double>& f,
                     int threads) {
  Matrix<double> out(f.rows(), f.cols());
  const Eigen::Index together = std::max<Eigen::Index>(1, at_once / f.rows()),
                     parts = (f.cols() + together - 1) / together;
  num::parallel_for(static_cast<int>(parts), threads, [&](int k) {
    const Eigen::Index first = k * together, count = std::min(together, f.cols() - first);
    const Eigen::Map<const Vector<double>> flat(f.data() + first * f.rows(), count * f.rows());
    const std::array times{start, start + tau};
    evolve::block_flow(problem, {}, flat, times, [&](std::size_t j, const Vector<double>& psi, double) {
      if (j == 1) Eigen::Map<Vector<double>>(out.data() + first * f.rows(), psi.size()) = psi;
    });
  });
  return out;
}

}  // namespace

thermo::JointHistory<double> TensorJointLevel::compose(const evolve::TensorProblem& problem) const {
  const auto solver = std::make_shared<evolve::TensorSpectral>(problem);
  thermo::ThetaMotion motion;
  motion.root = solver->root();
  motion.start = solver->start();
  // every turn's expansion adds its own round-off, and exp(-tH) contracts what is there
  motion.noise =
      Vector<double>::Constant(motion.root.size(), 8 * num::epsilon<double>() * motion.start.cwiseAbs().maxCoeff());
  motion.over = [this, solver](double, double tau) {
    return prepared(solver->root().size(), true, [solver, series = solver->series(tau)](const Matrix<double>& f) {
      Matrix<double> out(f.rows(), f.cols());
      for (Eigen::Index k = 0; k < f.cols(); ++k) out.col(k) = solver->propagate(series, f.col(k));
      return out;
    });
  };
  motion.ift = [solver, &motion, cell = problem.grid->cell()](double t) {
    const auto series = solver->series(t);
    return cell * solver->propagate(series, motion.start).dot(solver->propagate(series, motion.root));
  };
  return compose(motion);
}

thermo::JointHistory<double> TensorJointLevel::compose(const evolve::DriftDiffusion& problem) const {
  if (problem.support > 0) return compose_on_support(problem);
  thermo::ThetaMotion motion;
  motion.root = problem.weight.array().exp();
  motion.start = (problem.log_initial - problem.weight).array().exp();
  double noise = 8 * num::epsilon<double>() * motion.start.cwiseAbs().maxCoeff();
  if (problem.mesh) {  // where nothing in the plain norm keeps the round-off of one turn from the next
    const auto step = num::from_rational<double>(*study_.experiment->time.step);
    const double share = evolve::share_of_a_node(motion.start.size()) * std::sqrt(study_.points.back() / step);
    evolve::block_flow(
        problem, {}, motion.start, std::vector<double>{0, step},
        [&](std::size_t, const Vector<double>&, double of_a_turn) { noise = std::max(noise, share * of_a_turn); });
  }
  motion.noise = Vector<double>::Constant(motion.root.size(), noise);
  motion.changes = !problem.course.empty();
  motion.over = [this, &problem](double start, double tau) {
    const bool symmetric = problem.mesh && problem.symmetric;
    return prepared(problem.size(), symmetric, [this, &problem, start, tau](const Matrix<double>& f) {
      return moved(problem, start, tau, f, threads_);
    });
  };
  motion.ift = [&problem](double t) { return parameter_ift(problem, std::vector<double>{0, t}).back(); };
  return compose(motion);
}

/// P(x, theta) is nowhere but where the density of Theta is.
thermo::JointHistory<double> TensorJointLevel::compose_on_support(const evolve::DriftDiffusion& problem) const {
  const auto shared = evolve::shared_support(problem, nodes().times);
  thermo::ThetaMotion motion;
  motion.root = Vector<double>::Ones(problem.size());
  motion.start = problem.log_initial.array().exp() * shared.followed.array();
  motion.noise = Vector<double>::Constant(problem.size(), 8 * num::epsilon<double>() * motion.start.maxCoeff());
  motion.over = [this, &shared](double start, double tau) {
    return prepared(shared.followed.size(), false,
                    [this, &shared, start, tau](const Matrix<double>& f) -> Matrix<double> {
                      return shared.followed.asDiagonal() * moved(shared.problem, start, tau, f, threads_);
                    });
  };
  auto out = compose(motion);
  Vector<double> marginal = Vector<double>::Zero(problem.size());
  for (const auto& joint : out.joint) marginal = marginal.cwiseMax((joint * spaces_.x_weight).cwiseAbs());
  out.round_off += problem.support * marginal;
  return out;
}

thermo::JointHistory<double> TensorJointLevel::continuous(const evolve::TensorProblem& problem, int states) const {
  const auto joint = evolve::joint_problem(problem, spaces_.conditional);
  evolve::TensorJoint solver(problem, joint, rates_);
  const Vector<double> root = solver.root().head(problem.loss.size());
  const auto nodes = this->nodes();
  std::vector<int> restarts;
  double last = 0;
  for (std::size_t j = 1; j < nodes.times.size(); ++j)
    if (j + 1 == nodes.times.size() || (nodes.times[j + 1] - last) * rates_.bound() > longest_expansion) {
      restarts.push_back(static_cast<int>(j));
      last = nodes.times[j];
    }
  Recorder recorder(spaces_, energy_, rates_, nodes);
  const double grown = std::exp(longest_expansion / 2) * std::sqrt(static_cast<double>(restarts.size()));
  solver.run(nodes.times, states, restarts, nullptr, [&](std::size_t j, const Vector<double>& psi) {
    recorder.visit(j, densities(root, psi), solver.theta_moves(psi), grown * solver.absolute_noise() * root,
                   solver.relative_noise());
  });
  return recorder.finish();
}

thermo::JointHistory<double> TensorJointLevel::continuous(const evolve::DriftDiffusion& problem) const {
  const Eigen::Index n = problem.size(), classes = rates_.classes;
  std::vector<evolve::Feed> feeds;
  for (Eigen::Index to = 0; to < classes; ++to)
    for (Eigen::Index from = 0; from < classes; ++from)
      feeds.push_back({to, from, rates_.rate[static_cast<std::size_t>(to * classes + from)], {}, {}});
  const Vector<double> root = problem.weight.array().exp();
  Vector<double> start(n * classes);
  for (Eigen::Index c = 0; c < classes; ++c)
    start.segment(c * n, n) = (problem.log_initial - problem.weight).array().exp() * spaces_.conditional.col(c).array();
  const auto nodes = this->nodes();
  Recorder recorder(spaces_, energy_, rates_, nodes);
  const double share = evolve::share_of_a_node(start.size());
  evolve::block_flow(problem, feeds, start, nodes.times, [&](std::size_t j, const Vector<double>& psi, double noise) {
    recorder.visit(j, densities(root, psi), densities(root, evolve::block_motion(problem, nodes.times[j], psi)),
                   share * noise * root, num::epsilon<double>());
  });
  return recorder.finish();
}

void TensorJointLevel::add_fluctuations(const evolve::DriftDiffusion& problem,
                                        thermo::JointHistory<double>& history) const {
  if (!fluctuations_ || composes()) return;
  for (auto& [name, values] : lagging_moments(problem, spaces_, energy_, rates_, study_.points))
    history.totals[name] = std::move(values);
  history.totals["ift_theta"] = parameter_ift(problem, study_.points);
}

void TensorJointLevel::add_rows(const Vector<double>& probability,
                                const std::vector<thermo::JointHistory<double>>& histories,
                                std::vector<info::Row<double>>& rows) const {
  std::vector<info::Row<double>> x(rows.size());
  thermo::joint_rows<double>(spaces_, energy_, probability, histories, x);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    rows[j].insert(x[j].begin(), x[j].end());  // what Theta's own solution gives stays
    if (!study_.experiment->time.step) continue;
    rows[j].erase("fisher_dissipation");
    if (study_.experiment->sampler.kind == "equilibrium") rows[j]["ep_x_path"] = rows[j]["work_x"];
  }
}

}  // namespace calor::run
