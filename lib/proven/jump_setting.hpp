#pragma once
// The pieces of a jump experiment in balls, and what one data set contributes.

#include "proven/finite_model.hpp"

namespace calor::proven {

struct JumpSetting {
  const experiment::Experiment* experiment = nullptr;
  std::size_t states = 0, outcomes = 0;
  std::vector<Balls> energy, conditional;  // [state][outcome]: -ln p(x|theta), p(x|theta)
  std::vector<std::vector<Ball>> x_rates;  // [state][from * outcomes + to]; empty unless X lags in continuous time
  Balls initial, decay;                    // [state]: probability, weight decay's part of the loss
  Ball temperature;
  std::vector<num::Rational> points;
};

JumpSetting jump_setting(const experiment::Experiment& experiment, const std::vector<num::Rational>& points);

/// L_B without weight decay at the states.
Balls fit_of(const JumpSetting& setting, const DataSet& set);

/// Rates between neighbouring states for the loss with weight decay.
std::vector<Move> learner_moves(const JumpSetting& setting, const Balls& loss);

/// What X's turns have added up to (time.step).
struct Turns {
  Ball heat_x, work_x, flow_x, flow_theta, ep_x, ep_x_path;
};

/// The law of (Theta, X) given B at each point, and the accumulated functionals.
struct History {
  Balls loss, fit;
  std::vector<Balls> theta;  // [point][state]
  std::vector<Balls> joint;  // [point][state * outcomes + x]; empty with the equilibrium sampler in continuous time
  Balls fisher, heat_theta;  // [point]
  Balls heat_x, work_x;      // [point]; samplers that lag in continuous time
  std::vector<Turns> turns;  // [point]; with time.step
};

History follow(const JumpSetting& setting, const DataSet& set);

/// The part of follow() with time.step: joint laws and turns.
void follow_turns(const JumpSetting& setting, History& history);
double work_of_turns(const JumpSetting& setting);

/// Work of follow() in multiplications of balls.
double work_of(const JumpSetting& setting, const DataSet& set);

/// X_0 ~ p(.|Theta_0).
Balls equilibrium_start(const JumpSetting& setting);

/// Sites of single-site moves; 0 for models without.
int sites_of(const experiment::Model& model);

/// Probability (or rate at unit rate) of a flip that raises phi by `rise`: gibbs and glauber 1/(1 + e^rise), metropolis
/// min(1, e^-rise).
Ball flip(const std::string& sampler, const Ball& rise);

/// Rates of X at one theta, [from * outcomes + to].
std::vector<Ball> x_rates(const experiment::Experiment& experiment, const Balls& energy, const Balls& conditional);

}  // namespace calor::proven
