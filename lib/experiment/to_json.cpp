// The experiment as JSON with the keys of the TOML format. Numbers are written from exact text, never through double.

#include <algorithm>

#include "experiment/experiment.hpp"
#include "experiment/json.hpp"
#include "experiment/model_form.hpp"
#include "experiment/text.hpp"

namespace calor::experiment {

namespace {

bool terminates(const Rational& q) { return num::terminating_text(q, 8000).has_value(); }

Json atom(const auto& value) { return {write(value), {}}; }

/// first, first + d, …, with a d that is not a decimal: written as its ends, which are.
bool needs_ends(const std::vector<Rational>& list) {
  if (list.size() < 2 || !terminates(list.front()) || !terminates(list.back())) return false;
  if (std::all_of(list.begin(), list.end(), terminates)) return false;
  const Rational d = list[1] - list[0];
  for (std::size_t k = 0; k < list.size(); ++k) {
    if (list[k] != list[0] + d * static_cast<int>(k)) return false;
  }
  return true;
}

Json write_schedule(const Schedule& s) {
  if (s.constant()) return s.values.empty() ? atom(0) : atom(s.values.front());
  Json json;
  json.add("times", atom(s.times));
  json.add("values", atom(s.values));
  return json;
}

Json write_model(const Model& m) {
  Json json;
  json.add("kind", atom(m.kind));
  if (const auto& form = form_of(m); form.write) form.write(m, json);
  return json;
}

std::string one_or_list(const auto& list) { return list.size() == 1 ? write(list.front()) : write(list); }

Json write_target(const Data& d) {
  if (d.file.empty() && !d.probabilities.empty()) return atom(d.probabilities);
  Json json;
  if (!d.file.empty()) {
    json.add("file", atom(d.file));
    json.add("column", {one_or_list(d.columns), {}});
    return json;
  }
  if (!d.mean.empty() && d.variance.empty()) {
    json.add("rate", atom(d.mean.front()));
    return json;
  }
  if (!d.mean.empty()) json.add("mean", {one_or_list(d.mean), {}});
  if (!d.weights.empty()) json.add("weights", atom(d.weights));
  std::vector<std::string> stddevs;
  for (const auto& variance : d.variance) {
    // Exact for every target that was written as a standard deviation; sqrt by integers, to 40 digits, for others.
    const auto root = num::exact_sqrt(variance);
    stddevs.push_back(root ? write(*root) : num::decimal_text(num::rounded_sqrt(variance, 45), 40));
  }
  json.add("stddev", {stddevs.size() == 1 ? stddevs.front() : "[" + join(stddevs) + "]", {}});
  return json;
}

Json write_data(const Data& d) {
  Json json;
  if (d.source == Data::Source::target) json.add("size", atom(d.size));
  if (d.source == Data::Source::counts) json.add("counts", atom(d.counts));
  if (d.source == Data::Source::values) json.add("values", atom(d.values));
  if (d.source == Data::Source::target || d.source == Data::Source::stream) json.add("target", write_target(d));
  return json;
}

Json write_states(const std::vector<std::vector<Rational>>& states) {
  std::vector<Rational> line;
  for (const auto& state : states) {
    if (state.size() == 1) line.push_back(state.front());
  }
  if (line.size() != states.size() || !needs_ends(line)) return atom(states);
  Json json;
  json.add("from", atom(line.front()));
  json.add("to", atom(line.back()));
  json.add("count", atom(static_cast<int>(line.size())));
  return json;
}

Json write_learner(const Learner& l) {
  Json json;
  json.add("kind", atom(l.kind));
  if (l.kind == "langevin") json.add("mobility", write_schedule(l.mobility));
  if (l.kind == "sgld" || l.kind == "sgd-diffusion") json.add("learning_rate", write_schedule(l.learning_rate));
  if (l.kind == "sgld") json.add("batch", atom(l.batch));
  if (l.batch_size > 0) json.add("batch_size", atom(l.batch_size));
  if (l.kind == "jump") {
    json.add("states", write_states(l.states));
    json.add("rate", atom(l.rate));
    json.add("acceptance", atom(l.acceptance));
  }
  json.add("temperature", write_schedule(l.temperature));
  json.add("weight_decay", atom(l.weight_decay));
  if (l.kind == "jump") {
    json.add("initial", atom(l.initial_probabilities));
  } else {
    Json initial;
    initial.add("mean", atom(l.initial_mean));
    initial.add("stddev", atom(l.initial_stddev));
    json.add("initial", initial);
  }
  return json;
}

Json write_sampler(const Sampler& s) {
  Json json;
  json.add("kind", atom(s.kind));
  if (s.rate) json.add("rate", atom(*s.rate));
  if (s.probability) json.add("probability", atom(*s.probability));
  if (s.sweeps) json.add("sweeps", atom(*s.sweeps));
  return json;
}

Json write_time(const Time& t) {
  Json json;
  if (needs_ends(t.points) && t.points.front() == 0) {
    json.add("end", atom(t.points.back()));
    json.add("count", atom(static_cast<int>(t.points.size())));
  } else {
    json.add("points", atom(t.points));
  }
  if (t.step) json.add("step", atom(*t.step));
  return json;
}

}  // namespace

std::string to_json(const Experiment& e, int indent) {
  Json json;
  if (!e.title.empty()) json.add("title", atom(e.title));
  json.add("model", write_model(e.model));
  json.add("data", write_data(e.data));
  json.add("learner", write_learner(e.learner));
  json.add("sampler", write_sampler(e.sampler));
  json.add("time", write_time(e.time));
  Json accuracy;
  accuracy.add("digits", atom(e.digits));
  json.add("accuracy", accuracy);
  return render(json, indent);
}

}  // namespace calor::experiment
