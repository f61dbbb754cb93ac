// langevin in two or three parameters, on a tensor grid.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "num/errors.hpp"
#include "run/job.hpp"
#include "run/refine.hpp"
#include "run/support.hpp"
#include "run/tensor_level.hpp"

namespace calor::run {

namespace {

constexpr double second_level = 1.15;  // how much finer than the first, in e-folds

/// Resolution of a level; measured on categorical (66 data sets, T = 0.1) against finer runs: errors near
/// 0.2 exp(-tail) from the box, and below 1e-10 for spacing = 10 (informations, entropies, heats).
TensorResolution tensor_resolution(int digits, double finer) {
  const int d = std::max(digits, 5);
  TensorResolution r;
  r.tail = 2.31 * d * finer;
  r.spacing = (0.9 * d + 1.5) * finer;
  r.time_order = 8 + static_cast<int>(std::lround(8 * (finer - 1)));
  r.fine_order = 8 + d / 2 + static_cast<int>(std::lround(16 * (finer - 1)));
  return r;
}

constexpr double most_bytes = 4.0 * (1 << 30);
constexpr double most_operations = 4e13;  // three hours of one core at 4e9 a second

bool fits(const Study<double>& study, int digits, double finer, TensorCost& needed) {
  const auto r = tensor_resolution(digits, finer);
  const auto layout = lay_out(study, r);
  needed = cost(study, layout, r);
  return needed.bytes <= most_bytes && needed.operations <= most_operations;
}

/// Throws AccuracyError if two levels do not fit into memory and time, naming the digits that do.
void require_fit(const Job& job, const Study<double>& study) {
  TensorCost needed, other;
  if (fits(study, job.digits, second_level, needed)) return;
  int reachable = job.digits - 1;
  while (reachable > 0 && !fits(study, reachable, second_level, other)) --reachable;
  throw AccuracyError(
      job.experiment.at("accuracy.digits") +
      fmt::format("{} digits need {:.1f} GiB and {:.0e} operations for {} parameters, at most {:.0f} GiB and {:.0e}; "
                  "reachable: {}",
                  job.digits, needed.bytes / (1 << 30), needed.operations, study.model->parameters(),
                  most_bytes / (1 << 30), most_operations,
                  reachable ? std::to_string(reachable) + " digits" : std::string("none")));
}

void spectral(Job& job, const Study<double>& study, std::span<const double> finer) {
  const Goal<double> goal{accuracy<double>(job.digits), job.wanted()};
  const auto book = refine<double>(
      [&](int k) {
        const auto r = tensor_resolution(job.digits, finer[static_cast<std::size_t>(k)]);
        const auto layout = lay_out(study, r);
        return evaluate(study, layout, r, reporter(job.options, "tensor grid, level " + std::to_string(k + 1)));
      },
      static_cast<int>(finer.size()), goal);
  collect(job, book, study, "tensor-grid spectral", langevin_identities<double>(job.experiment));
}

}  // namespace

void langevin_on_tensor_grid(Job& job) {
  const auto& e = job.experiment;
  const Method method = job.options.method;
  if (method != Method::automatic && method != Method::spectral)
    refuse_method(job, std::to_string(parameters(e.model)) + " parameters", "auto, spectral");
  if (job.digits > 12 || job.options.precision > num::digits10<double>())
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) + " digits are out of reach with " +
                        std::to_string(parameters(e.model)) +
                        " parameters, which are computed in double precision; reachable: 12 digits");
  const auto study = make_study<double>(e, job.options);
  if (study.model->outcomes() == 0) refuse_method(job, "a Gaussian x with several parameters", "auto, analytic");
  require_fit(job, study);
  spectral(job, study, std::array{1.0, second_level, 1.35});
  // relative entropies of tails need more than everything else
  TensorCost needed;
  if (!job.collected.complete() && fits(study, job.digits, 1.75, needed)) spectral(job, study, std::array{1.5, 1.75});
}

}  // namespace calor::run
