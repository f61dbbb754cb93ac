#include "run/sgld_walk.hpp"

#include "num/errors.hpp"

namespace calor::run {

using num::Matrix;
using num::Vector;

namespace {

/// sum P ln(P / (P_theta p(x|theta))) = <D(P(.|theta,B) || p(.|theta))>.
template <Real R>
R lag(const SgldRoom<R>& room, const Matrix<R>& joint) {
  using std::log;
  const Vector<R> rho = joint * room.spaces.x_weight;
  R sum = 0;
  for (Eigen::Index k = 0; k < joint.cols(); ++k)
    for (Eigen::Index i = 0; i < joint.rows(); ++i)
      if (const R own = rho[i] * room.spaces.conditional(i, k); own > 0 && joint(i, k) > 0)
        sum += room.spaces.theta_weight[i] * room.spaces.x_weight[k] * joint(i, k) * log(R(joint(i, k) / own));
  return sum;
}

template <Real R>
Vector<R> logarithm(const Vector<R>& f) {
  using std::log;
  Vector<R> out(f.size());
  for (Eigen::Index i = 0; i < f.size(); ++i) out[i] = f[i] > 0 ? R(log(f[i])) : -num::infinity<R>();
  return out;
}

/// Rows of column i in which K(theta_j|theta_i) or K(theta_i|theta_j) may differ from 0.
template <Real R>
std::pair<Eigen::Index, Eigen::Index> rows(const SgldMove<R>& m, Eigen::Index i) {
  if (m.first.empty()) return {0, m.move.rows()};
  const auto k = static_cast<std::size_t>(i);
  return {m.first[k], m.first[k] + m.count[k]};
}

/// int K(theta'|theta) f(theta') dtheta'.
template <Real R>
Vector<R> backward(const SgldRoom<R>& room, const SgldMove<R>& m, const Vector<R>& f) {
  const Vector<R> weighted = room.nodes.weight.cwiseProduct(f);
  if (m.first.empty()) return Vector<R>(m.move.transpose() * weighted).cwiseQuotient(room.nodes.weight);
  Vector<R> out(f.size());
  for (Eigen::Index i = 0; i < f.size(); ++i) {
    const auto [low, high] = rows(m, i);
    out[i] = m.move.col(i).segment(low, high - low).dot(weighted.segment(low, high - low)) / room.nodes.weight[i];
  }
  return out;
}

/// Finds the band of K and its transpose, and keeps it if it saves half of the work.
template <Real R>
void find_band(SgldMove<R>& m) {
  const Eigen::Index n = m.move.rows();
  Eigen::Index total = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    Eigen::Index low = 0, high = n;
    while (low < i && !(m.move(low, i) > 0) && !(m.move(i, low) > 0)) ++low;
    while (high > i + 1 && !(m.move(high - 1, i) > 0) && !(m.move(i, high - 1) > 0)) --high;
    m.first.push_back(low);
    m.count.push_back(high - low);
    total += high - low;
  }
  if (2 * total > n * n) m.first.clear(), m.count.clear();
}

/// I8 as a relative entropy of path probabilities, term by term: int int [a ln(a/b) - a + b] >= 0, a = rho
/// K(theta'|theta), b = rho' K(theta|theta').
template <Real R>
R step_divergence(const SgldRoom<R>& room, const SgldMove<R>& m, const Vector<R>& rho, const Vector<R>& log_rho,
                  const Vector<R>& next, const Vector<R>& log_next) {
  const auto& w = room.nodes.weight;
  R sum = 0;
  for (Eigen::Index i = 0; i < rho.size(); ++i) {
    R column = 0;
    const auto [low, high] = rows(m, i);
    for (Eigen::Index j = low; j < high; ++j) {
      const R a = w[j] * rho[i] * m.move(j, i), b = w[i] * next[j] * m.move(i, j);
      column += a > 0 && next[j] > 0 ? R(a * (log_rho[i] - log_next[j] + m.log_ratio(j, i)) - a + b) : b;
    }
    sum += column;
  }
  return sum;
}

template <Real R>
R weighted(const SgldRoom<R>& room, const Vector<R>& rho, const Vector<R>& f) {
  return room.nodes.weight.dot(rho.cwiseProduct(f));
}

template <Real R>
void account_theta(const SgldRoom<R>& room, const SgldMove<R>& m, const Vector<R>& next, const Vector<R>& log_next,
                   SgldWalk<R>& w) {
  const R medium = weighted(room, w.rho, m.medium);
  w.medium += medium;
  w.medium_noise +=
      weighted<R>(room, w.rho, m.medium_noise) + w.round_off * weighted<R>(room, w.rho, m.medium.cwiseAbs());
  w.ep_relative += step_divergence(room, m, w.rho, w.log_rho, next, log_next);
  if (m.path.size()) w.path += weighted(room, w.rho, m.path);
  if (m.log_stationary.size()) {  // I9
    const R before = weighted(room, w.rho, m.log_stationary), after = weighted(room, next, m.log_stationary);
    w.housekeeping += medium + before - after;
    for (Eigen::Index i = 0; i < next.size(); ++i) {
      if (w.rho[i] > 0) w.excess += room.nodes.weight[i] * w.rho[i] * (w.log_rho[i] - m.log_stationary[i]);
      if (next[i] > 0) w.excess -= room.nodes.weight[i] * next[i] * (log_next[i] - m.log_stationary[i]);
    }
  }
  if (m.loss.size()) w.stream.step(weighted(room, w.rho, m.loss), weighted(room, next, m.loss));
}

}  // namespace

template <Real R>
void move_x(const SgldRoom<R>& room, Matrix<R>& joint) {
  const auto& p = room.spaces.conditional;
  const auto& s = room.sampler;
  if (s.kind == "equilibrium" || s.kind == "heat-bath") {
    const R share = s.kind == "equilibrium" ? R(1) : num::from_rational<R>(*s.probability);
    const Vector<R> drawn = share * (joint * room.spaces.x_weight);
    joint = (R(1) - share) * joint + drawn.asDiagonal() * p;
    return;
  }
  if (!room.turn.empty()) {
    for (const auto& turn : room.turn)
      for (Eigen::Index i = 0; i < joint.rows(); ++i) {
        const auto& kernel = turn.kernel[static_cast<std::size_t>(i)];
        auto part = joint.row(i).segment(turn.first, kernel.cols());
        part = (kernel * part.transpose()).eval().transpose();
      }
    return;
  }
  if (room.neighbours.empty()) throw InternalError("sgld: sampler \"" + s.kind + "\" is not one of the grid's");
  for (int sweep = 0; sweep < *s.sweeps; ++sweep)
    for (std::size_t site = 0; site < room.neighbours.front().size(); ++site)
      for (std::size_t x = 0; x < room.neighbours.size(); ++x) {
        const auto y = static_cast<std::size_t>(room.neighbours[x][site]);
        if (y < x) continue;
        const auto a = static_cast<Eigen::Index>(x), b = static_cast<Eigen::Index>(y);
        for (Eigen::Index i = 0; i < joint.rows(); ++i) {  // rates a -> b and b -> a of the pair
          const R &pa = p(i, a), &pb = p(i, b);
          const bool metropolis = s.kind == "metropolis";
          const R up = metropolis ? (pb < pa ? R(pb / pa) : R(1)) : R(pb / (pa + pb));
          const R down = metropolis ? (pa < pb ? R(pa / pb) : R(1)) : R(pa / (pa + pb));
          const R stay = joint(i, a), other = joint(i, b);
          joint(i, a) = (1 - up) * stay + down * other;
          joint(i, b) = up * stay + (1 - down) * other;
        }
      }
}

template <Real R>
SgldMove<R> make_move(const SgldRoom<R>& room, const learner::SgldKernel<R>& kernel) {
  using std::fabs;
  const Eigen::Index n = room.nodes.size();
  const auto& w = room.nodes.weight;
  SgldMove<R> out{kernel.density * w.asDiagonal(),
                  kernel.log_density - kernel.log_density.transpose(),
                  Vector<R>::Zero(n),
                  Vector<R>::Zero(n),
                  {},
                  {},
                  {},
                  kernel.round_off,
                  {},
                  {}};
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      const R size = fabs(kernel.log_density(j, i)) + fabs(kernel.log_density(i, j));
      const R share = w[j] * kernel.density(j, i);
      out.medium[i] += share * out.log_ratio(j, i);
      out.medium_noise[i] +=
          share * (kernel.round_off * fabs(out.log_ratio(j, i)) + 8 * num::epsilon<R>() * (2 + size));
    }
  if (room.cross.size()) {
    out.path = Vector<R>::Zero(n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j)
        out.path[i] += w[j] * kernel.density(j, i) * (room.cross(i, j) - room.cross(i, i));
  }
  find_band(out);
  if (room.stationary) out.log_stationary = learner::log_stationary(kernel, room.nodes);
  return out;
}

template <Real R>
Matrix<R> SgldMove<R>::propagate(const Matrix<R>& f) const {
  if (first.empty()) return move * f;
  Matrix<R> out = Matrix<R>::Zero(f.rows(), f.cols());
  for (Eigen::Index i = 0; i < f.rows(); ++i) {
    const auto [low, high] = rows(*this, i);
    for (Eigen::Index k = 0; k < f.cols(); ++k)
      out.col(k).segment(low, high - low) += f(i, k) * move.col(i).segment(low, high - low);
  }
  return out;
}

template <Real R>
std::map<std::string, R> SgldWalk<R>::totals(const SgldRoom<R>& room) const {
  std::map<std::string, R> out{{"heat_x", ledger.heat_x},
                               {"work_x", ledger.work_x},
                               {"flow_x", ledger.flow_x},
                               {"flow_theta", ledger.flow_theta},
                               {"ep_x", ledger.ep_x},
                               {"ep_theta_medium", medium},
                               {"_medium_noise", medium_noise},
                               {"_ep_relative", ep_relative},
                               {"_ep_x_relative", ep_x_relative},
                               {"ift_theta", weighted(room, rho, back)}};
  if (room.cross.size()) out["ep_x_path"] = path;
  if (room.stationary) out["ep_theta_housekeeping"] = housekeeping, out["ep_theta_excess"] = excess;
  if (room.moments) {
    for (const auto& [name, value] : fluctuations.totals(room.spaces.theta_weight, room.spaces.x_weight))
      out[name] = value;
  }
  return out;
}

template <Real R>
SgldWalk<R> start_walk(const SgldRoom<R>& room, const Vector<R>& initial) {
  SgldWalk<R> w;
  w.rho = initial;
  w.log_rho = logarithm(initial);
  w.back = Vector<R>::Ones(initial.size());
  w.joint = initial.asDiagonal() * room.spaces.conditional;
  w.state = thermo::joint_state(room.spaces, room.energy, w.joint);
  w.round_off = 8 * num::epsilon<R>();
  if (room.moments) {
    w.fluctuations = thermo::Fluctuations<R>(w.joint);
  }
  return w;
}

template <Real R>
void advance(const SgldRoom<R>& room, const SgldMove<R>& m, SgldWalk<R>& w) {
  const Vector<R> next = m.propagate(w.rho), log_next = logarithm(next);
  account_theta(room, m, next, log_next, w);
  const Matrix<R> moved = m.propagate(w.joint);
  const auto between = thermo::joint_state(room.spaces, room.energy, moved);
  w.ledger.theta_moved(w.state, between);
  if (room.moments)
    w.fluctuations.theta_moved(room.energy, w.joint, moved, [&](const Matrix<R>& f) { return m.propagate(f); });
  w.joint = moved;
  move_x(room, w.joint);
  w.state = thermo::joint_state(room.spaces, room.energy, w.joint);
  w.ledger.x_moved(between, w.state);
  w.ep_x_relative += lag(room, moved);
  if (!room.cross.size()) w.ep_x_relative -= lag(room, w.joint);  // else X ~ p(.|Theta) exactly
  if (room.moments)
    w.fluctuations.x_moved(room.energy, room.spaces.conditional, moved, w.joint, [&](Matrix<R> f) {
      move_x(room, f);
      return f;
    });
  w.back = backward(room, m, w.back);
  w.rho = next;
  w.log_rho = log_next;
  w.round_off += m.round_off;
}

#define CALOR_INSTANTIATE(R)                                                         \
  template struct SgldMove<R>;                                                       \
  template SgldMove<R> make_move(const SgldRoom<R>&, const learner::SgldKernel<R>&); \
  template struct SgldWalk<R>;                                                       \
  template SgldWalk<R> start_walk(const SgldRoom<R>&, const Vector<R>&);             \
  template void advance(const SgldRoom<R>&, const SgldMove<R>&, SgldWalk<R>&);       \
  template void move_x(const SgldRoom<R>&, Matrix<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
