#include "run/sgd_gaussian_way.hpp"

#include "analytic/sgd_gaussian.hpp"
#include "run/refine.hpp"

namespace calor::run {

namespace {

using experiment::Data;
using experiment::Rational;

template <Real R>
analytic::SgdGaussian<R> learner_of(const experiment::Experiment& e) {
  const auto real = [](const Rational& q) { return num::from_rational<R>(q); };
  const auto& l = e.learner;
  analytic::SgdGaussian<R> out;
  out.stddev = real(e.model.stddev);
  out.noise = real(l.learning_rate.values.front()) / (2 * l.batch_size);
  out.temperature = real(l.temperature.values.front());
  out.weight_decay = real(l.weight_decay);
  out.initial_mean = real(l.initial_mean.front());
  out.initial_variance = real(Rational(l.initial_stddev.front() * l.initial_stddev.front()));
  out.size = e.data.size;
  out.fixed = e.data.source != Data::Source::target;
  if (!out.fixed) {
    out.mean = real(e.data.mean.front());
    out.variance = real(e.data.variance.front());
    return out;
  }
  Rational mean = 0, square = 0;
  for (const auto& row : e.data.values) {
    mean += row.front() / e.data.size;
    square += row.front() * row.front() / e.data.size;
  }
  out.mean = real(mean);
  out.variance = real(Rational(square - mean * mean));
  return out;
}

template <Real R>
void with(Job& job) {
  using std::fabs;
  const auto study = make_study<R>(job.experiment, job.options);
  const auto learner = learner_of<R>(job.experiment);
  auto book = refine<R>(
      [&](int k) {
        std::vector<info::Row<R>> rows;
        const R goal(2.31 * job.digits * (1 + 0.3 * k) + 8);
        for (const R& t : study.points) {
          info::Row<R> row;
          for (const auto& [name, value] : analytic::sgd_gaussian(learner, t, goal))
            row[name] = {value, value == 0 ? R(0) : R(512 * num::epsilon<R>() * (1 + fabs(value)))};
          rows.push_back(std::move(row));
        }
        return rows;
      },
      5, Goal<R>{accuracy<R>(job.digits), job.wanted()});
  for (auto& entries : book)
    for (auto& [name, e] : entries)
      if (!(fabs(e.value) < num::infinity<R>())) e.error = 0;  // infinite at every level
  collect(job, book, study, "analytic", langevin_identities<R>(job.experiment));
}

}  // namespace

bool mixes_gaussians(const experiment::Experiment& e) {
  const auto& l = e.learner;
  return l.kind == "sgd-diffusion" && e.model.kind == "gaussian-mean" && e.model.dimension == 1 && !lagging(e) &&
         l.learning_rate.constant() && l.temperature.constant();
}

void mixture_of_gaussians(Job& job) {
  raise_precision(job, 0, []<Real R>(Job& j) { with<R>(j); });
}

}  // namespace calor::run
