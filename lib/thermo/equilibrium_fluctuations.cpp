#include "thermo/equilibrium_fluctuations.hpp"

#include <array>

#include "evolve/exponential_panel.hpp"

namespace calor::thermo {

namespace {

using Dense = num::Matrix<double>;
using Column = num::Vector<double>;

/// S_1 to S_3 behind one S_0 = psi.
struct Chain {
  std::array<Column, 3> modes, end;

  Chain(const evolve::Modes& h, const std::array<Column, 3>& start) : end(start) {
    for (std::size_t k = 0; k < 3; ++k) modes[k] = h.analyse(start[k]);
  }

  /// One panel; psi: at its nodes and its end. rate: D F.
  void advance(const evolve::Modes& h, const evolve::PanelDecay& decay, const Column& rate, const Dense& psi) {
    const Eigen::Index order = psi.cols() - 1;
    Dense lowest, lower = psi;
    for (int k = 1; k <= 3; ++k) {
      Dense gain = k * lower.leftCols(order);
      if (k > 1) gain += k * (k - 1) * lowest.leftCols(order);
      const auto at = static_cast<std::size_t>(k - 1);
      const Dense solved = decay.solve(modes[at], h.analyse(rate.asDiagonal() * gain));
      modes[at] = solved.col(order);
      lowest = std::move(lower);
      lower = h.synthesise(solved);
      end[at] = lower.col(order);
    }
  }
};

}  // namespace

std::vector<std::map<std::string, double>> equilibrium_fluctuations(const EquilibriumRoom& room,
                                                                    const evolve::ThetaDynamics& dynamics,
                                                                    const Column& log_initial) {
  const evolve::Modes modes(room.basis, dynamics, {});
  const evolve::PanelRule rule(room.order);
  const Column root = dynamics.root(), rate = dynamics.diffusion() * room.fisher;
  Column psi = log_initial.array().exp() / root.array();
  const Column start = modes.analyse(psi), ground = modes.analyse(root), weight = room.basis.weight.cwiseProduct(root);
  const Column zero = Column::Zero(psi.size());
  Chain work(modes, {zero, zero, zero});
  const auto& m = room.energy_powers;
  Chain both(modes, {psi.cwiseProduct(m.col(0)), psi.cwiseProduct(m.col(1)), psi.cwiseProduct(m.col(2))});

  std::vector<std::map<std::string, double>> out;
  const double scale =
      16 * num::epsilon<double>() * start.norm() * room.basis.weight.cwiseSqrt().cwiseProduct(root).norm();
  const auto record = [&](double t) {
    std::map<std::string, double> at{{"ift_x", 1}, {"_noise", scale}};
    at["ift_theta"] = (start.array() * ground.array() * (-2 * t * modes.values().array()).exp()).sum();
    for (int k = 1; k <= 3; ++k)
      at["_work_x_" + std::to_string(k)] = weight.dot(work.end[static_cast<std::size_t>(k - 1)]);
    // E (phi_t - v)^k, v = phi_0 + w
    const auto phi = [&](int k, const Column& f) { return weight.dot(m.col(k - 1).cwiseProduct(f)); };
    const auto& v = both.end;
    at["_heat_x_1"] = t == 0 ? 0 : phi(1, psi) - weight.dot(v[0]);
    at["_heat_x_2"] = t == 0 ? 0 : phi(2, psi) - 2 * phi(1, v[0]) + weight.dot(v[1]);
    at["_heat_x_3"] = t == 0 ? 0 : phi(3, psi) - 3 * phi(2, v[0]) + 3 * phi(1, v[1]) - weight.dot(v[2]);
    out.push_back(std::move(at));
  };
  record(0);
  for (const auto& panel : evolve::time_panels(room.points, room.first_panel)) {
    const evolve::PanelDecay decay(rule, modes.values(), panel.length);
    Dense psis(psi.size(), rule.order() + 1);
    for (Eigen::Index c = 0; c <= rule.order(); ++c) {
      const double t = panel.start + panel.length * (c < rule.order() ? rule.node()[c] : 1);
      psis.col(c) = (-t * modes.values().array()).exp() * start.array();
    }
    psis = modes.synthesise(psis);
    work.advance(modes, decay, rate, psis);
    both.advance(modes, decay, rate, psis);
    psi = psis.col(rule.order());
    if (panel.point >= 0) record(panel.start + panel.length);
  }
  return out;
}

}  // namespace calor::thermo
