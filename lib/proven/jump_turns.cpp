// Theta moves for `time.step`, then X by one turn: everything is a finite sum of functionals of exact joint laws.

#include "proven/information.hpp"
#include "proven/jump_setting.hpp"

namespace calor::proven {

namespace {

using num::Rational;

/// One turn of X at one theta, column stochastic. `site_move(site)`: probabilities or rates of its flips, [from * K +
/// to].
BallMatrix identity(long n) {
  BallMatrix out(n, n);
  for (long i = 0; i < n; ++i) out.set(i, i, Ball(1));
  return out;
}

/// keep 1 + (1 - keep) p 1^T.
BallMatrix redraw(const Balls& p, const Ball& keep) {
  const long k = static_cast<long>(p.size());
  BallMatrix out(k, k);
  for (long x = 0; x < k; ++x)
    for (long y = 0; y < k; ++y) out.set(y, x, (1 - keep) * p[static_cast<std::size_t>(y)] + (x == y ? keep : Ball(0)));
  return out;
}

/// Sites in ascending order, each flips with its acceptance.
BallMatrix sweeps(const JumpSetting& s, const Balls& energy) {
  const auto& e = *s.experiment;
  const long k = static_cast<long>(energy.size());
  BallMatrix sweep = identity(k);
  for (int site = 0; site < sites_of(e.model); ++site) {
    BallMatrix move = identity(k);
    for (long x = 0; x < k; ++x) {
      const long y = x ^ (1L << site);
      const Ball q = flip(e.sampler.kind, energy[static_cast<std::size_t>(y)] - energy[static_cast<std::size_t>(x)]);
      move.add(y, x, q);
      move.add(x, x, -q);
    }
    sweep = move * sweep;
  }
  BallMatrix out = identity(k);
  for (int n = 0; n < e.sampler.sweeps.value_or(1); ++n) out = sweep * out;
  return out;
}

/// e^{step G} for the generator G of X's moves at their rate.
BallMatrix relaxation(const JumpSetting& s, std::size_t state) {
  const auto& e = *s.experiment;
  const long k = static_cast<long>(s.outcomes);
  const auto rates = x_rates(e, s.energy[state], s.conditional[state]);
  const Ball step(*e.time.step);
  BallMatrix generator(k, k);
  for (long x = 0; x < k; ++x)
    for (long y = 0; y < k; ++y) {
      const Ball amount = rates[static_cast<std::size_t>(x * k + y)] * step;
      generator.add(y, x, amount);
      generator.add(x, x, -amount);
    }
  return exp(generator);
}

BallMatrix turn_of(const JumpSetting& s, std::size_t state) {
  const auto& sampler = s.experiment->sampler;
  if (sampler.kind == "equilibrium") return redraw(s.conditional[state], Ball(0));
  if (sampler.rate) return relaxation(s, state);
  if (sampler.kind == "heat-bath") return redraw(s.conditional[state], Ball(Rational(1 - *sampler.probability)));
  return sweeps(s, s.energy[state]);
}

BallMatrix step_kernel(const JumpSetting& s, const Balls& loss) {
  const long n = static_cast<long>(s.states);
  const Ball step(*s.experiment->time.step);
  BallMatrix generator(n, n);
  for (const auto& move : learner_moves(s, loss)) {
    generator.add(move.to, move.from, move.rate * step);
    generator.add(move.from, move.from, -(move.rate * step));
  }
  return exp(generator);
}

Ball element(const BallMatrix& m, std::size_t i, std::size_t j) {
  return m.at(static_cast<long>(i), static_cast<long>(j));
}

/// P(theta', x) = sum_theta K(theta'|theta) P(theta, x).
Balls move_theta(const JumpSetting& s, const BallMatrix& kernel, const Balls& joint) {
  const std::size_t k = s.outcomes;
  Balls out(joint.size());
  for (std::size_t to = 0; to < s.states; ++to)
    for (std::size_t from = 0; from < s.states; ++from) {
      const Ball w = element(kernel, to, from);
      for (std::size_t x = 0; x < k; ++x)
        arb_addmul(out[to * k + x].get(), w.get(), joint[from * k + x].get(), Precision::bits());
    }
  return out;
}

Balls move_x(const JumpSetting& s, const std::vector<BallMatrix>& turns, const Balls& joint) {
  const std::size_t k = s.outcomes;
  Balls out(joint.size());
  for (std::size_t i = 0; i < s.states; ++i)
    for (std::size_t y = 0; y < k; ++y)
      for (std::size_t x = 0; x < k; ++x)
        arb_addmul(out[i * k + y].get(), element(turns[i], y, x).get(), joint[i * k + x].get(), Precision::bits());
  return out;
}

/// Functions of the joint law of one data set (as thermo::JointState).
struct State {
  Ball energy, theta, information, conditional;

  State(const JumpSetting& s, const Balls& joint) {
    for (std::size_t a = 0; a < joint.size(); ++a) energy += joint[a] * s.energy[a / s.outcomes][a % s.outcomes];
    theta = entropy(row_sums(joint, s.outcomes));
    const Ball both = entropy(joint);
    information = entropy(column_sums(joint, s.outcomes)) + theta - both;
    conditional = both - theta;
  }
};

/// sum_ij rho_i K_ji D(p_i || p_j): what the observer of the path of Theta sees of one redraw.
Balls path_cost(const JumpSetting& s, const BallMatrix& kernel) {
  Balls out(s.states);
  for (std::size_t i = 0; i < s.states; ++i)
    for (std::size_t j = 0; j < s.states; ++j)
      if (i != j) out[i] += element(kernel, j, i) * relative_entropy(s.conditional[i], s.conditional[j]);
  return out;
}

}  // namespace

void follow_turns(const JumpSetting& s, History& h) {
  const BallMatrix kernel = step_kernel(s, h.loss);
  std::vector<BallMatrix> turns;
  for (std::size_t i = 0; i < s.states; ++i) turns.push_back(turn_of(s, i));
  const Balls cost = path_cost(s, kernel);
  Balls joint = equilibrium_start(s);
  Turns sums;
  State state(s, joint);
  long done = 0;
  for (const Rational& point : s.points) {
    const Rational goal = point / *s.experiment->time.step;
    for (; done < goal; ++done) {
      sums.ep_x_path += dot(cost, row_sums(joint, s.outcomes));
      joint = move_theta(s, kernel, joint);
      const State moved(s, joint);
      joint = move_x(s, turns, joint);
      const State after(s, joint);
      sums.work_x += moved.energy - state.energy;
      sums.flow_theta += moved.information - state.information;
      sums.heat_x += after.energy - moved.energy;
      sums.flow_x += after.information - moved.information;
      sums.ep_x += after.conditional - moved.conditional - (after.energy - moved.energy);
      state = after;
    }
    h.joint.push_back(joint);
    h.turns.push_back(sums);
  }
}

double work_of_turns(const JumpSetting& s) {
  const double steps = num::from_rational<double>(Rational(s.points.back() / *s.experiment->time.step)),
               n = static_cast<double>(s.states), k = static_cast<double>(s.outcomes), logarithm = 50;
  return steps * (n * n * k + n * k * k + 2 * n * k * logarithm) + 30 * (n * n * n + n * k * k * k);
}

}  // namespace calor::proven
