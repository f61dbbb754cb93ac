#include "validation/simulator/setting.hpp"

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"
#include "num/exact.hpp"

namespace calor::simulator {

namespace {

using experiment::Experiment;
using num::from_rational;

std::vector<double> numbers(const std::vector<num::Rational>& in) {
  std::vector<double> out;
  for (const auto& q : in) out.push_back(from_rational<double>(q));
  return out;
}

void read_data(const Experiment& e, Setting& s) {
  using Source = experiment::Data::Source;
  const auto& d = e.data;
  s.size = d.size;
  s.stream = d.source == Source::stream;
  if (d.source == Source::counts) {
    for (std::size_t x = 0; x < d.counts.size(); ++x)
      for (int i = 0; i < d.counts[x]; ++i) s.examples.push_back({static_cast<double>(x)});
  }
  for (std::size_t i = 0; d.source == Source::values && i < d.values.size(); ++i) {
    auto x = numbers(d.values[i]);
    if (e.model.kind == "linear-regression") x.insert(x.begin(), static_cast<double>(i));
    s.examples.push_back(x);
  }
  s.target = numbers(d.probabilities);
  s.target_mean = numbers(e.model.kind == "linear-regression" ? d.weights : d.mean);
  if (s.model->endless())  // the logarithm of the rate
    for (double& rate : s.target_mean) rate = logarithm(rate);
  for (const double v : numbers(d.variance)) s.target_stddev.push_back(std::sqrt(v));
}

void read_learner(const Experiment& e, Setting& s) {
  const auto& l = e.learner;
  s.temperature = Schedule(l.temperature);
  s.weight_decay = from_rational<double>(l.weight_decay);
  s.start_mean = numbers(l.initial_mean);
  s.start_stddev = numbers(l.initial_stddev);
  if (l.kind == "jump") {
    s.mover = Mover::jump;
    for (const auto& state : l.states) s.states.push_back(numbers(state));
    s.start_probability = numbers(l.initial_probabilities);
    s.jump_rate = from_rational<double>(l.rate);
    s.acceptance = l.acceptance;
  } else if (l.kind == "langevin") {
    s.mobility = Schedule(l.mobility);
    const bool linear = e.model.kind == "gaussian-mean";
    s.mover = linear && s.mobility.constant() && s.temperature.constant() ? Mover::gaussian : Mover::euler;
  } else {
    s.learning_rate = Schedule(l.learning_rate);
    s.mover = l.kind == "sgld" ? Mover::sgld : Mover::diffusion;
    s.batch = l.batch == "full" && l.kind == "sgld" ? 0 : l.batch_size;
  }
}

void read_sampler(const Experiment& e, Setting& s) {
  s.sampler = e.sampler.kind;
  if (e.sampler.rate) s.rate = from_rational<double>(*e.sampler.rate);
  if (e.sampler.probability) s.probability = from_rational<double>(*e.sampler.probability);
  if (e.sampler.sweeps) s.sweeps = *e.sampler.sweeps;
  if (e.time.step) s.turn = from_rational<double>(*e.time.step);
  s.times = numbers(e.time.points);
}

double default_step(const Setting& s) {
  const std::vector<double> origin(s.start_mean);
  double rate = s.weight_decay + s.model->curvature(origin.data());
  if (s.mover != Mover::diffusion) {
    double fastest = s.mobility.at(0);
    for (const double t : s.times) fastest = std::max(fastest, s.mobility.at(t));
    rate *= fastest;
  }
  if (!s.equilibrium() && s.turn == 0) rate = std::max(rate, s.rate);
  return 0.02 / rate;
}

}  // namespace

Schedule::Schedule(const experiment::Schedule& schedule)
    : times_(numbers(schedule.times)), values_(numbers(schedule.values)) {}

double Schedule::at(double t) const {
  if (times_.empty() || t <= times_.front()) return values_.front();
  if (t >= times_.back()) return values_.back();
  const auto after = static_cast<std::size_t>(std::upper_bound(times_.begin(), times_.end(), t) - times_.begin());
  const double share = (t - times_[after - 1]) / (times_[after] - times_[after - 1]);
  return values_[after - 1] + share * (values_[after] - values_[after - 1]);
}

long Setting::steps_over(double span) const {
  return std::max(1L, static_cast<long>(std::ceil(span / micro * (1 - 1e-12))));
}

Setting make_setting(const Experiment& e, double step) {
  Setting s;
  s.experiment = &e;
  s.model = make_model(e);
  read_data(e, s);
  read_learner(e, s);
  read_sampler(e, s);
  if (s.mover == Mover::jump) s.start_mean = s.states.front();
  s.micro = step > 0 ? step : default_step(s);
  return s;
}

}  // namespace calor::simulator
