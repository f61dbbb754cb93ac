#include "run/no_noise.hpp"

#include "num/errors.hpp"
#include "run/analytic.hpp"
#include "run/sgld_rows.hpp"
#include "run/support.hpp"

namespace calor::run {

namespace {

using R = num::Mp100;

/// The closed forms at temperature 10^(-2 place), starts at a point with the width 10^-place.
Book<R> closed_form_near(experiment::Experiment e, const std::vector<R>& points, unsigned place) {
  const experiment::Rational tiny(1, boost::multiprecision::pow(boost::multiprecision::mpz_int(10), place));
  e.learner.temperature.values = {experiment::Rational(tiny * tiny)};
  for (auto& s : e.learner.initial_stddev)
    if (s == 0) s = tiny;
  return closed_form_book<R>(e, points);
}

}  // namespace

bool without_noise(const experiment::Learner& l) {
  return l.kind != "sgd-diffusion" && l.temperature.constant() && l.temperature.values.front() == 0;
}

void require_limit(const experiment::Experiment& e) {
  const auto refuse = [&](const std::string& key, const std::string& what, const std::string& can) {
    throw InputError(e.at(key) + what + " at temperature 0 is not available in this version; available: " + can);
  };
  const auto& l = e.learner;
  if (l.kind != "sgld")
    refuse("learner.kind", "\"" + l.kind + "\"", "sgld; gaussian-mean where it has a closed form; a temperature > 0");
  const auto model = model::make<double>(e.model);
  if (model->outcomes() == 0)
    refuse("model.kind", "a Gaussian x with this learner", "discrete models; gaussian-mean where it has a closed form");
  if (model->parameters() != 1) refuse("model.kind", "several parameters", "one parameter");
  if (l.initial_stddev.front() != 0)
    refuse("learner.initial.stddev", num::decimal_text(l.initial_stddev.front()),
           "0 (a start at one point makes Theta discrete); a temperature > 0");
}

void closed_limit(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const auto far = closed_form_near(job.experiment, study.points, 16);
  auto book = closed_form_near(job.experiment, study.points, 20);
  for (std::size_t j = 0; j < book.size(); ++j)
    for (auto& [name, e] : book[j]) {
      const auto before = far[j].find(name);
      const R change = before == far[j].end() ? R(0) : R(e.value - before->second.value);
      if (abs(change) > R(0.1))  // grows like ln T or 1/T
        e = {e.value > 0 ? num::infinity<R>() : R(-num::infinity<R>()), R(0)};
      else
        e = shortened(e.value, e.error + 2 * abs(change), job.digits);
    }
  collect(job, book, study, "analytic, T -> 0",
          job.experiment.learner.kind == "sgld" ? sgld_identities<R>(R(0), lagging(job.experiment))
                                                : langevin_identities<R>(job.experiment));
}

}  // namespace calor::run
