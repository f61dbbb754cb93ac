#pragma once
// The pieces of a jump experiment in balls, and what one data set contributes.

#include "proven/finite_model.hpp"

namespace calor::proven {

struct JumpSetting {
  const experiment::Experiment* experiment = nullptr;
  std::size_t states = 0, outcomes = 0;
  std::vector<Balls> energy, conditional;  // [state][outcome]: -ln p(x|theta), p(x|theta)
  std::vector<std::vector<Ball>> x_rates;  // [state][from * outcomes + to]; empty with the equilibrium sampler
  Balls initial, decay;                    // [state]: probability, weight decay's part of the loss
  Ball temperature;
  std::vector<num::Rational> points;
};

JumpSetting jump_setting(const experiment::Experiment& experiment, const std::vector<num::Rational>& points);

/// L_B without weight decay at the states.
Balls fit_of(const JumpSetting& setting, const DataSet& set);

/// Rates between neighbouring states for the loss with weight decay.
std::vector<Move> learner_moves(const JumpSetting& setting, const Balls& loss);

/// The law of (Theta, X) given B at each point, and the accumulated linear functionals.
struct History {
  Balls loss, fit;
  std::vector<Balls> theta;  // [point][state]
  std::vector<Balls> joint;  // [point][state * outcomes + x]; empty with the equilibrium sampler
  Balls fisher, heat_theta;  // [point]
  Balls heat_x, work_x;      // [point]; lagging samplers
};

History follow(const JumpSetting& setting, const DataSet& set);

/// Work of follow() in multiplications of balls.
double work_of(const JumpSetting& setting, const DataSet& set);

}  // namespace calor::proven
