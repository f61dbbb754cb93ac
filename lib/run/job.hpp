#pragma once
// What the ways of computing one experiment share: the goal, what has been delivered so far, and how a way hands in its
// numbers. A way is a function of Job; run.cpp chooses among them.

#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ledger/ledger.hpp"
#include "run/level.hpp"
#include "run/run.hpp"

namespace calor::run {

using ledger::Book;

/// A printed number, and whether it reaches the goal.
struct Candidate {
  table::Cell cell;
  double miss = 0;  // error over what is allowed; at most 1 if met
};

/// What all ways of computing have delivered so far, one map a user's time.
struct Collected {
  std::vector<std::map<std::string, Candidate>> times;
  std::vector<table::Check> checks;
  std::vector<std::string> methods;
  std::vector<std::string> precisions;
  std::string obstacle;    // why the last way was not taken
  double lost_digits = 0;  // what the symmetrised expansion would have lost

  /// Quantities among `wanted` (all if empty) that miss the goal somewhere.
  std::vector<std::string> missing() const {
    std::map<std::string, bool> out;
    for (const auto& row : times)
      for (const auto& [name, c] : row)
        if (!(c.miss <= 1)) out[name] = true;
    std::vector<std::string> names;
    for (const auto& [name, unmet] : out) names.push_back(name);
    return names;
  }
  /// lautum_info, say: needs relative accuracy in the tails of Theta, whatever X does.
  bool lacks_only_tails() const { return missing() == std::vector<std::string>{"lautum_info"}; }
  bool complete() const { return !times.empty() && missing().empty(); }
};

/// True if the user asked for this quantity (or for none by name, and it is no quantity on request).
bool printed(const std::string& quantity, const Options& options);

/// One experiment with the options and digits that apply to it.
struct Job {
  const experiment::Experiment& experiment;
  const Options& options;
  int digits;
  Collected collected;

  /// The printed quantities that no way has delivered well enough.
  std::vector<std::string> wanted() const;
};

/// Whether ep_theta_housekeeping or ep_theta_excess are asked for. Throws InputError where a data set has no stationary
/// density.
bool stationary_parts(const Job& job);

/// 10^-digits.
template <Real R>
R accuracy(int digits) {
  using std::pow;
  return pow(R(10), -digits);
}

/// The identities that a langevin run must satisfy.
template <Real R>
std::vector<ledger::Identity<R>> langevin_identities(const experiment::Experiment& experiment);

/// Adds a book's numbers (one Entries a study point) where they are better than what is there. Every book must satisfy
/// the identities within its errors, however large these are (InternalError).
template <Real R>
void collect(Job& job, const Book<R>& book, const Study<R>& study, const std::string& method,
             const std::vector<ledger::Identity<R>>& identities);

/// Takes a way; what stops it becomes the job's obstacle, and another way may follow.
void take(Job& job, void (*way)(Job&));

/// Resolution of level k: the finest error that matters shrinks by a fixed factor in its exponent from level to level.
Resolution resolution(int digits, int level);

/// Reports the progress of the sets of one level, one call at a time; empty if nobody listens.
std::function<void(double)> reporter(const Options& options, const std::string& stage);

/// Throws AccuracyError if the densities of a layout do not fit.
template <Real R>
void require_memory(const Job& job, const Layout<R>& layout);

/// Throws InputError: --method does not apply, and what does.
[[noreturn]] void refuse_method(const Job& job, const std::string& why, const std::string& allowed);

/// Calls way<R>(job) for the number types of at least `first` digits that may reach the job's, from the cheapest up,
/// until the job is complete. With --precision one type is tried, which may be one below `first`.
template <class Way>
void raise_precision(Job& job, int first, const Way& way) {
  const int fixed = job.options.precision;
  bool tried = false;
  const auto attempt = [&]<Real R>(R) {
    const int have = num::digits10<R>();
    if (job.collected.complete() || have < std::max(fixed, job.digits + (first > 16 ? 14 : 4))) return;
    if (fixed && (tried || !job.collected.methods.empty())) return;
    tried = true;  // by the caller, if it is below `first`
    if (have >= first) way.template operator()<R>(job);
  };
  attempt(double{});
  attempt(num::Mp100{});
}

/// Goal::caution. poisson, whose losses grow as e^theta: where the start has tails that the stationary density has not,
/// levels converge slowly, and their differences were a tenth of their errors and less.
double caution(const experiment::Experiment& experiment);

/// The ways.
void closed_form(Job& job);               // analytic/
void langevin_on_grid(Job& job);          // one parameter, on a grid: spectral, logarithmic, finite volumes
void product_of_dimensions(Job& job);     // gaussian-mean in several dimensions, on one-dimensional grids
void langevin_on_tensor_grid(Job& job);   // two or three parameters
void diffusion_on_tensor_grid(Job& job);  // densities by themselves: sgd-diffusion, schedules, wide starts
void langevin_on_support(Job& job);       // the same where they are: gaussian
void annealed_on_tensor_grid(Job& job);   // the same, and in one parameter the tails by another solver
void finite_chain(Job& job);              // jump
void discrete_time(Job& job);             // sgld

}  // namespace calor::run
