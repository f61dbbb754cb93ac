// [time] and [sampler]: which keys fit depends on the kind of time.

#include <algorithm>

#include "experiment/kinds.hpp"
#include "experiment/sections.hpp"

namespace calor::experiment {

namespace {

constexpr int most_points = 1'000'000;
constexpr int most_sweeps = 1'000'000;

std::vector<Rational> listed_points(const Value& list) {
  std::vector<Rational> points;
  for (const auto& item : list.list()) {
    const Rational t = item.number();
    if (t < 0) item.refuse("a negative time", "allowed: times >= 0");
    if (!points.empty() && t == points.back()) item.refuse("the time occurs twice", "allowed: increasing times");
    if (!points.empty() && t < points.back()) item.refuse("the times are not sorted", "allowed: increasing times");
    points.push_back(t);
  }
  if (points.empty()) list.refuse("no times", "allowed: at least one time >= 0");
  return points;
}

/// k · end / (count - 1), k = 0 … count - 1.
std::vector<Rational> spaced_points(const Value& section) {
  const Rational end = section.get("end", "the last time, > 0").positive();
  const int count = section.get("count", "the number of times").integer(2, most_points);
  std::vector<Rational> points;
  for (int k = 0; k < count; ++k) points.push_back(end * Rational(k, count - 1));
  return points;
}

void check_multiples(const Value& section, const std::vector<Rational>& points, const Rational& unit,
                     const std::string& what) {
  for (const auto& t : points) {
    if (denominator(Rational(t / unit)) == 1) continue;
    const std::string text = num::terminating_text(t, 40).value_or(num::decimal_text(t, 17));
    section.complain_about(section.has("points") ? "points" : "count", what + " (" + text + ")",
                           "allowed: multiples of " + num::decimal_text(unit));
  }
}

/// The keys of a sampler in the time of this experiment, of which it must have exactly one.
std::vector<std::string> fitting_keys(const std::string& sampler, const Experiment& e) {
  if (sampler == "equilibrium") return {};
  if (sampler == "ou" || !takes_turns(e)) return {"rate"};
  const std::string turn = sampler == "heat-bath" ? "probability" : "sweeps";
  return e.time.step ? std::vector<std::string>{turn, "rate"} : std::vector<std::string>{turn};
}

std::string kind_of_time(const Experiment& e) {
  if (e.learner.kind == "sgld") return "sgld (discrete time)";
  return e.time.step ? "time.step (discrete turns)" : "continuous time";
}

void check_fit(const Value& section, const std::string& sampler, const Model& model) {
  const bool site = sampler == "glauber" || sampler == "metropolis" || sampler == "gibbs";
  const std::string what = sampler + " does not fit model.kind = \"" + model.kind + "\"";
  if (site && !has_sites(model))
    section.complain_about("kind", what, "allowed: models of two-valued sites (bernoulli, ising, rbm)");
  if (sampler == "alternating" && !has_hidden_units(model))
    section.complain_about("kind", what, "allowed: models with hidden units (rbm)");
  if (sampler == "ou" && outcomes(model) > 0) section.complain_about("kind", what, "allowed: models with Gaussian x");
}

void check_keys(const Value& section, const std::string& sampler, const Experiment& e) {
  const auto fitting = fitting_keys(sampler, e);
  std::string choice, given;
  for (const auto& key : fitting) choice += (choice.empty() ? "" : " or ") + key;
  for (const std::string key : {"rate", "probability", "sweeps"}) {
    if (!section.has(key)) continue;
    if (std::find(fitting.begin(), fitting.end(), key) == fitting.end()) {
      section.complain_about(key, "the key does not go with " + sampler + " in " + kind_of_time(e),
                             "allowed: " + choice);
    }
    if (!given.empty()) section.complain_about(key, "beside " + given, "allowed: " + choice);
    given = key;
  }
  if (given.empty() && !fitting.empty())
    section.complain_about(fitting.front(), "the key is missing", "allowed: " + choice);
}

}  // namespace

Time read_time(const Value& section, const Learner& learner) {
  section.expect_table("a section of keys");
  section.only({"points", "end", "count", "step"});
  Time time;
  if (const auto points = section.find("points")) {
    for (const std::string key : {"end", "count"}) {
      if (section.has(key)) section.complain_about(key, "beside points", "allowed: points, or end and count");
    }
    time.points = listed_points(*points);
  } else {
    if (!section.has("end") && !section.has("count")) section.get("points", "points = […], or end and count");
    time.points = spaced_points(section);
  }
  if (const auto step = section.find("step")) {
    if (learner.kind == "sgld")
      step->complain("sgld takes steps of its own", "allowed: step with continuous-time learners");
    time.step = step->positive();
    check_multiples(section, time.points, *time.step, "a time is not a multiple of time.step");
  }
  if (learner.kind == "sgld") check_multiples(section, time.points, 1, "the times of sgld are step numbers");
  return time;
}

Sampler read_sampler(const Value& section, const Experiment& e) {
  Sampler s;
  s.kind = read_kind(section, sampler_kinds());
  check_fit(section, s.kind, e.model);
  check_keys(section, s.kind, e);
  if (const auto rate = section.find("rate")) s.rate = rate->positive();
  if (const auto sweeps = section.find("sweeps")) s.sweeps = sweeps->integer(1, most_sweeps);
  if (const auto probability = section.find("probability")) {
    if (probability->positive() > 1) probability->refuse("a probability above 1", "allowed: a number > 0 and <= 1");
    s.probability = probability->number();
  }
  return s;
}

}  // namespace calor::experiment
