#include "proven/jump_setting.hpp"

#include <bit>

#include "experiment/kinds.hpp"
#include "proven/information.hpp"

namespace calor::proven {

namespace {

using num::Rational;

/// a(u): metropolis min(1, e^{-u}), heat-bath 1/(1 + e^u), arrhenius e^{-u/2}.
Ball acceptance(const std::string& kind, const Ball& u) {
  if (kind == "heat-bath") return 1 / (1 + exp(u));
  if (kind == "arrhenius") return exp(-u / 2);
  return u < Ball(0) ? Ball(1) : min(Ball(1), exp(-u));
}

/// sum over moves out of each state of rate * gain(move).
template <class Gain>
Balls per_move(const Chain& chain, const Gain& gain) {
  Balls out(static_cast<std::size_t>(chain.states));
  for (const auto& move : chain.moves)
    out[static_cast<std::size_t>(move.from)] +=
        move.rate * gain(static_cast<std::size_t>(move.from), static_cast<std::size_t>(move.to));
  return out;
}

/// The learner alone: 𝓕 (theory.md I13 for jumps) and the heat current, both linear in the density.
void follow_theta(const JumpSetting& s, History& h) {
  const Chain chain{static_cast<int>(s.states), learner_moves(s, h.loss)};
  const std::vector<Balls> functionals{
      per_move(chain,
               [&](std::size_t i, std::size_t j) { return relative_entropy(s.conditional[i], s.conditional[j]); }),
      per_move(chain, [&](std::size_t i, std::size_t j) { return h.loss[j] - h.loss[i]; })};
  Balls rho = s.initial;
  Ball fisher, heat;
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    if (j > 0) {
      const auto flight = advance(chain, rho, functionals, Ball(Rational(s.points[j] - s.points[j - 1])));
      rho = flight.state;
      fisher += flight.integrals[0];
      heat += flight.integrals[1];
    }
    h.theta.push_back(rho);
    h.fisher.push_back(fisher);
    h.heat_theta.push_back(heat);
  }
}

/// Theta and X together; state (theta_i, x_k) has index i K + k.
Chain joint_chain(const JumpSetting& s, const Balls& loss) {
  Chain chain{static_cast<int>(s.states * s.outcomes), {}};
  const int width = static_cast<int>(s.outcomes);
  for (const auto& move : learner_moves(s, loss))
    for (int k = 0; k < width; ++k) chain.moves.push_back({move.from * width + k, move.to * width + k, move.rate});
  for (std::size_t i = 0; i < s.x_rates.size(); ++i)
    for (int x = 0; x < width; ++x)
      for (int y = 0; y < width; ++y)
        if (const Ball& rate = s.x_rates[i][static_cast<std::size_t>(x * width + y)]; rate > Ball(0))
          chain.moves.push_back({static_cast<int>(i) * width + x, static_cast<int>(i) * width + y, rate});
  return chain;
}

Ball energy_at(const JumpSetting& s, std::size_t a) { return s.energy[a / s.outcomes][a % s.outcomes]; }

/// heat_x: gains of phi while X moves; work_x: while Theta moves. Both linear in the joint density.
void follow_pair(const JumpSetting& s, History& h) {
  const Chain chain = joint_chain(s, h.loss);
  const auto gain_where = [&](bool x_moves) {
    return per_move(chain, [&](std::size_t a, std::size_t b) {
      return (a / s.outcomes == b / s.outcomes) == x_moves ? energy_at(s, b) - energy_at(s, a) : Ball(0);
    });
  };
  const std::vector<Balls> functionals{gain_where(true), gain_where(false)};
  Balls joint = equilibrium_start(s);
  Ball heat, work;
  for (std::size_t j = 0; j < s.points.size(); ++j) {
    if (j > 0) {
      const auto flight = advance(chain, joint, functionals, Ball(Rational(s.points[j] - s.points[j - 1])));
      joint = flight.state;
      heat += flight.integrals[0];
      work += flight.integrals[1];
    }
    h.joint.push_back(joint);
    h.heat_x.push_back(heat);
    h.work_x.push_back(work);
  }
}

double work_of_chain(const Chain& chain, const std::vector<Rational>& points, std::size_t functionals) {
  double work = 0;
  for (std::size_t j = 1; j < points.size(); ++j) {
    const double time = num::from_rational<double>(Rational(points[j] - points[j - 1]));
    work += std::min(uniformization_work(chain, functionals, time), exponential_work(chain, functionals, time));
  }
  return work;
}

}  // namespace

Ball flip(const std::string& kind, const Ball& rise) {
  return acceptance(kind == "metropolis" ? "metropolis" : "heat-bath", rise);
}

int sites_of(const experiment::Model& m) {
  return experiment::has_sites(m) ? std::countr_zero(static_cast<unsigned>(experiment::outcomes(m))) : 0;
}

std::vector<Ball> x_rates(const experiment::Experiment& e, const Balls& energy, const Balls& conditional) {
  const std::size_t k = energy.size();
  const Ball rate(*e.sampler.rate);
  std::vector<Ball> out(k * k);
  if (e.sampler.kind == "heat-bath") {
    for (std::size_t x = 0; x < k; ++x)
      for (std::size_t y = 0; y < k; ++y)
        if (x != y) out[x * k + y] = rate * conditional[y];
    return out;
  }
  for (std::size_t x = 0; x < k; ++x)
    for (int site = 0; site < sites_of(e.model); ++site) {
      const std::size_t y = x ^ (std::size_t{1} << site);
      out[x * k + y] = rate * flip(e.sampler.kind, energy[y] - energy[x]);
    }
  return out;
}

Balls equilibrium_start(const JumpSetting& s) {
  Balls out;
  for (std::size_t i = 0; i < s.states; ++i)
    for (const auto& p : s.conditional[i]) out.push_back(s.initial[i] * p);
  return out;
}

JumpSetting jump_setting(const experiment::Experiment& e, const std::vector<Rational>& points) {
  JumpSetting s;
  s.experiment = &e;
  s.states = e.learner.states.size();
  s.outcomes = static_cast<std::size_t>(outcomes_of(e.model));
  s.temperature = Ball(e.learner.temperature.values.front());
  s.points = points;
  for (std::size_t i = 0; i < s.states; ++i) {
    s.energy.push_back(energies(e.model, e.learner.states[i]));
    s.conditional.emplace_back();
    for (const auto& phi : s.energy.back()) s.conditional.back().push_back(exp(-phi));
    s.initial.emplace_back(e.learner.initial_probabilities[i]);
    Rational square = 0;
    for (const auto& entry : e.learner.states[i]) square += entry * entry;
    s.decay.emplace_back(Rational(e.learner.weight_decay * square / 2));
    if (e.sampler.kind != "equilibrium" && !e.time.step)
      s.x_rates.push_back(x_rates(e, s.energy.back(), s.conditional.back()));
  }
  return s;
}

Balls fit_of(const JumpSetting& s, const DataSet& set) {
  Balls out;
  for (std::size_t i = 0; i < s.states; ++i) {
    Ball sum;
    for (std::size_t x = 0; x < s.outcomes; ++x)
      if (set.counts[x] > 0) sum += Ball(set.counts[x]) * s.energy[i][x];
    out.push_back(sum / s.experiment->data.size);
  }
  return out;
}

std::vector<Move> learner_moves(const JumpSetting& s, const Balls& loss) {
  const auto& l = s.experiment->learner;
  const Ball rate(l.rate);
  std::vector<Move> out;
  for (std::size_t i = 0; i + 1 < s.states; ++i) {
    const Ball u = (loss[i + 1] - loss[i]) / s.temperature;
    const int from = static_cast<int>(i);
    out.push_back({from, from + 1, rate * acceptance(l.acceptance, u)});
    out.push_back({from + 1, from, rate * acceptance(l.acceptance, -u)});
  }
  return out;
}

History follow(const JumpSetting& s, const DataSet& set) {
  History h;
  h.fit = h.loss = fit_of(s, set);
  for (std::size_t i = 0; i < s.states; ++i) h.loss[i] += s.decay[i];
  follow_theta(s, h);
  if (!s.x_rates.empty()) follow_pair(s, h);
  if (s.experiment->time.step) follow_turns(s, h);
  return h;
}

double work_of(const JumpSetting& s, const DataSet& set) {
  Balls loss = fit_of(s, set);
  for (std::size_t i = 0; i < s.states; ++i) loss[i] += s.decay[i];
  double work = work_of_chain({static_cast<int>(s.states), learner_moves(s, loss)}, s.points, 2);
  if (s.experiment->time.step) work += work_of_turns(s);
  if (!s.x_rates.empty()) work += work_of_chain(joint_chain(s, loss), s.points, 2);
  return work;
}

}  // namespace calor::proven
