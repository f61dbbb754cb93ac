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
  const auto& l = e.learner;
  if (l.kind == "sgd-diffusion") refuse(e, "learner.kind", "\"sgd-diffusion\"", "langevin, sgld, jump");
  if (has_closed_form(e)) return;
  if (parameters(e.model) != 1 && l.kind != "jump")
    refuse(e, "model.kind", "\"" + e.model.kind + "\" with " + std::to_string(parameters(e.model)) + " parameters",
           "models with one parameter; any model with learner jump; gaussian-mean of any dimension where it has a "
           "closed form");
  for (const auto& [key, schedule] :
       {std::pair{"learner.mobility", &l.mobility}, std::pair{"learner.temperature", &l.temperature}})
    if (!schedule->constant() && l.kind != "sgld") refuse(e, key, "a schedule", "one number");
  if (e.sampler.kind == "ou")
    refuse(e, "sampler.kind", "\"ou\" with this model and learner",
           "equilibrium, heat-bath, glauber, metropolis, gibbs");
  if (lagging(e) && e.model.kind == "gaussian-mean" && l.kind == "langevin")
    refuse(e, "sampler.kind", "\"" + e.sampler.kind + "\" for a Gaussian x", "equilibrium, ou");
}

}  // namespace calor::run
