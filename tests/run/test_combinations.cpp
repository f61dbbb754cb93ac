// Every combination of model, data, learner, sampler and kind of time that experiment.md can write down, small, at ten
// digits (the quick ones at six): a table, or an InputError that says which key is not available. No violated identity,
// and no accuracy refused but where that is known: `gaussian` in wide starts, metropolis behind sgd-diffusion without a
// temperature.

#include <doctest/doctest.h>

#include <functional>
#include <mutex>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "support.hpp"

namespace calor::run::test {

namespace {

struct ModelCase {
  std::string name, model, target, given;
  int parameters;
  std::vector<std::string> samplers;
};

std::string size(int n, const std::string& target) { return "size = " + std::to_string(n) + "\ntarget = " + target; }

std::vector<ModelCase> models() {
  const std::vector<std::string> sites{"equilibrium", "heat-bath", "glauber", "metropolis", "gibbs"},
      outcomes{"equilibrium", "heat-bath"}, real{"equilibrium", "ou", "heat-bath"};
  const std::string four = "[0.1, 0.2, 0.3, 0.4]", two_spins = "kind = \"ising\"\nspins = 2\n",
                    regression = "kind = \"linear-regression\"\nstddev = 1\n";
  return {
      {"bernoulli", "kind = \"bernoulli\"", size(3, "[0.3, 0.7]"), "counts = [1, 2]", 1, sites},
      {"categorical", "kind = \"categorical\"\noutcomes = 3", size(2, "[0.2, 0.3, 0.5]"), "counts = [1, 0, 2]", 2,
       outcomes},
      {"coupling", two_spins + "edges = [[0, 1]]\nfields = false", size(2, four), "counts = [1, 0, 0, 2]", 1, sites},
      {"fields", two_spins + "edges = []\nfields = true", size(2, four), "counts = [1, 0, 0, 2]", 2, sites},
      {"weight", "kind = \"rbm\"\nvisible = 1\nhidden = 1\nbiases = false", size(2, "[0.4, 0.6]"), "counts = [1, 2]", 1,
       sites},
      {"weights", "kind = \"rbm\"\nvisible = 2\nhidden = 1\nbiases = false", size(2, four), "counts = [1, 0, 0, 2]", 2,
       sites},
      {"mean", "kind = \"gaussian-mean\"\nstddev = 1", size(3, "{ mean = 0.5, stddev = 1.2 }"),
       "values = [0.5, 1.0, -0.2]", 1, real},
      {"means", "kind = \"gaussian-mean\"\nstddev = 1\ndimension = 2",
       size(3, "{ mean = [0.5, 0.1], stddev = [1.2, 0.7] }"), "values = [[0.5, 1.0], [-0.2, 0.3]]", 2, real},
      {"gaussian", "kind = \"gaussian\"", size(30, "{ mean = 0.5, stddev = 1.2 }"), "values = [0.5, 1.0, -0.2]", 2,
       real},
      {"slope", regression + "inputs = [[1], [0.5], [-0.3]]", "target = { weights = [0.7], stddev = 0.8 }",
       "values = [0.5, 1.0, -0.2]", 1, real},
      {"slopes", regression + "inputs = [[1, 0.2], [0.5, -0.4], [-0.3, 0.9]]",
       "target = { weights = [0.7, -0.2], stddev = 0.8 }", "values = [0.5, 1.0, -0.2]", 2, real},
  };
}

struct LearnerCase {
  std::string name, keys;
  enum class Time { continuous, steps, stream } time;
};

std::vector<LearnerCase> learners() {
  using enum LearnerCase::Time;
  const std::string langevin = "kind = \"langevin\"\nmobility = 1\n",
                    diffusion = "kind = \"sgd-diffusion\"\nlearning_rate = 0.1\nbatch_size = 1\n",
                    sgld = "kind = \"sgld\"\ntemperature = 0.2\n",
                    slower = "learning_rate = { times = [0, 2], values = [0.1, 0.05] }\n", jump = "kind = \"jump\"\n",
                    warm = "temperature = 0.2\n", cooled = "temperature = { times = [0, 0.4], values = [0.4, 0.2] }\n";
  return {{"langevin", langevin + warm, continuous},
          {"annealed", langevin + cooled, continuous},
          {"diffusion", diffusion + warm, continuous},
          {"diffusion at T = 0", diffusion + "temperature = 0\n", continuous},
          {"full", sgld + "learning_rate = 0.1\nbatch = \"full\"\n", steps},
          {"slower", sgld + slower + "batch = \"full\"\n", steps},
          {"minibatch", sgld + "learning_rate = 0.1\nbatch = \"minibatch\"\nbatch_size = 1\n", steps},
          {"stream", sgld + "learning_rate = 0.1\nbatch = \"stream\"\nbatch_size = 1\n", stream},
          {"jump", jump + "rate = 1\nacceptance = \"metropolis\"\ntemperature = 0.5\n", continuous},
          {"annealed jump", jump + "rate = 1\nacceptance = \"heat-bath\"\n" + cooled, continuous}};
}

struct Combination {
  std::string name, text;
  bool cheap = false, may_be_out_of_reach = false;
};

std::string learner_section(const LearnerCase& l, int parameters) {
  std::string out = "\n[learner]\n" + l.keys + "weight_decay = 0.1\n";
  if (l.name.find("jump") == std::string::npos)
    return out + (parameters == 1 ? "initial = { mean = [0], stddev = [0.5] }\n"
                                  : "initial = { mean = [0, 0], stddev = [0.5, 0.5] }\n");
  return out +
         (parameters == 1 ? "states = { from = -1, to = 1, count = 3 }\n"
                          : "states = [[0, 0], [0.5, 0], [0.5, -0.4]]\n") +
         "initial = [0.2, 0.5, 0.3]\n";
}

std::vector<Combination> combinations() {
  using Time = LearnerCase::Time;
  std::vector<Combination> out;
  for (const auto& m : models())
    for (const auto& l : learners())
      for (const bool given : {false, true})
        for (const auto& sampler : m.samplers)
          for (const bool turns : {false, true}) {
            if (turns && l.time != Time::continuous) continue;
            if (given && l.time == Time::stream) continue;
            std::string data = given ? m.given : m.target;
            if (l.time == Time::stream) data = data.substr(data.find("target"));
            std::string text = "[model]\n" + m.model + "\n[data]\n" + data + learner_section(l, m.parameters);
            text += "[sampler]\nkind = \"" + sampler + "\"\n";
            const bool discrete = turns || l.time != Time::continuous;
            if (sampler == "ou" || (sampler != "equilibrium" && !discrete))
              text += "rate = 2\n";
            else if (sampler == "heat-bath")
              text += "probability = 0.4\n";
            else if (sampler != "equilibrium")
              text += "sweeps = 1\n";
            text += l.time == Time::continuous ? "[time]\npoints = [0, 0.4]\n" : "[time]\npoints = [0, 2]\n";
            if (turns) text += "step = 0.2\n";
            const bool lags = turns || sampler != "equilibrium",
                       cold = l.name == "diffusion at T = 0" && sampler == "metropolis",
                       by_example = !given && ((l.name == "minibatch" && (m.name == "mean" || m.name == "slope")) ||
                                               (l.name == "diffusion" && m.name == "slope"));
            out.push_back(
                {m.name + ", " + l.name + (given ? ", given" : "") + ", " + sampler + (turns ? ", turns" : ""), text,
                 m.parameters == 1 && (!lags || m.name == "bernoulli" || m.name == "mean") && !by_example,
                 m.name == "gaussian" || cold || by_example});
          }
  return out;
}

/// How the combinations that `chosen` accepts ended.
struct Outcome {
  int tables = 0, unavailable = 0, out_of_reach = 0;
};

Outcome run_all(int digits, const std::function<bool(const Combination&)>& chosen) {
  std::vector<Combination> all;
  for (const auto& c : combinations())
    if (chosen(c)) all.push_back(c);
  Outcome out;
  std::mutex guard;
  num::parallel_for(static_cast<int>(all.size()), 0, [&](int i) {
    const auto& c = all[static_cast<std::size_t>(i)];
    Options options = with(Method::automatic, digits);
    options.threads = 1;
    std::string wrong;
    int Outcome::*end = &Outcome::tables;
    try {
      compute(parse_one(c.text), options);
    } catch (const AccuracyError& refusal) {
      end = &Outcome::out_of_reach;
      if (!c.may_be_out_of_reach) wrong = refusal.what();
    } catch (const InputError& refusal) {
      end = &Outcome::unavailable;
      if (!std::string(refusal.what()).starts_with("test.toml")) wrong = refusal.what();
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    const std::lock_guard lock(guard);
    ++(out.*end);
    if (!wrong.empty()) FAIL_CHECK(c.name, ": ", wrong);
  });
  MESSAGE(all.size(), " combinations: ", out.tables, " tables, ", out.unavailable, " not available, ", out.out_of_reach,
          " out of reach");
  return out;
}

}  // namespace

TEST_CASE("combinations with one parameter, and X lagging behind two of them: a table, or a refusal by name") {
  const auto out = run_all(6, [](const Combination& c) { return c.cheap; });
  CHECK(out.tables >= 280);
}

TEST_CASE("combinations: a categorical of two outcomes is a coin") {
  int compared = 0;
  for (const auto& c : combinations()) {
    if (!c.name.starts_with("bernoulli") || c.name.find("T = 0") != std::string::npos) continue;
    auto other = c.text;
    other.replace(other.find("kind = \"bernoulli\""), 18, "kind = \"categorical\"\noutcomes = 2");
    CAPTURE(c.name);
    const auto table = [](const std::string& text) {
      return numbers(compute(parse_one(text), with(Method::automatic, 7)));
    };
    CHECK(check_honest(table(other), table(c.text), c.name) >= 20);
    ++compared;
  }
  CHECK(compared >= 90);
}

TEST_SUITE("long") {
  TEST_CASE("every combination: a table, or a refusal by name") {
    const auto out = run_all(10, [](const Combination&) { return true; });
    CHECK(out.tables >= 650);
  }
}

}  // namespace calor::run::test
