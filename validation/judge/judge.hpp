#pragma once
// Estimators judged by what is known exactly: bias, scatter, and whether their error bars are honest, over replicates.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "validation/estimators/result.hpp"

namespace calor::judge {

struct Options {
  std::size_t replicates = 100;
  std::vector<std::size_t> sizes{50, 200, 800};
  std::vector<std::string> estimators;  // empty: all
  std::uint64_t seed = 1;
  int threads = 0;
  double step = 0;  // of the simulator; 0: a quarter of its default, all of it in two parameters
};

/// What theory says of the bias at one sample size.
struct Prediction {
  std::string kind;                           // "exact", "asymptotic"; "" for none
  std::function<double(std::size_t n)> bias;  // NaN where it cannot be had
};

/// One estimator of one quantity on samples whose truth is known.
struct Subject {
  std::string estimator, quantity;
  double truth = 0;
  /// The estimate from n samples, independent from replicate to replicate; may be called from several threads.
  /// InputError counts as a failure.
  std::function<estimators::Result(std::size_t n, std::size_t replicate)> run;
  Prediction prediction{};
  std::size_t most = SIZE_MAX;       // largest n that is bearable
  std::vector<std::size_t> sizes{};  // instead of Options::sizes
  std::string size_is = "N";         // what n counts
};

/// A source of samples and what is asked of it.
struct Case {
  std::string name, title, notes;
  std::vector<Subject> subjects;
  std::vector<std::string> left_out;  // "estimator of quantity: why"
};

struct Measured {
  double value = 0, error = 0;  // error: one standard error
};

struct Line {
  std::string test, quantity, estimator, size_is;
  std::size_t n = 0, replicates = 0, failures = 0;
  double truth = 0;
  Measured bias, deviation, rmse, cover68, cover95;  // NaN where undefined
  double predicted = 0;                              // bias; NaN for none
  std::string prediction;
  double milliseconds = 0;  // a call
};

/// All sizes of one subject. Over R successful replicates with errors e = value - truth and s their standard deviation:
/// bias <e> ± s/sqrt(R); s ± sqrt((m4 - s^4)/R)/(2 s), m4 the fourth central moment; RMSE sqrt<e^2> ± sd(e^2)/sqrt(R)/
/// (2 RMSE); coverage p ± sqrt(p(1-p)/R): |e| <= 1 and 1.96 times the estimator's own standard error.
std::vector<Line> judge(const Case& test, const Subject& subject, const Options& options);

/// Cases that need no experiment: "letters", "pairs", "serial", "work" (see built_in.cpp).
std::vector<std::string> built_in_names();
Case built_in(const std::string& name, const Options& options);

/// The estimators that apply to an experiment, at its last point of time. Throws InputError.
Case of_experiment(const experiment::Swept& member, const Options& options);

/// The names of all estimators that take part.
std::vector<std::string> estimator_names();

/// True if the options leave this estimator in.
bool wanted(const Options& options, const std::string& estimator);

}  // namespace calor::judge
