// [learner]

#include <algorithm>
#include <set>

#include "experiment/kinds.hpp"
#include "experiment/sections.hpp"

namespace calor::experiment {

namespace {

constexpr int most_states = 1'000'000;
constexpr int most_batch = 1'000'000'000;

Rational read_size(const Value& value, bool may_be_zero) {
  return may_be_zero ? value.nonnegative() : value.positive();
}

/// A number, or { times, values }: piecewise linear between the times, constant before the first and after the last.
Schedule read_schedule(const Value& value, bool may_be_zero = false) {
  if (value.kind() == Node::Kind::number) return {{}, {read_size(value, may_be_zero)}};
  if (value.kind() != Node::Kind::table)
    value.refuse("not a number", "allowed: a number, { times = […], values = […] }");
  value.only({"times", "values"});
  const Value times = value.get("times", "a list of times"),
              values = value.get("values", "a list of values, one a time");
  Schedule schedule;
  for (const auto& time : times.list()) {
    schedule.times.push_back(time.nonnegative());
    const auto n = schedule.times.size();
    if (n > 1 && schedule.times[n - 1] <= schedule.times[n - 2]) {
      time.refuse("the times do not increase", "allowed: strictly increasing times");
    }
  }
  if (schedule.times.size() < 2) times.refuse("too few times", "allowed: two or more; a constant is a plain number");
  for (const auto& entry : values.list_of(schedule.times.size(), "one a time")) {
    schedule.values.push_back(read_size(entry, may_be_zero));
  }
  return schedule;
}

/// One number a parameter; with one parameter the list may be left off.
std::vector<Value> per_parameter(const Value& value, std::size_t parameters) {
  if (parameters == 1 && value.kind() == Node::Kind::number) return {value};
  return value.list_of(parameters, "one a parameter");
}

/// A start at a point (stddev 0) is for learners without noise.
void read_gaussian_start(const Value& initial, std::size_t parameters, Learner& l) {
  const bool may_be_point = l.temperature.constant() && l.temperature.values.front() == 0 && l.kind != "sgd-diffusion";
  initial.expect_table("{ mean = […], stddev = […] }, one entry a parameter");
  initial.only({"mean", "stddev"});
  for (const auto& mean : per_parameter(initial.get("mean", "a list, one a parameter"), parameters)) {
    l.initial_mean.push_back(mean.number());
  }
  for (const auto& stddev : per_parameter(initial.get("stddev", "a list, one a parameter"), parameters)) {
    l.initial_stddev.push_back(read_size(stddev, may_be_point));
  }
}

/// { from, to, count }: from + k (to - from)/(count - 1), both ends included.
std::vector<std::vector<Rational>> expand_states(const Value& states, std::size_t parameters) {
  states.only({"from", "to", "count"});
  if (parameters != 1) {
    states.complain("{ from, to, count } is for one parameter, this model has " + std::to_string(parameters),
                    "allowed: a list with one vector a state");
  }
  const Rational from = states.get("from", "the first state").number();
  const Value last = states.get("to", "the last state");
  const int count = states.get("count", "the number of states").integer(2, most_states);
  if (last.number() == from) last.refuse("the same as from", "allowed: another number");
  std::vector<std::vector<Rational>> all;
  for (int k = 0; k < count; ++k) all.push_back({from + (last.number() - from) * Rational(k, count - 1)});
  return all;
}

std::vector<std::vector<Rational>> read_states(const Value& states, std::size_t parameters) {
  if (states.kind() == Node::Kind::table) return expand_states(states, parameters);
  std::vector<std::vector<Rational>> all;
  std::set<std::vector<Rational>> seen;
  for (const auto& state : states.list()) {
    std::vector<Rational> theta;
    for (const auto& entry : per_parameter(state, parameters)) theta.push_back(entry.number());
    if (!seen.insert(theta).second) state.complain("the state occurs twice", "allowed: each state once");
    all.push_back(theta);
  }
  if (all.size() < 2) states.refuse("too few states", "allowed: at least two");
  return all;
}

void read_jump(const Value& section, std::size_t parameters, Learner& l) {
  l.states = read_states(section.get("states", "[[…],…] or { from = …, to = …, count = … }"), parameters);
  l.rate = section.get("rate", "a number > 0").positive();
  const std::vector<std::string> acceptances{"metropolis", "heat-bath", "arrhenius"};
  l.acceptance = section.get("acceptance", "metropolis, heat-bath, arrhenius").choice(acceptances);
  const Value initial = section.get("initial", "a list of probabilities, one a state");
  l.initial_probabilities = initial.probabilities(l.states.size(), "one a state");
}

void read_batch(const Value& section, Learner& l) {
  if (const auto batch = section.find("batch")) l.batch = batch->choice({"full", "minibatch", "stream"});
  const bool draws = l.kind == "sgd-diffusion" || l.batch != "full";
  const auto size = section.find("batch_size");
  if (size && !draws) size->refuse("the batch is full", "allowed: batch_size with batch = \"minibatch\" or \"stream\"");
  if (l.batch == "stream") l.batch_size = 1;
  if (size || (draws && l.batch != "stream")) {
    l.batch_size = section.get("batch_size", "the number of examples in a batch").integer(1, most_batch);
  }
}

}  // namespace

Learner read_learner(const Value& section, const Model& model) {
  Learner l;
  l.kind = read_kind(section, learner_kinds());
  const auto n = static_cast<std::size_t>(parameters(model));
  if (l.kind == "langevin") l.mobility = read_schedule(section.get("mobility", "a number > 0, or a schedule"));
  if (l.kind == "sgld" || l.kind == "sgd-diffusion") {
    l.learning_rate = read_schedule(section.get("learning_rate", "a number > 0, or a schedule"));
    read_batch(section, l);
  }
  const Value temperature = section.get("temperature", "a number > 0, or a schedule");
  const bool limit = temperature.kind() == Node::Kind::number && (l.kind == "sgld" || model.kind == "gaussian-mean");
  l.temperature = read_schedule(temperature, l.kind == "sgd-diffusion" || (limit && l.kind != "jump"));
  if (const auto decay = section.find("weight_decay")) l.weight_decay = decay->nonnegative();
  if (l.kind == "jump") {
    read_jump(section, n, l);
  } else {
    read_gaussian_start(section.get("initial", "{ mean = […], stddev = […] }, one entry a parameter"), n, l);
    const bool wide =
        std::any_of(l.initial_stddev.begin(), l.initial_stddev.end(), [](const auto& s) { return s > 0; });
    if (limit && l.kind == "sgld" && model.kind != "gaussian-mean" && l.temperature.values.front() == 0 && wide)
      temperature.refuse("not positive", "allowed: a number > 0, or 0 if the start is a point (initial.stddev 0)");
  }
  return l;
}

}  // namespace calor::experiment
