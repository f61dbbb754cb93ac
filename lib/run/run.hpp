#pragma once
// Experiment -> table. The one entry that tools/ and programs linking the library need.

#include <functional>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "table/table.hpp"

namespace calor::run {

enum class Method { automatic, spectral, finite_volume, logarithmic, analytic };

/// Which of a sweep or of many data sets is being worked on, for a progress line.
struct Progress {
  std::string stage;
  double fraction = 0;  // of this stage, 0 to 1
};

struct Options {
  Method method = Method::automatic;
  int digits = 0;                       // 0: what the experiment says (default 10)
  int precision = 0;                    // decimal digits of the number type; 0: automatic
  std::vector<std::string> quantities;  // empty: every quantity that the experiment defines; catalogue names only
  bool proven = false;                  // take the road of proofs also where it takes seconds
  bool best_effort = false;             // print what misses the goal with its larger error instead of refusing
  int threads = 0;                      // 0: all cores
  std::function<void(const Progress&)> progress;  // may be called from any thread, one call at a time
};

/// Computes the table of one experiment and checks the identities of theory.md on its own numbers.
/// Throws InputError (what the experiment asks cannot be computed by this version), AccuracyError (accuracy out of
/// reach; the message names the quantity and the accuracy that can be had) and InternalError (an identity is violated).
table::Table compute(const experiment::Experiment& experiment, const Options& options = {});

/// "automatic", "spectral", ... as on the command line ("auto", "finite-volume").
Method method_from_name(const std::string& name);
const char* name(Method method);

}  // namespace calor::run
