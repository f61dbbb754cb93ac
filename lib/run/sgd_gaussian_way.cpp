#include "run/sgd_gaussian_way.hpp"

#include "analytic/sgd_gaussian.hpp"
#include "run/analytic.hpp"
#include "run/refine.hpp"

namespace calor::run {

namespace {

using experiment::Rational;

template <Real R>
analytic::SgdGaussian<R> learner_of(const experiment::Experiment& e) {
  const auto real = [](const Rational& q) { return num::from_rational<R>(q); };
  const auto& l = e.learner;
  const auto c = gaussian_coordinates<R>(e).front();
  analytic::SgdGaussian<R> out;
  out.stddev = real(e.model.stddev);
  out.noise = real(l.learning_rate.values.front()) / (2 * l.batch_size);
  out.temperature = real(l.temperature.values.front());
  out.weight_decay = real(l.weight_decay);
  out.initial_mean = c.initial_mean;
  out.initial_variance = c.initial_variance;
  out.size = e.data.size;
  out.fixed = c.data.fixed;
  out.mean = c.data.mean;
  out.variance = c.data.fixed ? c.data.scatter : real(e.data.variance.front());
  return out;
}

template <Real R>
void by_scatter(Job& job) {
  using std::exp, std::fabs;
  const auto study = make_study<R>(job.experiment, job.options);
  const auto learner = learner_of<R>(job.experiment);
  const auto identities = langevin_identities<R>(job.experiment);
  auto book = refine<R>(
      [&](int k) {
        std::vector<info::Row<R>> rows;
        const R goal = scatter_goal<R>(job.digits, k),
                unit = 512 * num::epsilon<R>() + (learner.fixed ? R(0) : R(exp(-goal)));
        for (const R& t : study.points) {
          info::Row<R> row;
          for (const auto& [name, value] : analytic::sgd_gaussian(learner, t, goal))
            row[name] = {value, value == 0 ? R(0) : R(unit * (1 + fabs(value)))};
          rows.push_back(std::move(row));
        }
        return rows;
      },
      5, Goal<R>{accuracy<R>(job.digits), job.wanted()}, identities);
  settle_infinities(book);
  collect(job, book, study, "analytic", identities);
}

}  // namespace

bool mixes_gaussians(const experiment::Experiment& e) {
  const auto& l = e.learner;
  return l.kind == "sgd-diffusion" && e.model.kind == "gaussian-mean" && e.model.dimension == 1 && !lagging(e) &&
         l.learning_rate.constant() && l.temperature.constant();
}

void mixture_of_gaussians(Job& job) {
  raise_precision(job, 0, []<Real R>(Job& j) { by_scatter<R>(j); });
}

}  // namespace calor::run
