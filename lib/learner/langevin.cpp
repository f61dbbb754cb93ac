#include "learner/langevin.hpp"

#include <algorithm>

#include "num/errors.hpp"

namespace calor::learner {

using num::Matrix;
using num::Vector;

template <Real R>
Langevin<R> langevin(const experiment::Learner& spec) {
  Langevin<R> out;
  const auto most = [](const experiment::Schedule& s) {
    return num::from_rational<R>(*std::max_element(s.values.begin(), s.values.end()));
  };
  const auto least = [](const experiment::Schedule& s) {
    return num::from_rational<R>(*std::min_element(s.values.begin(), s.values.end()));
  };
  if (spec.kind == "sgd-diffusion") {
    out.noise = most(spec.learning_rate) / (2 * spec.batch_size);
    out.quietest = least(spec.learning_rate) / (2 * spec.batch_size);
  } else {
    out.mobility = most(spec.mobility);
  }
  out.temperature = most(spec.temperature);
  out.coldest = least(spec.temperature);
  out.course = course<R>(spec);
  out.weight_decay = num::from_rational<R>(spec.weight_decay);
  for (const auto& m : spec.initial_mean) out.initial_mean.push_back(num::from_rational<R>(m));
  for (const auto& s : spec.initial_stddev) out.initial_stddev.push_back(num::from_rational<R>(s));
  return out;
}

template <Real R>
Terms<R> terms_on(const model::Model<R>& model, const grid::Grid<R>& grid) {
  const Eigen::Index n = grid.size, terms = model.components();
  Terms<R> out{Matrix<R>(n, terms), Matrix<R>(n, terms), Matrix<R>(n, terms)};
  std::vector<model::Jet<R>> jets(static_cast<std::size_t>(terms));
  for (Eigen::Index i = 0; i < n; ++i) {
    const R theta = grid.node(static_cast<int>(i));
    model.components_at(std::span<const R>(&theta, 1), jets);
    for (Eigen::Index a = 0; a < terms; ++a) {
      const auto& jet = jets[static_cast<std::size_t>(a)];
      out.value(i, a) = jet.value;
      out.slope(i, a) = jet.gradient[0];
      out.curvature(i, a) = jet.hessian[0];
    }
  }
  return out;
}

template <Real R>
R gradient_covariance(const data::DataSet<R>& set, const Terms<R>& terms) {
  using std::fabs;
  if (set.covariance.empty()) return R(0);
  const Eigen::Index n = terms.slope.rows(), count = terms.slope.cols();
  const auto at = [&](Eigen::Index node) {
    R sum = 0;
    for (Eigen::Index a = 0; a < count; ++a)
      for (Eigen::Index b = 0; b < count; ++b)
        sum += set.covariance[static_cast<std::size_t>(a * count + b)] * terms.slope(node, a) * terms.slope(node, b);
    return sum;
  };
  const R out = at(0);
  if (fabs(at(n - 1) - out) > 64 * num::epsilon<R>() * out)
    throw InternalError("gradient_covariance: it depends on theta");
  return out;
}

template <Real R>
R temperature(const Langevin<R>& learner, const data::DataSet<R>& set, const Terms<R>& terms) {
  return learner.temperature + learner.noise * gradient_covariance(set, terms);
}

template <Real R>
evolve::Problem<R> problem(const Langevin<R>& learner, const data::DataSet<R>& set, const Terms<R>& terms,
                           const grid::Grid<R>& grid) {
  using std::log;
  const Vector<R> s =
      Eigen::Map<const Vector<R>>(set.statistic.data(), static_cast<Eigen::Index>(set.statistic.size()));
  const Vector<R> loss = terms.value * s, slope = terms.slope * s, curvature = terms.curvature * s;
  evolve::Problem<R> out{grid, learner.mobility, temperature(learner, set, terms), {}, {}, {}, {}, {}, {}, {}};
  if (!learner.course.empty()) out.course = stretches(learner.course, gradient_covariance(set, terms));
  const R& m0 = learner.initial_mean.front();
  const R& s0 = learner.initial_stddev.front();
  const R log_norm = -log(2 * num::pi<R>() * s0 * s0) / 2;
  out.initial_mean = m0;
  out.initial_stddev = s0;
  for (int i = 0; i < grid.size; ++i) {
    const R theta = grid.node(i), z = (theta - m0) / s0;
    out.loss.push_back(loss[i] + learner.weight_decay * theta * theta / 2);
    out.slope.push_back(slope[i] + learner.weight_decay * theta);
    out.curvature.push_back(curvature[i] + learner.weight_decay);
    out.log_initial.push_back(log_norm - z * z / 2);
  }
  return out;
}

grid::Landscape landscape(const Langevin<double>& learner, const model::Model<double>& model,
                          const data::Ensemble<double>& ensemble, double final_time) {
  grid::Landscape out;
  out.mobility = learner.mobility;
  const auto origin = terms_on(model, grid::Grid<double>{learner.initial_mean.front(), 1, 1});
  for (const auto& set : ensemble.sets) {
    out.temperature.push_back(temperature(learner, set, origin));
    out.coldest.push_back(learner.coldest + learner.quietest * gradient_covariance(set, origin));
  }
  out.initial_mean = learner.initial_mean.front();
  out.initial_stddev = learner.initial_stddev.front();
  out.final_time = learner.course.empty() ? final_time : clock(learner.course, final_time) / learner.mobility;
  out.strip = model.analytic_strip();
  out.sets = static_cast<int>(ensemble.sets.size());
  out.loss = [&, jets = std::vector<model::Jet<double>>(static_cast<std::size_t>(model.components()))](
                 int b, double theta, double& loss, double& slope, double& curvature) mutable {
    model.components_at(std::span<const double>(&theta, 1), jets);
    const auto& s = ensemble.sets[static_cast<std::size_t>(b)].statistic;
    loss = learner.weight_decay * theta * theta / 2;
    slope = learner.weight_decay * theta;
    curvature = learner.weight_decay;
    for (std::size_t a = 0; a < s.size(); ++a) {
      loss += s[a] * jets[a].value;
      slope += s[a] * jets[a].gradient[0];
      curvature += s[a] * jets[a].hessian[0];
    }
  };
  return out;
}

template <Real R>
std::function<R(R)> force(const Langevin<R>& learner, const data::DataSet<R>& set, const model::Model<R>& model) {
  return [&, jets = std::vector<model::Jet<R>>(static_cast<std::size_t>(model.components()))](R theta) mutable {
    model.components_at(std::span<const R>(&theta, 1), jets);
    R slope = learner.weight_decay * theta;
    for (std::size_t a = 0; a < jets.size(); ++a) slope += set.statistic[a] * jets[a].gradient[0];
    return slope;
  };
}

#define CALOR_INSTANTIATE(R)                                                                               \
  template Langevin<R> langevin<R>(const experiment::Learner&);                                            \
  template Terms<R> terms_on(const model::Model<R>&, const grid::Grid<R>&);                                \
  template R gradient_covariance(const data::DataSet<R>&, const Terms<R>&);                                \
  template R temperature(const Langevin<R>&, const data::DataSet<R>&, const Terms<R>&);                    \
  template std::function<R(R)> force(const Langevin<R>&, const data::DataSet<R>&, const model::Model<R>&); \
  template evolve::Problem<R> problem(const Langevin<R>&, const data::DataSet<R>&, const Terms<R>&,        \
                                      const grid::Grid<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::learner
