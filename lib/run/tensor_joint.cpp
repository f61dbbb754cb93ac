#include "run/tensor_joint.hpp"

#include <algorithm>
#include <cmath>

#include "evolve/tensor_spectral.hpp"
#include "evolve/time_nodes.hpp"
#include "thermo/lagged.hpp"

namespace calor::run {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double longest_expansion = 2;  // times the bound of X's rates: round-off grows by about e^(half of that)

/// Rates at which heat_x and the rest grow.
struct Rates {
  double heat = 0, work = 0, ep = 0, x_part = 0, theta_part = 0;
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
    for (Eigen::Index c = 0; known && c < classes; ++c)
      out.theta_part -= cell * s.x_weight[c] * moved(i, c) * std::log(joint(i, c));
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

/// psi, class after class, as densities.
Matrix<double> densities(const Vector<double>& root, const Vector<double>& psi) {
  const Eigen::Index n = root.size();
  return root.asDiagonal() * Eigen::Map<const Matrix<double>>(psi.data(), n, psi.size() / n);
}

Matrix<double> nodes_of(const grid::Tensor& grid) {
  Matrix<double> out(grid.size(), grid.dimension());
  std::vector<double> theta(static_cast<std::size_t>(grid.dimension()));
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    grid.node(i, theta);
    for (Eigen::Index a = 0; a < out.cols(); ++a) out(i, a) = theta[static_cast<std::size_t>(a)];
  }
  return out;
}

}  // namespace

TensorJointLevel::TensorJointLevel(const Study<double>& study, const TensorTerms& terms, const grid::Tensor& grid,
                                   double fastest_time, const TensorResolution& r, bool fluctuations)
    : study_(study), outcomes_(outcome_classes(study)), order_(r.fine_order), fluctuations_(fluctuations) {
  const Eigen::Index n = grid.size(), classes = outcomes_.classes.count();
  energy_ = terms.value * outcomes_.statistic;
  spaces_.theta_weight = Vector<double>::Constant(n, grid.cell());
  spaces_.conditional = (-energy_.array()).exp();
  spaces_.x_weight = Vector<double>(classes);
  for (Eigen::Index c = 0; c < classes; ++c) spaces_.x_weight[c] = outcomes_.classes.size[static_cast<std::size_t>(c)];
  spaces_.x_entropy = spaces_.conditional.cwiseProduct(energy_) * spaces_.x_weight;
  const auto& e = *study.experiment;
  panel_ = fastest_time;
  if (e.time.step) {
    turn_ = turn_kernels(study, outcomes_, spaces_, nodes_of(grid));
    return;
  }
  const double rate = num::from_rational<double>(*e.sampler.rate);
  rates_.classes = classes;
  rates_.rate.assign(static_cast<std::size_t>(classes * classes), Vector<double>(n));
  const auto generators = class_generators(study, outcomes_, spaces_, nodes_of(grid));
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& g = generators[static_cast<std::size_t>(i)];
    for (Eigen::Index to = 0; to < classes; ++to)
      for (Eigen::Index from = 0; from < classes; ++from)
        rates_.rate[static_cast<std::size_t>(to * classes + from)][i] =
            rate * g(to, from) * spaces_.x_weight[from] / spaces_.x_weight[to];
  }
  panel_ = 1 / (rates_.bound() + 1 / fastest_time);
}

thermo::JointHistory<double> TensorJointLevel::follow(const evolve::TensorProblem& problem, int states) const {
  return study_.experiment->time.step ? in_turns(problem) : continuous(problem, states);
}

thermo::JointHistory<double> TensorJointLevel::in_turns(const evolve::TensorProblem& problem) const {
  const auto solver = std::make_shared<evolve::TensorSpectral>(problem);
  thermo::ThetaMotion motion;
  motion.root = solver->root();
  motion.start = solver->start();
  // every turn's expansion adds its own round-off, and exp(-tH) contracts what is there
  motion.noise = Vector<double>::Constant(motion.root.size(), 8 * epsilon * motion.start.cwiseAbs().maxCoeff());
  motion.over = [solver](double tau) -> thermo::ThetaMotion::Move {
    return [solver, series = solver->series(tau)](const Matrix<double>& f) {
      Matrix<double> out(f.rows(), f.cols());
      for (Eigen::Index k = 0; k < f.cols(); ++k) out.col(k) = solver->propagate(series, f.col(k));
      return out;
    };
  };
  motion.ift = [solver, &motion, cell = problem.grid->cell()](double t) {
    const auto series = solver->series(t);
    return cell * solver->propagate(series, motion.start).dot(solver->propagate(series, motion.root));
  };
  const thermo::LaggedRoom room{spaces_, energy_, study_.points, fluctuations_};
  return thermo::follow_turns(room, motion, {num::from_rational<double>(*study_.experiment->time.step), turn_});
}

thermo::JointHistory<double> TensorJointLevel::continuous(const evolve::TensorProblem& problem, int states) const {
  const auto joint = evolve::joint_problem(problem, spaces_.conditional);
  evolve::TensorJoint solver(problem, joint, rates_);
  const Vector<double> root = solver.root().head(problem.loss.size());
  const auto nodes = evolve::gauss_nodes<double>(study_.points, panel_, order_);
  std::vector<int> restarts;
  double last = 0;
  for (std::size_t j = 1; j < nodes.times.size(); ++j)
    if (j + 1 == nodes.times.size() || (nodes.times[j + 1] - last) * rates_.bound() > longest_expansion) {
      restarts.push_back(static_cast<int>(j));
      last = nodes.times[j];
    }
  std::vector<double> heat, work, ep, x_part, theta_part;
  thermo::JointHistory<double> out;
  out.round_off = Vector<double>::Zero(root.size());
  std::size_t next = 0;
  solver.run(nodes.times, states, restarts, nullptr, [&](std::size_t j, const Vector<double>& psi) {
    const Matrix<double> density = densities(root, psi);
    const double grown = std::exp(longest_expansion / 2) * std::sqrt(static_cast<double>(restarts.size()));
    const Vector<double> own = grown * solver.absolute_noise() * root;
    const auto rates = rates_of(spaces_, energy_, rates_, density, solver.theta_moves(psi), own);
    heat.push_back(rates.heat);
    work.push_back(rates.work);
    ep.push_back(rates.ep);
    x_part.push_back(rates.x_part);
    theta_part.push_back(rates.theta_part);
    if (next >= nodes.point.size() || static_cast<std::size_t>(nodes.point[next]) != j) return;
    ++next;
    const Vector<double> marginal = (density * spaces_.x_weight).cwiseAbs();
    out.round_off = out.round_off.cwiseMax(spaces_.x_weight.sum() * own + solver.relative_noise() * marginal);
    out.joint.push_back(density);
  });
  out.totals["heat_x"] = nodes.integrate(heat);
  out.totals["work_x"] = nodes.integrate(work);
  out.totals["ep_x"] = nodes.integrate(ep);
  const auto by_x = nodes.integrate(x_part), by_theta = nodes.integrate(theta_part);
  const auto start = thermo::joint_state(spaces_, energy_, out.joint.front());
  for (std::size_t j = 0; j < out.joint.size(); ++j) {
    const auto state = thermo::joint_state(spaces_, energy_, out.joint[j]);
    out.totals["_ep_x_balance"].push_back(by_x[j] - out.totals["heat_x"][j]);
    out.totals["flow_x"].push_back(state.entropy_x - start.entropy_x - by_x[j]);
    // what X leaves of the change of I(X;Theta|B); the integral over Theta's own moves, whose derivatives feel the edge
    // of the grid's band, checks it
    const double flow_theta = state.information() - start.information() - out.totals["flow_x"].back();
    out.totals["flow_theta"].push_back(flow_theta);
    out.totals["_flow_theta_direct"].push_back(state.entropy_theta - start.entropy_theta - by_theta[j]);
  }
  return out;
}

}  // namespace calor::run
