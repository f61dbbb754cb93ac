// The ways without a grid of their own to choose: closed forms, finite chains, discrete time.

#include <algorithm>

#include "num/errors.hpp"
#include "run/analytic.hpp"
#include "run/job.hpp"
#include "run/joint_level.hpp"
#include "run/jump_rows.hpp"
#include "run/proven.hpp"
#include "run/refine.hpp"
#include "run/sgld_rows.hpp"
#include "run/sgld_setting.hpp"

namespace calor::run {

namespace {

template <Real R>
void closed_form_with(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const auto book = closed_form_book<R>(job.experiment, study.points, fluctuations_wanted(job.options));
  const bool sgld = job.experiment.learner.kind == "sgld";
  const R temperature = num::from_rational<R>(job.experiment.learner.temperature.values.front());
  collect(job, book, study, "analytic",
          sgld ? sgld_identities<R>(temperature, lagging(job.experiment)) : langevin_identities<R>(job.experiment));
}

template <Real R>
void finite_chain_with(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  auto identities = jump_identities<R>(num::from_rational<R>(job.experiment.learner.temperature.values.front()));
  if (!job.experiment.learner.temperature.constant())
    std::erase_if(identities, [](const auto& i) { return i.number == "I16"; });
  const auto book = refine<R>(
      [&](int k) {
        return jump_rows<R>(job.experiment, study.points, resolution(job.digits, k), job.options.threads,
                            reporter(job.options, "finite chain, level " + std::to_string(k + 1)),
                            fluctuations_wanted(job.options));
      },
      5, Goal<R>{accuracy<R>(job.digits), job.wanted()}, identities);
  collect(job, book, study, "finite-chain", identities);
}

/// Throws AccuracyError if two levels do not fit, naming the digits that do.
template <Real R>
void require_two_levels(const Job& job, const std::vector<R>& points, const SgldExtras& extras) {
  const auto refusal = [&](int digits) -> std::string {
    try {
      static_cast<void>(make_setting<R>(job.experiment, points, resolution(digits, 1), extras));
    } catch (const AccuracyError& error) {
      return error.what();
    }
    return "";
  };
  const std::string needed = refusal(job.digits);
  if (needed.empty()) return;
  int reachable = job.digits - 1;
  while (reachable > 0 && !refusal(reachable).empty()) --reachable;
  throw AccuracyError(needed + "; reachable: " + (reachable > 0 ? std::to_string(reachable) + " digits" : "none"));
}

template <Real R>
void discrete_time_with(Job& job) {
  const auto study = make_study<R>(job.experiment, job.options);
  const auto asked = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* q) { return printed(q, job.options); });
  };
  const SgldExtras extras{asked({"heat_x_variance", "heat_x_skewness", "work_x_variance", "work_x_skewness", "ift_x"}),
                          stationary_parts(job)};
  const auto identities = sgld_identities<R>(num::from_rational<R>(job.experiment.learner.temperature.values.front()),
                                             lagging(job.experiment));
  require_two_levels(job, study.points, extras);
  const auto book = refine<R>(
      [&](int k) {
        return sgld_rows<R>(job.experiment, study.points, resolution(job.digits, k), job.options.threads,
                            reporter(job.options, "steps, level " + std::to_string(k + 1)), extras);
      },
      5, Goal<R>{accuracy<R>(job.digits), job.wanted(), 6}, identities);
  collect(job, book, study, "chapman-kolmogorov", identities);
}

}  // namespace

void closed_form(Job& job) {
  closed_form_in_balls(job);
  complete_by(job, [](Job& rest) { raise_precision(rest, 30, []<Real R>(Job& j) { closed_form_with<R>(j); }); });
}

void finite_chain(Job& job) {
  finite_chain_in_balls(job);
  complete_by(job, [](Job& rest) {
    const auto& e = rest.experiment;
    // OuTransition and the splitting are in double precision
    if (e.sampler.kind == "ou") {
      if (rest.digits > 12 || rest.options.precision > num::digits10<double>())
        throw AccuracyError(e.at("accuracy.digits") + std::to_string(rest.digits) +
                            " digits are out of reach of sampler \"ou\" behind a jump learner, which is computed in "
                            "double precision; allowed: at most 12");
      return finite_chain_with<double>(rest);
    }
    raise_precision(rest, 0, []<Real R>(Job& j) { finite_chain_with<R>(j); });
  });
}

void discrete_time(Job& job) {
  raise_precision(job, 0, []<Real R>(Job& j) { discrete_time_with<R>(j); });
}

}  // namespace calor::run
