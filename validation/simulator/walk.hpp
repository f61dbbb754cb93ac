#pragma once
// One replicate on its way: B is drawn, then Theta and X move from one point of time to the next.

#include <vector>

#include "validation/simulator/setting.hpp"
#include "validation/simulator/stream.hpp"

namespace calor::simulator {

/// What has accumulated since t = 0.
struct Sums {
  double heat_theta = 0, work_theta = 0, medium = 0, forward = 0, backward = 0, heat_x = 0, work_x = 0;
};

class Walk {
 public:
  /// `data` numbers the data set, `replicate` everything else.
  Walk(const Setting& setting, Key key, std::uint64_t data, std::uint64_t replicate, bool follow);

  /// Moves on to time t (>= the present one); X is current afterwards.
  void advance(double t);

  const std::vector<double>& theta() const { return theta_; }
  const std::vector<double>& x() const { return x_; }
  const std::vector<double>& statistic() const { return statistic_; }
  const std::vector<std::vector<double>>& examples() const { return examples_; }
  std::size_t state() const { return state_; }
  /// From now on, of a stream: [step][statistics].
  void keep_batches() { keep_batches_ = true; }
  const std::vector<double>& batches() const { return batches_; }
  const Sums& sums() const { return sums_; }
  /// jump: how often Theta went from i to j (i times states + j), and the time spent in each state.
  const std::vector<int>& transitions() const { return transitions_; }
  const std::vector<double>& dwell() const { return dwell_; }

 private:
  void draw_data();
  std::vector<double> draw_example(std::size_t i);
  void start();

  /// L without and with weight decay, for a statistic.
  double loss(const double* theta, const double* t) const;
  void slope(const double* theta, const double* t, double* out) const;

  // theta_moves.cpp
  void move_theta(double dt);
  void move_euler(double dt);
  void move_gaussian(double dt);
  void settle();
  void move_diffusion(double dt);  // diffusion_moves.cpp

  // sgld_moves.cpp
  void move_sgld();
  double log_kernel(const std::vector<double>& from, const std::vector<double>& to, double eta, double variance) const;
  void draw_batch(std::vector<double>& t);
  void enumerate_batches();

  // jump_moves.cpp
  void advance_jump(double duration, bool with_x);
  void jump_to(std::size_t state, double temperature, bool with_x);
  double jump_rate(std::size_t from, std::size_t to, double temperature) const;

  // x_moves.cpp
  void follow_theta(double dt);  // work, then a move of X over dt in continuous time
  void take_turn();              // the same with a discrete turn
  void move_x(double dt);
  void flip_sites(double duration);
  void sweep();
  double flip_probability(const std::string& kind, double change) const;
  double energy_x();  // phi_theta(x), computed once for each place

  const Setting& setting_;
  Stream data_, start_, theta_random_, x_random_, batch_random_;
  bool follow_;
  double time_ = 0;
  std::vector<double> theta_, x_, statistic_;
  std::vector<std::vector<double>> examples_;
  std::size_t state_ = 0;
  std::vector<double> state_loss_;  // jump, as are the next two
  std::vector<int> transitions_;
  std::vector<double> dwell_;
  Sums sums_;

  // sgld
  long seen_ = 0;              // steps of a stream
  std::vector<double> fresh_;  // statistic of a stream's last batch
  bool keep_batches_ = false;
  std::vector<double> batches_;
  std::vector<std::vector<double>> batch_statistic_;  // distinct minibatches
  std::vector<double> batch_log_weight_;
  double energy_before_ = 0;                         // phi_theta(x) before the present move of Theta
  std::vector<double> slope_, old_slope_, change_;   // langevin
  double first_loss_ = 0;                            // L_B at t = 0
  std::vector<double> energy_theta_, energy_place_;  // where phi was computed last
  double energy_ = 0;
  double variance_ = 0, log_variance_ = 0;  // of the last step, and ln(2 pi variance)
};

}  // namespace calor::simulator
