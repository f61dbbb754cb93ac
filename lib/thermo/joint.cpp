#include "thermo/joint.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "num/sum.hpp"

namespace calor::thermo {

using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

namespace {

template <num::Real R>
R minus_xlogx(const R& x) {
  using std::log;
  return x > 0 ? R(-x * log(x)) : R(0);
}

/// -sum w w' P ln P over a matrix.
template <num::Real R>
R joint_entropy(const info::Spaces<R>& s, const Matrix<R>& joint) {
  num::Sum<R> sum;
  for (Eigen::Index k = 0; k < joint.cols(); ++k)
    for (Eigen::Index i = 0; i < joint.rows(); ++i)
      sum.add(s.x_weight[k] * s.theta_weight[i] * minus_xlogx(joint(i, k)));
  return sum.value();
}

template <num::Real R>
R marginal_entropy(const Vector<R>& weight, const Vector<R>& f) {
  num::Sum<R> sum;
  for (Eigen::Index i = 0; i < f.size(); ++i) sum.add(weight[i] * minus_xlogx(f[i]));
  return sum.value();
}

/// sum w w' P ln(P mean_x / (mean P_x)): what I(Theta;B|X) averages over the data sets.
template <num::Real R>
R conditional_divergence(const info::Spaces<R>& s, const Matrix<R>& joint, const Matrix<R>& mean) {
  using std::log;
  const Vector<R> own = joint.transpose() * s.theta_weight, all = mean.transpose() * s.theta_weight;
  num::Sum<R> sum;
  for (Eigen::Index k = 0; k < joint.cols(); ++k)
    for (Eigen::Index i = 0; i < joint.rows(); ++i)
      if (joint(i, k) > 0 && mean(i, k) > 0)
        sum.add(s.theta_weight[i] * s.x_weight[k] * joint(i, k) * log(R(joint(i, k) / mean(i, k) * (all[k] / own[k]))));
  return sum.value();
}

/// What a change of at most r[i] in every density of node i, and in their sum, does to S(X|Theta) to first order:
/// d/dP_k of -P_k ln(P_k/P_theta) is -ln(P_k/P_theta), far below ln P itself in the tails.
template <num::Real R>
R conditional_noise(const info::Spaces<R>& s, const Matrix<R>& joint, const Vector<R>& r) {
  using std::fabs, std::log;
  const Vector<R> marginal = joint * s.x_weight;
  R out = 0;
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    if (!(r[i] > 0)) continue;
    const R all = std::max(marginal[i], r[i]);
    R most = 0;
    for (Eigen::Index k = 0; k < joint.cols(); ++k) {
      most = std::max(most, R(fabs(log(R(std::max(joint(i, k), r[i]) / all)))));
    }
    out += s.theta_weight[i] * r[i] * (2 + most);
  }
  return out;
}

/// The same for the relative entropy of densities to their mixture: d/dP of P ln(P/mean) is ln(P/mean) + 1, and the
/// mixture's own changes add up to no more than the densities'.
template <num::Real R>
R divergence_noise(const info::Spaces<R>& s, const Matrix<R>& joint, const Vector<R>& r, const Matrix<R>& mean,
                   const Vector<R>& mean_r) {
  using std::fabs, std::log;
  R out = 0;
  for (Eigen::Index i = 0; i < r.size(); ++i) {
    if (!(r[i] > 0)) continue;
    R most = 0;
    for (Eigen::Index k = 0; k < joint.cols(); ++k) {
      const R own = std::max(joint(i, k), r[i]), all = std::max(mean(i, k), mean_r[i]);
      if (all > 0)  // else its data set's probability is below the smallest number
        most = std::max(most, R(fabs(log(R(own / all)))));
    }
    out += s.theta_weight[i] * r[i] * (3 + most);
  }
  return out;
}

/// The same for the entropy of a marginal density of X, whose errors add up to `mass`.
template <num::Real R>
R marginal_noise(const Vector<R>& density, const R& mass) {
  using std::fabs, std::log;
  R most = 0;
  if (mass > 0)
    for (const R& p : density) most = std::max(most, R(fabs(log(std::max(p, mass)))));
  return mass * (2 + most);
}

}  // namespace

template <num::Real R>
Matrix<R> energies(const info::Spaces<R>& s) {
  using std::log;
  Matrix<R> out(s.conditional.rows(), s.conditional.cols());
  for (Eigen::Index k = 0; k < out.cols(); ++k)
    for (Eigen::Index i = 0; i < out.rows(); ++i)
      out(i, k) = s.conditional(i, k) > 0 ? R(-log(s.conditional(i, k))) : R(0);
  return out;
}

template <num::Real R>
JointState<R> joint_state(const info::Spaces<R>& s, const Matrix<R>& energy, const Matrix<R>& joint) {
  JointState<R> out;
  out.entropy_joint = joint_entropy(s, joint);
  out.entropy_theta = marginal_entropy<R>(s.theta_weight, joint * s.x_weight);
  out.entropy_x = marginal_entropy<R>(s.x_weight, joint.transpose() * s.theta_weight);
  num::Sum<R> energy_sum;
  for (Eigen::Index k = 0; k < joint.cols(); ++k)
    for (Eigen::Index i = 0; i < joint.rows(); ++i)
      energy_sum.add(s.x_weight[k] * s.theta_weight[i] * joint(i, k) * energy(i, k));
  out.energy = energy_sum.value();
  return out;
}

template <num::Real R>
std::function<Matrix<R>(const Matrix<R>&)> redraw(const info::Spaces<R>& spaces, const std::vector<Eigen::Index>& rows,
                                                  const R& kept) {
  Matrix<R> p = spaces.conditional;
  Eigen::Index at = 0;
  for (const Eigen::Index count : rows) {
    auto own = p.middleCols(at, count);
    const Vector<R> sum = (own * spaces.x_weight.segment(at, count)).cwiseMax(R(1e-300));
    own = (R(1 - kept) * sum.cwiseInverse()).asDiagonal() * own;
    at += count;
  }
  return [drawn = std::make_shared<const Matrix<R>>(std::move(p)), weight = spaces.x_weight, rows,
          kept](const Matrix<R>& f) {
    Matrix<R> out = kept * f;
    Eigen::Index first = 0;
    for (const Eigen::Index count : rows) {
      const Vector<R> mass = f.middleCols(first, count) * weight.segment(first, count);
      out.middleCols(first, count) += mass.asDiagonal() * drawn->middleCols(first, count);
      first += count;
    }
    return out;
  };
}

template <num::Real R>
void Ledger<R>::theta_moved(const JointState<R>& before, const JointState<R>& after) {
  work_x += after.energy - before.energy;
  flow_theta += after.information() - before.information();
}

template <num::Real R>
void Ledger<R>::x_moved(const JointState<R>& before, const JointState<R>& after) {
  const R heat = after.energy - before.energy;
  heat_x += heat;
  flow_x += after.information() - before.information();
  ep_x += after.conditional() - before.conditional() - heat;
}

template <num::Real R>
void clear_tails(const R& unit, Matrix<R>& f) {
  using std::fabs;
  const Vector<R> least = unit * f.cwiseAbs().rowwise().maxCoeff();
  for (Eigen::Index k = 0; k < f.cols(); ++k)
    for (Eigen::Index i = 0; i < f.rows(); ++i)
      if (fabs(f(i, k)) < least[i]) f(i, k) = 0;
}

template <num::Real R>
void TailNoise<R>::x_moved(const Matrix<R>& joint) {
  sum_[0] = 0;
  for (Eigen::Index i = 0; i < joint.rows(); ++i) {
    const R uncertain = unit_ * spaces_.theta_weight[i] * joint.row(i).cwiseAbs().maxCoeff();
    for (Eigen::Index k = 0; k < joint.cols(); ++k) {
      if (joint(i, k) == 0) continue;
      R share = uncertain * spaces_.x_weight[k];
      sum_[0] += 2 * share;
      for (std::size_t power = 1; power < 4; ++power) sum_[power] += share *= 1 + energy_(i, k);
    }
  }
}

template <num::Real R>
void joint_rows(const info::Spaces<R>& s, const Matrix<R>& energy, const Vector<R>& probability,
                const std::vector<JointHistory<R>>& histories, std::span<Row<R>> rows) {
  using std::fabs, std::log;
  for (std::size_t j = 0; j < rows.size(); ++j) {
    auto& row = rows[j];
    Matrix<R> mean = Matrix<R>::Zero(s.conditional.rows(), s.conditional.cols());
    R x_given_b = 0, theta_given_b = 0, joint_given_b = 0, phi = 0, noise = 0, mass = 0, shown = 0, inner = 0,
      x_noise = 0, between = 0;
    Vector<R> mean_round_off = Vector<R>::Zero(s.theta_weight.size());
    std::map<std::string, R> totals;
    std::array<R, 4> tails{};
    for (std::size_t b = 0; b < histories.size(); ++b) {
      mean += probability[static_cast<Eigen::Index>(b)] * histories[b].joint[j];
      if (histories[b].round_off.size())  // none where densities are exact but for their own rounding
        mean_round_off += probability[static_cast<Eigen::Index>(b)] * histories[b].round_off;
    }
    for (std::size_t b = 0; b < histories.size(); ++b) {
      const R& p = probability[static_cast<Eigen::Index>(b)];
      const Vector<R> rho = histories[b].joint[j] * s.x_weight;
      if (!(rho.maxCoeff() > 0)) continue;  // so rare that nothing of it is followed
      const auto state = joint_state(s, energy, histories[b].joint[j]);
      x_given_b += p * state.entropy_x;
      theta_given_b += p * state.entropy_theta;
      joint_given_b += p * state.entropy_joint;
      phi += p * state.energy;
      shown += p * conditional_divergence(s, histories[b].joint[j], mean);
      for (const auto& [name, values] : histories[b].totals) totals[name] += p * values[j];
      for (std::size_t k = 0; k < tails.size() && !histories[b].tails.empty(); ++k)
        tails[k] += p * histories[b].tails[j][k];
      const auto& r = histories[b].round_off;
      if (r.size()) {
        inner += p * conditional_noise(s, histories[b].joint[j], r);
        x_noise += p * marginal_noise<R>(histories[b].joint[j].transpose() * s.theta_weight, r.dot(s.theta_weight));
        between += p * divergence_noise(s, histories[b].joint[j], r, mean, mean_round_off);
      }
      for (Eigen::Index i = 0; i < r.size(); ++i)
        if (r[i] > 0) {  // an error r changes rho ln rho by r (1 + |ln rho|), or by r |ln r| where rho < r
          mass += p * s.theta_weight[i] * r[i];
          noise += p * s.theta_weight[i] * r[i] * (2 + fabs(log(rho[i] > r[i] ? rho[i] : r[i])));
        }
    }
    const Vector<R> all_x = mean.transpose() * s.theta_weight, all_theta = mean * s.x_weight;
    const R x = marginal_entropy(s.x_weight, all_x), theta = marginal_entropy(s.theta_weight, all_theta);
    const R joint = joint_entropy(s, mean);
    const R rounding = 16 * num::epsilon<R>() * (1 + fabs(joint) + fabs(joint_given_b) + fabs(phi));
    if (tails[0] > 0) {  // spread over nodes where the density is no larger
      const R in_logarithms = tails[0] * (2 - log(tails[0]));
      for (R* n : {&noise, &inner, &x_noise, &between}) *n += in_logarithms;
    }
    noise += rounding;
    between += rounding;
    inner = std::max(inner, conditional_noise(s, mean, mean_round_off)) + rounding;
    x_noise = std::max(x_noise, marginal_noise(all_x, mean_round_off.dot(s.theta_weight))) + rounding;
    row["entropy_theta"] = {theta, noise};
    row["entropy_theta_given_b"] = {theta_given_b, noise};
    row["entropy_x"] = {x, x_noise};
    row["entropy_x_given_b"] = {x_given_b, x_noise};
    row["entropy_x_given_theta"] = {joint_given_b - theta_given_b, inner};
    row["m_info"] = {theta - theta_given_b, std::min(R(2 * noise), between)};
    row["l_info"] = {x - x_given_b, 2 * x_noise};
    row["info_x_theta"] = {x + theta - joint, x_noise + inner};
    row["info_x_theta_given_b"] = {x_given_b + theta_given_b - joint_given_b, x_noise + inner};
    const R shared = between + 2 * x_noise;  // I(Theta;B|X) = D(P || mean) - I(X;B)
    row["r_info"] = {joint - x - joint_given_b + x_given_b, shared};
    row["_r_info_relative"] = {shown, shared};
    row["_info_x_b_given_theta"] = {joint - theta - joint_given_b + theta_given_b, 2 * inner};
    row["_phi"] = {phi, noise};
    // real x: what round-off of the density is multiplied with in moments, the largest energy that matters, squared
    R tail = 1;
    for (Eigen::Index k = 0; s.x_weight[0] != 1 && k < mean.cols(); ++k)
      for (Eigen::Index i = 0; i < mean.rows(); ++i)
        if (mean(i, k) > num::epsilon<R>() && energy(i, k) * energy(i, k) > tail) tail = energy(i, k) * energy(i, k);
    for (const auto& [name, value] : totals) {
      static const std::set<std::string> linear{"heat_x",    "work_x",    "_heat_x_1", "_heat_x_2", "_heat_x_3",
                                                "_work_x_1", "_work_x_2", "_work_x_3", "ift_theta"};
      R share = linear.count(name) ? R(2 * mass) : R(2 * noise);
      if (name == "ift_theta") share *= 2;  // its modes decay twice: there and back
      if (name.ends_with("_2") || name.ends_with("_3")) share *= tail;
      row[name] = {value, (share + 64 * num::epsilon<R>()) * (1 + fabs(value))};
      if (linear.count(name) && name != "ift_theta")
        row[name].noise += tails[name.ends_with("_2") ? 2 : name.ends_with("_3") ? 3 : 1];
      if (name == "ep_x") row[name].noise += tails[1];
    }
    if (const auto hidden = row.find("_flow_hidden"); hidden != row.end()) {
      for (const char* q : {"flow_x", "flow_theta", "ep_x"}) row[q].noise += fabs(hidden->second.value);
      row.erase("_flow_hidden");
    }
    if (const auto hidden = row.find("_flow_theta_hidden"); hidden != row.end()) {
      row["_flow_theta_direct"].noise += fabs(hidden->second.value);
      row.erase("_flow_theta_hidden");
    }
  }
  const Row<R> start = rows.front();
  for (auto& row : rows) {
    row["ep_x_given_b"] = row["entropy_x_given_b"] - start.at("entropy_x_given_b") - row["heat_x"];
    row["ep_x_naive"] = row["entropy_x"] - start.at("entropy_x") - row["heat_x"];
    row["reservoir_gap"] = -row["heat_x"] - row["m_info"];
  }
}

#define CALOR_INSTANTIATE(R)                                                                                           \
  template struct Ledger<R>;                                                                                           \
  template void clear_tails(const R&, Matrix<R>&);                                                                     \
  template class TailNoise<R>;                                                                                         \
  template Matrix<R> energies(const info::Spaces<R>&);                                                                 \
  template std::function<Matrix<R>(const Matrix<R>&)> redraw(const info::Spaces<R>&, const std::vector<Eigen::Index>&, \
                                                             const R&);                                                \
  template JointState<R> joint_state(const info::Spaces<R>&, const Matrix<R>&, const Matrix<R>&);                      \
  template void joint_rows(const info::Spaces<R>&, const Matrix<R>&, const Vector<R>&,                                 \
                           const std::vector<JointHistory<R>>&, std::span<Row<R>>);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::thermo
