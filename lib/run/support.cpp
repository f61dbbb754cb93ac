#include "run/support.hpp"

#include "model/model.hpp"
#include "num/errors.hpp"
#include "run/analytic.hpp"
#include "run/level.hpp"

namespace calor::run {

namespace {

void refuse(const experiment::Experiment& e, const std::string& key, const std::string& what, const std::string& can) {
  throw InputError(e.at(key) + what + " is not available in this version; available: " + can);
}

}  // namespace

int parameters(const experiment::Model& model) { return model::make<double>(model)->parameters(); }

void require_supported(const experiment::Experiment& e) {
  bool known = false;
  std::string kinds;
  for (const auto& d : model::registry()) {
    known = known || d.kind == e.model.kind;
    kinds += (kinds.empty() ? "" : ", ") + std::string(d.kind);
  }
  if (!known) refuse(e, "model.kind", "\"" + e.model.kind + "\"", kinds);
  if (parameters(e.model) != 1 && !has_closed_form(e))
    refuse(e, "model.kind", "\"" + e.model.kind + "\" with " + std::to_string(parameters(e.model)) + " parameters",
           "models with one parameter, and gaussian-mean of any dimension with langevin and the equilibrium sampler");
  if (e.learner.kind != "langevin") refuse(e, "learner.kind", "\"" + e.learner.kind + "\"", "langevin");
  for (const auto& [key, schedule] : {std::pair{"learner.mobility", &e.learner.mobility},
                                      std::pair{"learner.temperature", &e.learner.temperature}})
    if (!schedule->constant()) refuse(e, key, "a schedule", "one number");
  if (e.sampler.kind == "ou") refuse(e, "sampler.kind", "\"ou\"", "equilibrium, heat-bath, glauber, metropolis, gibbs");
  if (lagging(e) && e.model.kind == "gaussian-mean")
    refuse(e, e.time.step ? "time.step" : "sampler.kind", "a lagging sampler of a Gaussian x", "equilibrium in continuous time");
}

}  // namespace calor::run
