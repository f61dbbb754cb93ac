#include "tests/judge/support.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace calor::judge::test {

int check_exact(const Case& test, const Options& options) {
  int compared = 0;
  for (const auto& subject : test.subjects) {
    // of averages over trajectories: what the step of a scheme adds is far below the standard errors
    const bool average = subject.estimator == "mean" || subject.estimator == "path-likelihood-ratio";
    const auto& kind = subject.prediction.kind;
    if (!wanted(options, subject.estimator) || !(kind == "exact" || (kind == "asymptotic" && average))) continue;
    for (const Line& l : judge(test, subject, options)) {
      if (l.prediction.empty()) continue;
      CAPTURE(l.test);
      CAPTURE(l.quantity);
      CAPTURE(l.estimator);
      CAPTURE(l.n);
      CAPTURE(l.bias.value);
      CAPTURE(l.bias.error);
      CAPTURE(l.predicted);
      CHECK(l.failures == 0);
      CHECK(std::abs(l.bias.value - l.predicted) < 4 * l.bias.error + 1e-12);
      ++compared;
    }
  }
  return compared;
}

}  // namespace calor::judge::test
