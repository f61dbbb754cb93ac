#pragma once
// Experiments from text, tables as numbers.

#include <chrono>
#include <map>
#include <string>

#include "num/real.hpp"
#include "run/run.hpp"

namespace calor::run::test {

using Number = num::Mp100;

struct Entry {
  Number value, error;
};

/// [time][quantity]
using Numbers = std::vector<std::map<std::string, Entry>>;

Numbers numbers(const table::Table& table);

/// The one experiment of a TOML text.
experiment::Experiment parse_one(const std::string& text);

/// Three spins with two couplings at T = 0.5: the lines of [data], and the sections after [learner].
std::string two_couplings(const std::string& data, const std::string& after);

/// `Options` with a method and digits.
Options with(Method method, int digits = 0);

/// Every quantity of `tried` lies within its error (plus that of `truth`) of `truth`; reports each that does not.
/// Returns how many were compared.
int check_honest(const Numbers& tried, const Numbers& truth, const std::string& label);

/// What is printed unless asked otherwise, and ep_theta_medium.
Numbers with_medium(const std::string& text, int digits);

/// Every number of `truth` is there and off by less than `tolerance`.
void check_judged(const std::map<std::string, Entry>& n, const std::map<std::string, double>& truth, double tolerance);

/// Quantities that both have, values and errors added.
Numbers added(Numbers a, const Numbers& b);

/// error <= 10^-digits max(1, |value|) for all.
void check_accuracy(const Numbers& n, int digits, const std::string& label);

/// A seeded source of experiments: uniform doubles and choices, the same on every machine.
class Dice {
 public:
  explicit Dice(unsigned long long seed) : state_(seed * 2862933555777941757ULL + 3037000493ULL) {}
  double uniform(double a, double b);
  double log_uniform(double a, double b);
  int below(int n) { return static_cast<int>(uniform(0, n)); }
  template <class T>
  T pick(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }

 private:
  unsigned long long next();
  unsigned long long state_;
};

/// x with six significant digits, as TOML reads it.
std::string text(double x);

/// Tells on standard error how long experiment i of a hundred or more took, from here to the end of the scope; nothing
/// of fewer.
class Timed {
 public:
  Timed(int i, int count) : i_(i), count_(count) {}
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  ~Timed();

 private:
  using Clock = std::chrono::steady_clock;
  int i_, count_;
  Clock::time_point begin_ = Clock::now();
};

/// A kind of random experiments, run at ten digits and at more.
struct RandomExperiments {
  std::string what;
  std::string (*draw)(Dice&);
  unsigned long long seed;  // of experiment 0
  int finer;                // digits of what is taken for the truth
};

/// Experiments `first` .. are honest and accurate to ten digits; at most the share `most_refused` is refused, and
/// `most_unjudged` at the finer digits.
void check_random(const RandomExperiments& experiments, int first, int count, double most_refused,
                  double most_unjudged);

}  // namespace calor::run::test
