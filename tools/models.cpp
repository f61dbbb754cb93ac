// calor models: what may stand in an experiment.

#include <algorithm>
#include <set>

#include "experiment/kinds.hpp"
#include "experiment/model_form.hpp"
#include "experiment/text.hpp"
#include "table/number_text.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"

namespace calor::tools {

namespace {

const Page models_page{
    "  calor models",
    "  Lists models, learners and samplers with their keys, as they stand in an experiment, and how many "
    "parameters a learner may have.",
    "SEE ALSO\n  calor help run, calor explain"};

/// What a kind means, in one or two lines; the keys come from the reader's own list.
struct Entry {
  std::string kind;
  std::vector<std::string> lines;
};

const std::vector<Entry>& models() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> entries;
    for (const auto* form : experiment::model_forms()) entries.push_back({form->kind, form->lines});
    return entries;
  }();
  return all;
}

const std::vector<Entry>& learners() {
  static const std::vector<Entry> all{
      {"langevin",
       {"d theta = -mobility grad L_B dt + sqrt(2 mobility T) dW; temperature 1/N samples the Bayesian posterior"}},
      {"sgd-diffusion", {"diffusion approximation of SGD: noise (learning_rate / 2 batch_size) Cov[grad] + T"}},
      {"sgld",
       {"theta' = theta - learning_rate grad L + sqrt(2 learning_rate T) xi, in steps; full batch, minibatches or a "
        "stream"}},
      {"jump", {"jumps between neighbours in a finite set of parameter vectors, by a master equation"}},
  };
  return all;
}

const std::vector<Entry>& samplers() {
  static const std::vector<Entry> all{
      {"equilibrium", {"X follows p(.|theta) at every instant (default)"}},
      {"heat-bath", {"X is redrawn from p(.|theta) with a rate, or with a probability per step"}},
      {"glauber", {"single sites flip at rate / (1 + e^(change of energy))"}},
      {"metropolis", {"single sites flip at rate min(1, e^(-change of energy))"}},
      {"gibbs", {"single sites are redrawn from their conditional"}},
      {"alternating", {"rbm: the hidden units are drawn given the visible ones, then the visible ones given them"}},
      {"ou", {"Gaussian x relaxes as an Ornstein-Uhlenbeck process, towards p(.|theta) at a rate"}},
  };
  return all;
}

struct Key {
  const char* name;
  const char* meaning;
};

const std::vector<Key>& keys() {
  static const std::vector<Key> all{
      {"mobility", "mu > 0, or a schedule { times = [...], values = [...] }"},
      {"temperature", "T > 0, or a schedule"},
      {"learning_rate", "eta > 0, or a schedule"},
      {"batch_size", "examples in a minibatch"},
      {"batch", "full, minibatch or stream"},
      {"weight_decay", "lambda >= 0, the same for all parameters, default 0"},
      {"initial", "{ mean = [...], stddev = [...] }: independent Gaussians; jump: probabilities of the states"},
      {"states", "parameter vectors, or { from, to, count } for one parameter; consecutive ones are neighbours"},
      {"rate",
       "learner: attempts per unit of time; sampler: moves per unit of time (per site for single-site samplers)"},
      {"acceptance", "metropolis, heat-bath or arrhenius"},
      {"probability", "of a redraw per step (sgld, or with time.step)"},
      {"sweeps", "over all sites in ascending order per step (sgld, or with time.step)"},
  };
  return all;
}

std::string section(const std::string& title, const std::vector<experiment::Kind>& kinds,
                    const std::vector<Entry>& entries) {
  std::string out = title + "\n";
  for (const auto& kind : kinds) {
    out += "  " + kind.name;
    const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.kind == kind.name; });
    out += "\n";
    if (at != entries.end())
      for (const auto& line : at->lines) out += "      " + line + "\n";
    out += "      keys: " + (kind.keys.empty() ? std::string("none") : experiment::join(kind.keys)) + "\n";
  }
  return out;
}

std::string key_list() {
  std::string out = "keys\n";
  std::set<std::string> seen;
  for (const auto* form : experiment::model_forms())
    for (const auto& [key, meaning] : form->keys)
      if (seen.insert(key).second) out += "  " + table::pad_right(key, 15) + meaning + "\n";
  for (const auto& key : keys()) out += "  " + table::pad_right(key.name, 15) + key.meaning + "\n";
  return out;
}

int list() {
  write_standard_output(
      section("models (model.kind); on grids up to 3 parameters with langevin and 2 with sgld and sgd-diffusion, any "
              "number with jump and in closed form",
              experiment::model_kinds(), models()) +
      "\n" + section("learners (learner.kind)", experiment::learner_kinds(), learners()) + "\n" +
      section("samplers (sampler.kind)", experiment::sampler_kinds(), samplers()) + "\n" + key_list());
  return 0;
}

}  // namespace

void add_models(CLI::App& calor, Action& chosen) {
  CLI::App& command = add_command(calor, "models", "list models, learners, samplers and their keys", models_page);
  command.callback([&chosen] { chosen = list; });
}

}  // namespace calor::tools
