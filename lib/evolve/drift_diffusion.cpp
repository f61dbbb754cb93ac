#include "evolve/drift_diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "evolve/block_flow.hpp"
#include "evolve/drift_generator.hpp"
#include "evolve/krylov.hpp"
#include "evolve/tensor_spectral.hpp"
#include "num/decompose.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using num::Matrix;
using num::Vector;
using Dense = Matrix<double>;
using Field = Vector<double>;

std::size_t at(int k) { return static_cast<std::size_t>(k); }

/// D^-1 at each node, as D itself is stored.
std::vector<Field> inverse(const DriftDiffusion& p) {
  const int d = p.grid.dimension();
  std::vector<Field> out(p.diffusion.size(), Field(p.grid.size()));
  Dense at_node(d, d);
  for (Eigen::Index i = 0; i < p.grid.size(); ++i) {
    for (int a = 0; a < d; ++a)
      for (int b = 0; b < d; ++b) at_node(a, b) = p.diffusion[at(a * d + b)][i];
    const Dense inverted = at_node.inverse();
    for (int a = 0; a < d; ++a)
      for (int b = 0; b < d; ++b) out[at(a * d + b)][i] = inverted(a, b);
  }
  return out;
}

Field root_of(const DriftDiffusion& p) {
  return p.weight.size() ? Field(p.weight.array().exp()) : Field(Field::Ones(p.grid.size()));
}

/// sum_ab u_a D^-1_ab v_b at each node.
Field contract(const std::vector<Field>& u, const std::vector<Field>& metric, const std::vector<Field>& v) {
  const std::size_t d = u.size();
  Field out = Field::Zero(u.front().size());
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b) out += u[a].cwiseProduct(metric[a * d + b]).cwiseProduct(v[b]);
  return out;
}

/// Nodes a unit of time that the drift moves, all axes together.
Field speeds(const DriftDiffusion& p) {
  Field out = Field::Zero(p.grid.size());
  for (std::size_t a = 0; a < p.drift.size(); ++a) out += p.drift[a].cwiseAbs() / p.grid.axes[a].spacing;
  return out;
}

/// Where a density is not empty. Ringing of the grid, whose height negative values tell, counts as empty up to 100
/// times the support: steep places would never be empty else.
Eigen::Array<bool, Eigen::Dynamic, 1> occupied(const DriftDiffusion& p, const Field& density) {
  constexpr double most_waves = 100;  // times the support
  const double least = p.support * density.cwiseAbs().maxCoeff(),
               empty = std::clamp(-2 * density.minCoeff(), least, most_waves * least);
  return density.array().abs() > empty;
}

/// Share of the drift that is left, 1 but where the place is empty and its drift stronger than any occupied one's.
Field held_back(const Field& speed, const Eigen::Array<bool, Eigen::Dynamic, 1>& occupied) {
  const double most = occupied.select(speed.array(), 0.0).maxCoeff();
  return (occupied || speed.array() <= most).select(1.0, most / speed.array());
}

/// The equation on the support of a state (DriftDiffusion::support).
class Supported {
 public:
  explicit Supported(const DriftDiffusion& p) : p_(p), here_(p), speed_(speeds(p)) {}

  /// Drops what is not followed.
  const DriftDiffusion& on(Field& psi) {
    const Field share = held_back(speed_, occupied(p_, psi));
    psi = (share.array() < 1).select(0.0, psi);
    for (std::size_t a = 0; a < p_.drift.size(); ++a) here_.drift[a] = p_.drift[a].cwiseProduct(share);
    return here_;
  }

 private:
  const DriftDiffusion& p_;
  DriftDiffusion here_;
  Field speed_;
};

using Stop = std::function<bool(const Field& psi)>;

KrylovStates on_support(const DriftDiffusion& p, const Derivatives& derivatives, const Field& start,
                        std::span<const double> times, const Stop& stop) {
  Supported equation(p);
  std::optional<Generator> generator;
  return exponential_by_krylov([&](const Field& in, Field& out) { generator->apply(in, out); }, start, times, 48,
                               std::max(1e-7 * p.support, 1e-15),
                               [&](double time, Field& psi) {
                                 const auto& here = equation.on(psi);
                                 if (time > 0 && stop && stop(psi)) return false;
                                 generator.emplace(here, derivatives);
                                 return true;
                               });
}

KrylovStates along_course(const DriftDiffusion& p, const Field& start, std::span<const double> times) {
  KrylovStates out;
  block_flow(p, {}, start, times, [&](std::size_t, const Field& psi, double round_off) {
    out.states.push_back(psi);
    out.error = round_off / 4;
  });
  return out;
}

}  // namespace

Coefficients DriftDiffusion::coefficients(double time) const {
  auto piece = course.begin();
  while (std::next(piece) != course.end() && std::next(piece)->start < time) ++piece;
  const double s = time - piece->start;
  return piece->terms[0] + s * piece->terms[1] + (s * s) * piece->terms[2];
}

DriftDiffusion DriftDiffusion::with(const Coefficients& c) const {
  DriftDiffusion out = *this;
  out.course.clear();
  const int d = static_cast<int>(drift.size());
  for (auto& f : out.drift) f *= c.pace;
  for (auto& f : out.divergence) f *= c.noise;
  for (int a = 0; a < d; ++a)
    for (int b = 0; b < d; ++b) {
      auto& entry = out.diffusion[at(a * d + b)];
      entry *= c.noise;
      if (a == b) entry.array() += c.heat;
    }
  return out;
}

namespace {

Field start_of(const DriftDiffusion& p) {
  return p.weight.size() ? Field((p.log_initial - p.weight).array().exp()) : Field(p.log_initial.array().exp());
}

/// Densities and rates of the states that there are; size: 2-norm of the first.
Flow measured(const DriftDiffusion& p, const Derivatives& derivatives, std::span<const double> times,
              const KrylovStates& run, double size, const Field* stationary) {
  const Field root = root_of(p);
  const double cell = p.grid.cell();
  DriftDiffusion here = !p.course.empty() ? p.with(p.coefficients(0)) : p;
  std::optional<Generator> generator(std::in_place, here, derivatives);
  auto metric = inverse(here);
  std::vector<Field> force, velocity;  // f - div D; nu
  const auto forces = [&] {
    force.clear();
    for (std::size_t a = 0; a < p.drift.size(); ++a) force.push_back(here.drift[a] - here.divergence[a]);
  };
  forces();
  if (stationary) {
    velocity = generator->current(*stationary);
    const double hidden = 1e-13 * stationary->maxCoeff();
    for (auto& v : velocity)
      for (Eigen::Index i = 0; i < v.size(); ++i) v[i] = (*stationary)[i] > hidden ? v[i] / (*stationary)[i] : 0.0;
  }
  Flow out;
  const double noise = 4 * run.error + 8e-16 * size;
  double drift = 0;
  for (std::size_t j = 0; j < run.states.size(); ++j) {
    const double mass = cell * root.dot(run.states[j]), scale = to_conserve(mass);
    if (scale != 1) drift = std::max(drift, std::fabs(mass - 1));
    const Field psi = run.states[j] * scale;
    if (!p.course.empty()) {
      here = p.with(p.coefficients(times[j]));
      generator.emplace(here, derivatives);
      metric = inverse(here);
      forces();
    }
    const auto current = generator->current(psi);
    FlowState state;
    state.density = root.cwiseProduct(psi);
    state.log_density.resize(psi.size());
    const Field square = contract(current, metric, current);
    for (Eigen::Index i = 0; i < psi.size(); ++i) {
      state.log_density[i] = psi[i] > 2 * noise ? std::log(state.density[i]) : -HUGE_VAL;
      if (psi[i] > noise) state.ep_rate += cell * root[i] * square[i] / psi[i];
    }
    state.medium_rate = cell * root.dot(contract(current, metric, force));
    if (stationary) state.housekeeping_rate = cell * state.density.dot(contract(velocity, metric, velocity));
    out.states.push_back(std::move(state));
  }
  const double own = noise * share_of_a_node(root.size());  // noise: of the whole
  for (auto& state : out.states) state.round_off = own * root + (drift + p.support + 1e-15) * state.density.cwiseAbs();
  return out;
}

}  // namespace

Flow flow(const DriftDiffusion& p, std::span<const double> times, const Field* stationary) {
  const Derivatives derivatives(p.grid);
  const Field start = start_of(p);
  const auto all = [&] {
    if (!p.course.empty()) return along_course(p, start, times);
    if (p.support > 0) return on_support(p, derivatives, start, times, {});
    const Generator generator(p, derivatives);
    return exponential_by_krylov([&](const Field& in, Field& out) { generator.apply(in, out); }, start, times);
  };
  return measured(p, derivatives, times, all(), start.norm(), stationary);
}

SharedSupport shared_support(const DriftDiffusion& p, std::span<const double> times) {
  Eigen::Array<bool, Eigen::Dynamic, 1> all = Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(p.grid.size(), false);
  for (const auto& rho : on_support(p, Derivatives(p.grid), start_of(p), times, {}).states)
    all = all || occupied(p, rho);
  const Field share = held_back(speeds(p), all);
  SharedSupport out{p, (share.array() < 1).select(0.0, Field::Ones(share.size()))};
  out.problem.support = 0;
  for (auto& f : out.problem.drift) f = f.cwiseProduct(share);
  return out;
}

namespace {

constexpr double bounded = 2;         // largest rho/sqrt(w), over that where densities are
constexpr double dense = 0.01;        // where that is: above this share of the top
constexpr int expanded_at_once = 64;  // states

/// rho/sqrt(w) of what the support has.
Field symmetrised(const Field& rho, const Field& root) {
  return (rho.array() > 0).select(rho.array() / root.array().max(1e-300), 0.0);
}

/// What symmetrised expansions make of where `run` ended; dropped: share of the density that it may lack.
void expand(const TensorProblem& p, TensorSpectral& solver, const KrylovStates& run, double dropped,
            std::span<const double> times, Flow& out) {
  const Field& root = solver.root();
  const double cell = p.grid->cell(), diffusion = p.diffusion();
  Field loss_rate = -p.temperature * p.laplacian;  // -dL/dt = mu int rho (|grad L|² - T Laplacian L)
  for (const auto& slope : p.slope) loss_rate += slope.cwiseAbs2();
  solver.begin(run.time, symmetrised(run.last, root));
  solver.run(times, expanded_at_once, {}, nullptr, [&](std::size_t, const Field& found) {
    const Field psi = to_conserve(cell * root.dot(found)) * found;
    const auto [absolute, relative] = solver.round_off();
    FlowState state;
    state.density = root.cwiseProduct(psi);
    const Field& rho = state.density;
    state.round_off = absolute * root + (relative + dropped) * rho.cwiseAbs();
    state.log_density = (rho.array() > 2 * state.round_off.array()).select(rho.array().max(1e-320).log(), -HUGE_VAL);
    const Field square = solver.squared_currents(psi);
    const double noise = std::max(absolute + 4 * run.error, -4 * psi.minCoeff());  // or the grid's ringing
    for (Eigen::Index i = 0; i < psi.size(); ++i) {
      const double rate = cell * diffusion * root[i] * square[i] / std::max(psi[i], noise);
      if (psi[i] > noise) state.ep_rate += rate;
      if (psi[i] < 4 * noise) state.ep_uncertain += rate;
    }
    state.medium_rate = p.mobility / p.temperature * cell * rho.dot(loss_rate);
    out.states.push_back(std::move(state));
  });
}

}  // namespace

Flow flow_from_support(const DriftDiffusion& p, const TensorProblem& settled, std::span<const double> times) {
  const Derivatives derivatives(p.grid);
  TensorSpectral solver(settled);
  const Field start = start_of(p);
  const auto run = on_support(p, derivatives, start, times, [&](const Field& rho) {
    const Field psi = symmetrised(rho, solver.root());
    return psi.maxCoeff() < bounded * (rho.array() > dense * rho.maxCoeff()).select(psi, 0.0).maxCoeff();
  });
  const std::size_t on = run.states.size();
  auto out = measured(p, derivatives, times.first(on), run, start.norm(), nullptr);
  if (on < times.size()) expand(settled, solver, run, p.support, times.subspan(on), out);
  return out;
}

namespace {

/// sum_j gamma_j s_j, sum gamma = 1, that makes sum_j gamma_j (s_{j+1} - s_j) least: kills the slowest modes.
Field extrapolate(const std::vector<Field>& s) {
  const auto count = static_cast<Eigen::Index>(s.size()) - 1;
  Dense changes(s.front().size(), count);
  for (Eigen::Index j = 0; j < count; ++j) changes.col(j) = s[at(static_cast<int>(j) + 1)] - s[at(static_cast<int>(j))];
  // gamma_0 = 1 - xi_0, gamma_j = xi_{j-1} - xi_j, with xi from the differences of the changes
  const Dense second = changes.rightCols(count - 1) - changes.leftCols(count - 1);
  const Field xi = num::least_squares(second, -changes.col(0));
  return s.front() + changes.leftCols(count - 1) * xi;
}

Field stationary_by_relaxation(const DriftDiffusion& p) {
  const Derivatives derivatives(p.grid);
  const Generator generator(p, derivatives);
  const Field root = root_of(p);
  const auto apply = [&](const Field& in, Field& out) { generator.apply(in, out); };
  const auto normalised = [&](const Field& psi) { return Field(psi / (p.grid.cell() * root.dot(psi))); };
  constexpr int length = 9;
  double tau = 0.5, last = HUGE_VAL;
  Field psi = normalised(root);
  for (int round = 0; round < 40; ++round) {
    std::vector<double> times;
    for (int k = 0; k <= length; ++k) times.push_back(tau * k);
    auto states = exponential_by_krylov(apply, psi, times).states;
    for (auto& state : states) state = normalised(state);
    const double first = (states[1] - states[0]).norm() / psi.norm(),
                 end = (states[length] - states[length - 1]).norm() / psi.norm();
    if (first < 1e-13 || (first < 1e-11 && first > last / 4)) return states.back();  // round-off is left
    last = first;
    psi = end > 1e-14 ? normalised(extrapolate(states)) : states.back();
    if (end > 0.2 * first) tau *= 2;  // the slowest mode has hardly decayed
  }
  throw AccuracyError(
      "the stationary density of a data set does not settle; leave out ep_theta_housekeeping and "
      "ep_theta_excess");
}

}  // namespace

Field stationary(const DriftDiffusion& p) {
  const Eigen::Index n = p.grid.size();
  if (n > 1600) return stationary_by_relaxation(p);
  const Derivatives derivatives(p.grid);
  const Generator generator(p, derivatives);
  Dense matrix(n, n);
  Field column(n);
  for (Eigen::Index j = 0; j < n; ++j) {
    column.setZero();
    generator.apply(Field::Unit(n, j), column);
    matrix.col(j) = column;
  }
  const Field root = root_of(p);
  // one balance is implied by the others up to the tails; the normalisation takes the place of the one at the centre
  Eigen::Index centre = 0;
  root.maxCoeff(&centre);
  matrix.row(centre) = p.grid.cell() * root.transpose();
  return num::solve_linear<double>(matrix, Field::Unit(n, centre));
}

}  // namespace calor::evolve
