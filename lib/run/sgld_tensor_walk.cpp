#include "run/sgld_tensor_walk.hpp"

#include <cmath>

#include "num/decompose.hpp"
#include "num/errors.hpp"
#include "num/product.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;

/// ln of what is positive; elsewhere as much as says nothing.
Field log_above_underflow(const Field& f) {
  return f.unaryExpr([](double x) { return x > 1e-300 ? std::log(x) : -HUGE_VAL; });
}

/// Largest change of ln rho where rho is above underflow.
double change(const Field& before, const Field& after) {
  double most = 0;
  for (Eigen::Index i = 0; i < after.size(); ++i)
    if (after[i] > 1e-280 && before[i] > 1e-280) most = std::max(most, std::fabs(std::log(after[i] / before[i])));
  return most;
}

/// sum_j gamma_j s_j, sum gamma = 1, that makes the change least; where that is not positive, the last state.
Field extrapolate(const std::vector<Field>& s) {
  const auto count = static_cast<Eigen::Index>(s.size()) - 1;
  const Field scale = s.back().cwiseMax(1e-12 * s.back().maxCoeff());  // differences relative to the density
  Matrix<double> changes(s.front().size(), count);
  for (Eigen::Index j = 0; j < count; ++j) {
    const auto k = static_cast<std::size_t>(j);
    changes.col(j) = s[k + 1] - s[k];
  }
  const Matrix<double> second =
      (changes.rightCols(count - 1) - changes.leftCols(count - 1)).array().colwise() / scale.array();
  const Field first = changes.col(0).cwiseQuotient(scale);
  const Field xi = num::least_squares(second, -first);
  const Field out = s.front() + changes.leftCols(count - 1) * xi;
  return (out.array() > 0).select(out, s.back());
}

}  // namespace

TensorMove::TensorMove(const TensorRoom& room, const learner::Batches<double>& batches, const learner::StepSize& size)
    : room_(room),
      eta_(num::from_rational<double>(size.rate)),
      temperature_(num::from_rational<double>(size.temperature)),
      weight_(batches.weight) {
  const double variance = 2 * eta_ * temperature_, norm = 1 / std::sqrt(2 * M_PI * variance);
  for (Eigen::Index c = 0; c < batches.statistic.cols(); ++c) {
    slope_.emplace_back();
    kernel_.emplace_back();
    for (std::size_t a = 0; a < 2; ++a) {
      const auto& axis = room.grid.axes[a];
      const Field slope = slope_.back()[a] =
          room.terms.slope[a] * batches.statistic.col(c) + room.weight_decay * room.theta[a];
      auto& kernel = kernel_.back()[a];
      kernel.resize(axis.size, slope.size());
      for (Eigen::Index k = 0; k < kernel.cols(); ++k)
        for (int i = 0; i < axis.size; ++i) {
          const double d = axis.node(i) - room.theta[a][k] + eta_ * slope[k];
          kernel(i, k) = norm * std::exp(-d * d / (2 * variance));
        }
    }
  }
  for (const auto& k : kernel_) second_transposed_.push_back(k[1].transpose());
  if (room_.model->outcomes() == 0) find_astray(batches);  // else gradients are bounded, and boxes wide enough
  if (weight_.size() > 1) {
    medium_ = medium_by_quadrature();
    return;
  }
  loss_ = room.terms.value * batches.statistic.col(0);
  for (const auto& theta : room.theta) loss_ += room.weight_decay / 2 * theta.cwiseAbs2();
}

void TensorMove::find_astray(const learner::Batches<double>& batches) {
  constexpr double logarithms = 50, generous = 3;
  const double w = room_.spaces.theta_weight[0];
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(batches.statistic.rows()));
  for (Eigen::Index i = 0; i < room_.grid.size(); ++i)
    for (std::size_t c = 0; c < weight_.size(); ++c) {
      const double lost = 1 - w * kernel_[c][0].col(i).sum() * kernel_[c][1].col(i).sum();
      if (lost < 1e-12) continue;  // of a kernel that lies in the box: what the quadrature leaves
      const auto column = static_cast<Eigen::Index>(c);
      std::array<double, 2> to{};
      double here = 0, loss = room_.terms.value.row(i).dot(batches.statistic.col(column)), there = 0, decay = 0;
      for (std::size_t a = 0; a < 2; ++a) {
        to[a] = room_.theta[a][i] - eta_ * slope_[c][a][i];
        here += slope_[c][a][i] * slope_[c][a][i];
        decay += room_.weight_decay / 2 * (room_.theta[a][i] * room_.theta[a][i] + to[a] * to[a]);
      }
      room_.model->components_at(to, jets);
      double landing = 0;
      std::array<double, 2> slope{room_.weight_decay * to[0], room_.weight_decay * to[1]};
      for (std::size_t k = 0; k < jets.size(); ++k) {
        const double share = batches.statistic(static_cast<Eigen::Index>(k), column);
        landing += share * jets[k].value;
        for (std::size_t a = 0; a < 2; ++a) slope[a] += share * jets[k].gradient[a];
      }
      for (const double g : slope) there += g * g;
      // |ln K/K'| (I8), theta' - theta = -eta g
      const double medium =
          eta_ * (2 * std::sqrt(here) * (std::sqrt(here) + std::sqrt(there)) + here + there) / (4 * temperature_);
      if (astray_.size() == 0) astray_ = Field::Zero(room_.grid.size());
      astray_[i] += generous * weight_[c] * lost * (logarithms + std::fabs(loss) + std::fabs(landing) + decay + medium);
    }
}

Field TensorMove::push(const Field& f) const {
  const Field weighted = room_.spaces.theta_weight[0] * f;
  Matrix<double> out = Matrix<double>::Zero(room_.grid.axes[0].size, room_.grid.axes[1].size);
  for (std::size_t c = 0; c < weight_.size(); ++c)
    num::add_product(kernel_[c][0] * Field(weight_[c] * weighted).asDiagonal(), second_transposed_[c], out);
  return Eigen::Map<const Field>(out.data(), out.size());  // axis 0 fastest
}

Field TensorMove::pull(const Field& f) const {
  const Eigen::Map<const Matrix<double>> values(f.data(), room_.grid.axes[0].size, room_.grid.axes[1].size);
  Field out = Field::Zero(f.size());
  for (std::size_t c = 0; c < weight_.size(); ++c)
    out += weight_[c] * kernel_[c][0].cwiseProduct(values * kernel_[c][1]).colwise().sum().transpose();
  return room_.spaces.theta_weight[0] * out;
}

double TensorMove::log_density(Eigen::Index from, Eigen::Index to) const {
  const double variance = 2 * eta_ * temperature_;
  double top = -HUGE_VAL, sum = 0;
  std::vector<double> exponent;
  for (std::size_t c = 0; c < weight_.size(); ++c) {
    double square = 0;
    for (std::size_t a = 0; a < 2; ++a) {
      const double d = room_.theta[a][to] - room_.theta[a][from] + eta_ * slope_[c][a][from];
      square += d * d;
    }
    exponent.push_back(std::log(weight_[c]) - square / (2 * variance));
    top = std::max(top, exponent.back());
  }
  for (const double x : exponent) sum += std::exp(x - top);
  return top + std::log(sum) - std::log(2 * M_PI * variance);
}

Field TensorMove::medium_by_quadrature() const {
  const Eigen::Index n = room_.grid.size(), side = room_.grid.axes[0].size;
  const double w = room_.spaces.theta_weight[0];
  std::vector<std::array<Matrix<double>, 2>> back_to;  // [batch][axis]: nodes x n_axis
  for (const auto& k : kernel_) back_to.push_back({k[0].transpose(), k[1].transpose()});
  Field out = Field::Zero(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    // what is left out is below 1e-22 a node, times a logarithm
    Field most[2] = {kernel_[0][0].col(i), kernel_[0][1].col(i)};
    for (const auto& k : kernel_)
      for (int a = 0; a < 2; ++a) most[a] = most[a].cwiseMax(k[static_cast<std::size_t>(a)].col(i));
    const auto window = [&](int a) {
      const double least = 1e-22 / (w * most[1 - a].maxCoeff());
      Eigen::Index first = 0, last = most[a].size();
      while (first < last && !(most[a][first] > least)) ++first;
      while (last > first && !(most[a][last - 1] > least)) --last;
      return std::pair(first, last);
    };
    const auto [left, right] = window(0);
    const auto [low, high] = window(1);
    const Eigen::Index length = right - left;
    if (length == 0) continue;
    Eigen::ArrayXd there(length), back(length);
    for (Eigen::Index y = low; y < high; ++y) {
      const Eigen::Index from = y * side + left;
      there.setZero();
      back.setZero();
      for (std::size_t c = 0; c < weight_.size(); ++c) {
        there += weight_[c] * kernel_[c][1](y, i) * kernel_[c][0].col(i).segment(left, length).array();
        back += weight_[c] * back_to[c][0].col(i % side).segment(from, length).array() *
                back_to[c][1].col(i / side).segment(from, length).array();
      }
      if (back.minCoeff() > 1e-290) {
        out[i] += w * (there * (there.max(1e-300) / back).log()).sum();
        continue;
      }
      for (Eigen::Index x = 0; x < length; ++x)
        if (there[x] > 1e-290) out[i] += w * there[x] * (log_density(i, from + x) - log_density(from + x, i));
    }
  }
  return out;
}

double TensorMove::medium(const Field& rho, const Field& next) const {
  const double w = room_.spaces.theta_weight[0];
  if (medium_.size()) return w * rho.dot(medium_);
  double sum = 0;
  for (std::size_t a = 0; a < 2; ++a) {
    const Field& slope = slope_.front()[a];
    const Field square = slope.cwiseAbs2();
    const double drift = -eta_ * w * rho.dot(square);  // <(theta' - theta) g>
    const double arrived =
        w * next.dot(room_.theta[a].cwiseProduct(slope)) - w * push(rho.cwiseProduct(room_.theta[a])).dot(slope);
    sum += -2 * (drift + arrived) + eta_ * w * (next - rho).dot(square);
  }
  return sum / (4 * temperature_);
}

Field TensorMove::log_stationary() const {
  constexpr int length = 9;
  const double w = room_.spaces.theta_weight[0];
  const auto step = [&](const Field& f) {
    const Field out = push(f);
    return Field(out / (w * out.sum()));
  };
  Field rho = step(Field::Constant(room_.grid.size(), 1.0));
  int stride = 1;
  for (int round = 0; round < 200; ++round) {
    std::vector<Field> states{rho};
    for (int k = 0; k < length; ++k) {
      Field next = states.back();
      for (int s = 0; s < stride; ++s) next = step(next);
      states.push_back(std::move(next));
    }
    const double first = change(states[0], states[1]), last = change(states[length - 1], states[length]);
    if (first < 2e-13) return log_above_underflow(states.back());
    if (last > 0.3 * first && stride < 64) stride *= 2;  // the slowest mode has hardly decayed
    rho = step(extrapolate(states));
  }
  throw AccuracyError(
      "the stationary density of a data set does not settle; leave out ep_theta_housekeeping and ep_theta_excess");
}

TensorWalk start_walk(const TensorRoom& room, const Field& initial, bool stream) {
  TensorWalk out;
  out.rho = initial;
  for (const char* q : {"ep_theta_medium", "heat_x", "work_x", "ep_x", "flow_x", "flow_theta"}) out.totals[q] = 0;
  if (stream)
    for (const char* q : {"heat_theta", "work_theta", "_stream_loss"}) out.totals[q] = 0;
  if (room.stationary)
    for (const char* q : {"ep_theta_housekeeping", "ep_theta_excess"}) out.totals[q] = 0;
  if (!room.turn) return out;
  out.joint = initial.asDiagonal() * room.spaces.conditional;
  out.state = thermo::joint_state(room.spaces, room.energy, out.joint);
  if (!room.moments) return out;
  out.fluctuations = thermo::Fluctuations<double>(out.joint);
  out.back = Field::Ones(initial.size());
  for (const auto& [name, value] : out.fluctuations.totals(room.spaces.theta_weight, room.spaces.x_weight))
    out.totals[name] = value;
  out.totals["ift_theta"] = room.spaces.theta_weight.dot(initial);
  return out;
}

namespace {

/// X is drawn anew from p(.|theta'), next = density of theta'.
void redraw(const TensorRoom& room, const TensorMove& move, const Field& next, TensorWalk& walk) {
  const Eigen::Index outcomes = room.energy.cols(), n = walk.rho.size();
  const double w = room.spaces.theta_weight[0];
  const Field& weight = room.spaces.x_weight;
  auto& total = walk.totals;
  const double entropy = w * walk.rho.dot(room.spaces.x_entropy), later = w * next.dot(room.spaces.x_entropy);
  double moved = 0, between = 0;  // <phi>, S(X|Theta', B) before X is redrawn
  for (Eigen::Index x = 0; x < outcomes; ++x) {
    if (weight[x] * w * walk.rho.dot(room.spaces.conditional.col(x)) < 1e-22) continue;    // nodes of a real x, far out
    const Field joint = move.push(walk.rho.cwiseProduct(room.spaces.conditional.col(x)));  // P(x, theta')
    moved += weight[x] * w * joint.dot(room.energy.col(x));
    double sum = 0;
    for (Eigen::Index i = 0; i < n; ++i)
      if (joint[i] > 0) sum -= joint[i] * std::log(joint[i] / next[i]);
    between += weight[x] * w * sum;
  }
  const Field before = w * room.spaces.conditional.transpose() * walk.rho,
              after = w * room.spaces.conditional.transpose() * next;
  const auto shannon = [&](const Field& p) {
    double sum = 0;
    for (Eigen::Index x = 0; x < outcomes; ++x)
      if (p[x] > 0) sum -= weight[x] * p[x] * std::log(p[x]);
    return sum;
  };
  total["work_x"] += moved - entropy;  // <phi> at equilibrium is S(X|Theta)
  total["heat_x"] += later - moved;
  total["ep_x"] += moved - between;
  total["flow_theta"] += entropy - between;  // S(X|B) stays
  total["flow_x"] += shannon(after) - shannon(before) - later + between;
}

/// Theta and X move in turn.
void take_turns(const TensorRoom& room, const TensorMove& move, const Field& next, TensorWalk& walk) {
  const auto theta_move = [&](const Matrix<double>& f) {
    Matrix<double> out(f.rows(), f.cols());
    for (Eigen::Index k = 0; k < f.cols(); ++k) out.col(k) = move.push(f.col(k));
    return out;
  };
  const Matrix<double> before = walk.joint, between = theta_move(before);
  const auto moved = thermo::joint_state(room.spaces, room.energy, between);
  walk.ledger.theta_moved(walk.state, moved);
  walk.joint = room.turn(between);
  walk.state = thermo::joint_state(room.spaces, room.energy, walk.joint);
  walk.ledger.x_moved(moved, walk.state);
  auto& total = walk.totals;
  total["heat_x"] = walk.ledger.heat_x;
  total["work_x"] = walk.ledger.work_x;
  total["ep_x"] = walk.ledger.ep_x;
  total["flow_x"] = walk.ledger.flow_x;
  total["flow_theta"] = walk.ledger.flow_theta;
  if (!room.moments) return;
  walk.fluctuations.theta_moved(room.energy, before, between, theta_move);
  walk.fluctuations.x_moved(room.energy, room.spaces.conditional, between, walk.joint, room.turn);
  for (const auto& [name, value] : walk.fluctuations.totals(room.spaces.theta_weight, room.spaces.x_weight))
    total[name] = value;
  walk.back = move.pull(walk.back);
  total["ift_theta"] = room.spaces.theta_weight.dot(next.cwiseProduct(walk.back));
}

}  // namespace

void advance(const TensorRoom& room, const TensorMove& move, const Field& log_stationary, bool stream,
             TensorWalk& walk) {
  const Eigen::Index n = walk.rho.size();
  const double w = room.spaces.theta_weight[0];
  auto& total = walk.totals;
  const Field next = move.push(walk.rho);
  const double medium = move.medium(walk.rho, next);
  total["ep_theta_medium"] += medium;
  if (move.astray().size()) total["_astray"] += w * walk.rho.dot(move.astray());
  if (log_stationary.size()) {  // I9
    double own = 0, relative = 0;
    const Field before = log_above_underflow(walk.rho), after = log_above_underflow(next);
    for (Eigen::Index i = 0; i < n; ++i) {
      if (!(log_stationary[i] > -HUGE_VAL)) continue;
      own += w * (walk.rho[i] - next[i]) * log_stationary[i];
      if (before[i] > -HUGE_VAL) relative += w * walk.rho[i] * (before[i] - log_stationary[i]);
      if (after[i] > -HUGE_VAL) relative -= w * next[i] * (after[i] - log_stationary[i]);
    }
    total["ep_theta_housekeeping"] += medium + own;
    total["ep_theta_excess"] += relative;
  }
  if (stream) {
    walk.stream.step(w * walk.rho.dot(move.loss()), w * next.dot(move.loss()));
    total["heat_theta"] = walk.stream.heat;
    total["work_theta"] = walk.stream.work;
    total["_stream_loss"] = walk.stream.change();
  }
  !room.turn ? redraw(room, move, next, walk) : take_turns(room, move, next, walk);
  walk.rho = next;
}

}  // namespace calor::run
