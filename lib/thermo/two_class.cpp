#include "thermo/two_class.hpp"

#include <cmath>

#include "thermo/work_chain.hpp"

namespace calor::thermo {

namespace {

using Dense = num::Matrix<double>;
using Column = num::Vector<double>;

/// Integrals of the rates so far.
struct Sums {
  double heat = 0, work = 0, ep = 0, x_part = 0, theta_part = 0;
};

WorkTerms work_terms(const TwoClassRoom& room, double diffusion) {
  WorkTerms t{room.basis, diffusion, room.probability(), {}, {}, room.energy, room.slope, room.bend};
  t.dp = -t.p.cwiseProduct(t.slope);
  t.ddp = t.p.cwiseProduct(t.slope.cwiseAbs2() - t.bend);
  return t;
}

/// The functions at the nodes of a panel and, last, its end.
struct PanelState {
  Dense psi, psi_slope, lag, lag_slope;  // n x (order + 1)
};

class Follower {
 public:
  Follower(const TwoClassRoom& room, const evolve::ThetaDynamics& dynamics, const Column& log_initial)
      : room_(room),
        dynamics_(dynamics),
        terms_(work_terms(room, dynamics.diffusion())),
        rule_(room.order),
        root_(dynamics.root()),
        free_(room.basis, dynamics, {}),
        killed_(room.basis, dynamics, room.up + room.down) {
    psi_ = log_initial.array().exp() / root_.array();
    lag_ = Column::Zero(psi_.size());
    start_modes_ = free_.analyse(psi_);
    lag_modes_ = killed_.analyse(lag_);
    ground_ = free_.analyse(root_);
    // exp(-tH) contracts: round-off stays near epsilon |psi_0|; the factor is the one of evolve/spectral.cpp
    noise_ = 4 * num::epsilon<double>() * start_modes_.norm() * room.basis.weight.cwiseSqrt().cwiseInverse();
    if (room.fluctuations) start_chains();
  }

  JointHistory<double> run() {
    const auto panels = evolve::time_panels(room_.points, room_.first_panel);
    record(0);
    for (const auto& panel : panels) {
      advance(panel);
      if (panel.point >= 0) record(panel.start + panel.length);
    }
    out_.round_off = noise_.cwiseProduct(root_);
    for (const auto& joint : out_.joint)
      out_.round_off =
          out_.round_off.cwiseMax(noise_.cwiseProduct(root_) +
                                  (drift_ + 4 * num::epsilon<double>()) * (joint * room_.spaces.x_weight).cwiseAbs());
    return std::move(out_);
  }

 private:
  Dense by_class(const Column& psi, const Column& lag) const {
    Dense out = psi.asDiagonal() * terms_.p;
    out.col(0) -= lag;
    out.col(1) += lag;
    return out;
  }

  void start_chains() {
    const Dense start = by_class(psi_, lag_);
    std::array<Dense, 3> zero, phi;
    zero.fill(Dense::Zero(start.rows(), 2));
    phi[0] = start.cwiseProduct(room_.energy);
    for (std::size_t k = 1; k < 3; ++k) phi[k] = phi[k - 1].cwiseProduct(room_.energy);
    work_.emplace_back(terms_, free_, killed_, zero);
    work_.emplace_back(terms_, free_, killed_, phi);
    split_ = tilted_ = start;
  }

  void advance(const evolve::TimePanel& panel) {
    const Eigen::Index order = rule_.order();
    const evolve::PanelDecay free_decay(rule_, free_.values(), panel.length),
        killed_decay(rule_, killed_.values(), panel.length);
    Dense modes(start_modes_.size(), order + 1);
    for (Eigen::Index m = 0; m <= order; ++m) {
      const double t = panel.start + panel.length * (m < order ? rule_.node()[m] : 1);
      modes.col(m) = (-t * free_.values().array()).exp() * start_modes_.array();
    }
    PanelState s;
    s.psi = free_.synthesise(modes);
    conserve(s.psi);
    const Dense source = commutator(terms_, s.psi.leftCols(order));
    const Dense lag_modes = killed_decay.solve(lag_modes_, killed_.analyse(source));
    s.lag = killed_.synthesise(lag_modes);
    s.psi_slope = room_.basis.gradient * s.psi;
    s.lag_slope = room_.basis.gradient * s.lag;
    for (Eigen::Index m = 0; m < order; ++m) accumulate(s, m, panel.length * rule_.weight()[m]);
    psi_ = s.psi.col(order);
    lag_ = s.lag.col(order);
    lag_modes_ = lag_modes.col(order);
    if (!room_.fluctuations) return;
    Pair zeroth{Dense(psi_.size(), order + 1), Dense(psi_.size(), order + 1)};
    for (Eigen::Index m = 0; m <= order; ++m) {
      const Dense w = by_class(s.psi.col(m), s.lag.col(m));
      zeroth[0].col(m) = w.col(0);
      zeroth[1].col(m) = w.col(1);
    }
    for (auto& chain : work_) chain.advance({free_, killed_, free_decay, killed_decay}, zeroth);
    double before = 0;
    for (Eigen::Index m = 0; m <= order; ++m) {
      const double c = m < order ? rule_.node()[m] : 1;
      tilt((c - before) * panel.length);
      before = c;
    }
  }

  /// Scales each column to mass 1: round-off in the lowest eigenvalue, times t, is what it lacks.
  void conserve(Dense& psi) {
    const Column w = room_.basis.weight.cwiseProduct(root_);
    for (Eigen::Index m = 0; m < psi.cols(); ++m) {
      const double mass = w.dot(psi.col(m));
      if (!(std::fabs(mass - 1) < 1e-4)) continue;  // the interval is too short, which a finer level shows
      drift_ = std::max(drift_, std::fabs(mass - 1));
      psi.col(m) /= mass;
    }
  }

  void accumulate(const PanelState& s, Eigen::Index m, double dt) {
    const double d = dynamics_.diffusion();
    Sums rate;
    for (Eigen::Index i = 0; i < psi_.size(); ++i) {
      const double psi = s.psi(i, m), lag = s.lag(i, m), weight = room_.basis.weight[i] * root_[i];
      const double p0 = terms_.p(i, 0), p1 = terms_.p(i, 1), g = dynamics_.slope[i] / (2 * dynamics_.temperature);
      const double current = (room_.up[i] + room_.down[i]) * lag;  // from class 1 to class 0
      const double joint[2] = {p0 * psi - lag, p1 * psi + lag};
      const double slope[2] = {terms_.dp(i, 0) * psi + p0 * s.psi_slope(i, m) - s.lag_slope(i, m),
                               terms_.dp(i, 1) * psi + p1 * s.psi_slope(i, m) + s.lag_slope(i, m)};
      rate.heat -= weight * current * (room_.energy(i, 1) - room_.energy(i, 0));
      for (int x = 0; x < 2; ++x) {
        rate.work +=
            weight * joint[x] * (d * room_.bend(i, x) - dynamics_.mobility * dynamics_.slope[i] * room_.slope(i, x));
        if (joint[x] > noise_[i]) rate.theta_part += weight * d * (slope[x] * slope[x] / joint[x] - g * g * joint[x]);
      }
      if (!(joint[0] > noise_[i] && joint[1] > noise_[i] && psi > noise_[i])) continue;
      rate.x_part +=
          weight * current * std::log(joint[1] / joint[0] * (room_.spaces.x_weight[0] / room_.spaces.x_weight[1]));
      rate.ep += weight * current * (std::log1p(lag / (p1 * psi)) - std::log1p(-lag / (p0 * psi)));
    }
    sums_.heat += dt * rate.heat;
    sums_.work += dt * rate.work;
    sums_.ep += dt * rate.ep;
    sums_.x_part += dt * rate.x_part;
    sums_.theta_part += dt * rate.theta_part;
  }

  /// e^{-sigma_X} along X(tau/2) Theta(tau) X(tau/2): X's turn x -> x' weighs [P'(x')/p(x')] [p(x)/P(x)], P and P'
  /// before and after it (I15).
  void tilt(double tau) {
    relax(tau / 2);
    const Column decay = (-tau * free_.values()).array().exp();
    for (Dense* f : {&split_, &tilted_}) *f = free_.synthesise(decay.asDiagonal() * free_.analyse(*f));
    relax(tau / 2);
  }
  void relax(double tau) {
    for (Eigen::Index i = 0; i < split_.rows(); ++i) {
      const double keep = std::exp(-tau * (room_.up[i] + room_.down[i]));
      const bool known = split_(i, 0) > noise_[i] && split_(i, 1) > noise_[i];
      double part[2], weighted[2];
      for (int x = 0; x < 2; ++x) part[x] = known ? tilted_(i, x) * terms_.p(i, x) / split_(i, x) : 0;
      for (int x = 0; x < 2; ++x) weighted[x] = keep * part[x] + (1 - keep) * terms_.p(i, x) * (part[0] + part[1]);
      const double rho = split_(i, 0) + split_(i, 1);
      for (int x = 0; x < 2; ++x) {
        split_(i, x) = keep * split_(i, x) + (1 - keep) * terms_.p(i, x) * rho;
        if (known) tilted_(i, x) = weighted[x] * split_(i, x) / terms_.p(i, x);
      }
    }
  }

  void put(const std::string& name, double value) { out_.totals[name].push_back(value); }

  void record(double t) {
    const Dense densities = root_.asDiagonal() * by_class(psi_, lag_);
    Dense joint = densities * room_.spaces.x_weight.cwiseInverse().asDiagonal();
    const auto state = joint_state<double>(room_.spaces, room_.energy, joint);
    if (out_.joint.empty()) first_ = state;
    out_.joint.push_back(std::move(joint));
    put("heat_x", sums_.heat);
    put("work_x", sums_.work);
    put("ep_x", sums_.ep);
    put("_ep_x_balance", sums_.x_part - sums_.heat);
    put("flow_x", state.entropy_x - first_.entropy_x - sums_.x_part);
    // what X leaves of the change of I(X;Theta|B); the integral over Theta's own moves checks it: behind a sharp start
    // it is the small difference of large terms
    put("flow_theta", state.information() - first_.information() - out_.totals["flow_x"].back());
    put("_flow_theta_direct", state.entropy_theta - first_.entropy_theta - sums_.theta_part);
    if (room_.fluctuations) record_fluctuations(t);
  }

  void record_fluctuations(double t) {
    const Column w = room_.basis.weight.cwiseProduct(root_);
    const auto total = [&](const Dense& f) { return w.dot(Column(f.rowwise().sum())); };
    const auto& phi = room_.energy;
    const Dense zeroth = by_class(psi_, lag_), &v1 = work_[1].power(1), &v2 = work_[1].power(2),
                &v3 = work_[1].power(3);
    for (int k = 1; k <= 3; ++k) put("_work_x_" + std::to_string(k), total(work_[0].power(k)));
    // E (phi - v)^k
    const Dense phi2 = phi.cwiseAbs2(), phi3 = phi2.cwiseProduct(phi);
    put("_heat_x_1", total(phi.cwiseProduct(zeroth) - v1));
    put("_heat_x_2", total(phi2.cwiseProduct(zeroth) - 2 * phi.cwiseProduct(v1) + v2));
    put("_heat_x_3", total(phi3.cwiseProduct(zeroth) - 3 * phi2.cwiseProduct(v1) + 3 * phi.cwiseProduct(v2) - v3));
    put("ift_x", total(tilted_));
    // <e^{-sigma_Theta}> = int rho_t K_t^T 1 under detailed balance; both factors propagated
    const auto decay = (-2 * t * free_.values().array()).exp();
    put("ift_theta", (start_modes_.array() * ground_.array() * decay).sum());
  }

  const TwoClassRoom& room_;
  const evolve::ThetaDynamics& dynamics_;
  WorkTerms terms_;
  evolve::PanelRule rule_;
  Column root_;
  evolve::Modes free_, killed_;
  Column psi_, lag_, start_modes_, lag_modes_, ground_, noise_;
  double drift_ = 0;
  std::vector<WorkChain> work_;  // of w, and of phi(start) + w
  Dense split_, tilted_;         // P and its weighted companion in lagged steps
  Sums sums_;
  JointState<double> first_;
  JointHistory<double> out_;
};

}  // namespace

JointHistory<double> follow_two_classes(const TwoClassRoom& room, const evolve::ThetaDynamics& dynamics,
                                        const Column& log_initial) {
  return Follower(room, dynamics, log_initial).run();
}

}  // namespace calor::thermo
