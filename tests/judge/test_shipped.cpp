// Long: every shipped experiment, its estimators against their exact expectations, and the fluctuation theorem.

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "num/parallel.hpp"
#include "tests/judge/support.hpp"
#include "tests/place.hpp"
#include "tests/simulator/sigmas.hpp"
#include "validation/estimators/exponential_average.hpp"
#include "validation/estimators/mean.hpp"

namespace calor::shipped_test {

namespace {

std::vector<experiment::Swept> shipped() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_root() + "/validation/experiments"))
    if (entry.path().extension() == ".toml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::vector<experiment::Swept> all;
  for (const auto& file : files)
    for (const auto& member : experiment::read(file)) all.push_back(member);
  return all;
}

/// Steps of a trajectory, or jumps.
double steps_of(const experiment::Experiment& e) {
  const double end = num::from_rational<double>(e.time.points.back());
  if (e.learner.kind == "jump") return end * num::from_rational<double>(e.learner.rate);
  const double step = simulator::step_used(e, {});
  return step > 0 ? end / step : 0;
}

bool too_long(const experiment::Experiment& e) { return steps_of(e) > 1e4; }

/// The experiment without its latest times, if trajectories up to those are too long.
experiment::Experiment within_reach(experiment::Experiment e) {
  while (too_long(e) && e.time.points.size() > 2) e.time.points.pop_back();
  return e;
}

/// Calls `judge` for every shipped experiment, as many at a time as there are cores, and says on standard error what
/// each took: the whole takes long.
template <class Judge>
void each(const Judge& judge) {
  const auto all = shipped();
  std::atomic<std::size_t> done{0};
  num::parallel_for(static_cast<int>(all.size()), 0, [&](int i) {
    const auto& member = all[static_cast<std::size_t>(i)];
    const auto begin = std::chrono::steady_clock::now();
    std::fprintf(stderr, "begins: %s, %.0f steps\n", member.experiment.file.c_str(), steps_of(member.experiment));
    judge(member);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::fprintf(stderr, "%zu of %zu: %s, %.1f s\n", ++done, all.size(), member.experiment.title.c_str(),
                 seconds.count());
  });
}

/// False for a jump learner that starts in some of its states only.
bool starts_everywhere(const experiment::Experiment& e) {
  const auto& p = e.learner.initial_probabilities;
  return e.learner.kind != "jump" ||
         (!p.empty() && std::all_of(p.begin(), p.end(), [](const auto& q) { return q > 0; }));
}

}  // namespace

TEST_SUITE("long: shipped experiments") {
  TEST_CASE("estimators, entropy production by path-likelihood ratio among them, agree with their exact expectations") {
    judge::Options options;
    options.threads = 1;
    options.replicates = 200;
    options.sizes = {100};
    options.estimators = {"mean",
                          "path-likelihood-ratio",
                          "mi-plugin",
                          "leave-one-out",
                          "info-nce",
                          "entropy-plugin",
                          "entropy-miller-madow",
                          "entropy-grassberger",
                          "integral-fluctuation",
                          "detailed-fluctuation"};
    std::atomic<int> path_ratios{0}, without{0};
    each([&](experiment::Swept member) {
      member.experiment = within_reach(member.experiment);
      if (too_long(member.experiment)) {  // a sampler a thousand times as fast as its learner, which does not feel X
        member.experiment.sampler = experiment::Sampler{};
        member.experiment.time.step.reset();
      }
      CAPTURE(member.experiment.title);
      CHECK(!too_long(member.experiment));
      auto own = options;  // long trajectories: fewer of them, which the standard errors know
      if (steps_of(member.experiment) > 3000) own.replicates = 50;
      const auto test = judge::of_experiment(member, own);
      CAPTURE(test.title);
      CHECK(judge::test::check_exact(test, own) >= 1);
      const bool ratio = std::any_of(test.subjects.begin(), test.subjects.end(),
                                     [](const auto& s) { return s.estimator == "path-likelihood-ratio"; });
      ratio ? ++path_ratios : ++without;
      if (!ratio) MESSAGE(test.title, ": no path-likelihood ratio");
    });
    MESSAGE("path-likelihood ratios of ", path_ratios.load(), " experiments, none of ", without.load());
    CHECK(without <= 2);  // two learners without noise: Theta has no density
  }

  TEST_CASE("<exp(-sigma_theta)> = 1, at times early enough that it can be averaged: entropy production below 0.4") {
    simulator::Options o;
    o.threads = 1;
    o.replicates = 20000;
    each([&o](const experiment::Swept& member) {
      auto e = within_reach(member.experiment);
      num::Rational t = e.time.points.back();
      const bool steps = e.learner.kind == "sgld";
      for (int attempt = 0; attempt < 20; ++attempt) {
        e.time.points = {num::Rational(0), t};
        e.time.step.reset();
        e.sampler = experiment::Sampler{};  // at equilibrium: sigma_theta does not feel X
        std::string why;
        const auto sigma = test::path_sigmas(e, o, false, why);
        if (sigma.empty()) {
          MESSAGE(e.title, ": ", why);
          break;
        }
        const auto ift = estimators::integral_fluctuation(sigma);
        if ((estimators::mean(sigma).value > 0.4 || ift.standard_error > 0.01) && !(steps && t == 1)) {
          t = steps ? num::Rational(1) : num::Rational(t / 4);
          continue;
        }
        CAPTURE(e.title);
        CAPTURE(num::to_double(num::from_rational<double>(t)));
        CAPTURE(ift.value);
        CAPTURE(ift.standard_error);
        const double miss = ift.value - 1, allowed = 4 * ift.standard_error + 1e-12;
        CHECK(miss < allowed);
        // less where the start leaves states out: what comes from there has no way back (absolute irreversibility)
        if (starts_everywhere(e)) CHECK(miss > -allowed);
        CHECK(ift.standard_error < 0.3);
        break;
      }
    });
  }
}

}  // namespace calor::shipped_test
