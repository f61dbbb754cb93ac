#include <algorithm>
#include <cmath>

#include "run/diffusion_level.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;

Field combine(const Matrix<double>& terms, const data::DataSet<double>& set) {
  return terms * Eigen::Map<const Field>(set.statistic.data(), terms.cols());
}

/// sum_cd Cov(T_c, T_d) u_c v_d at every node.
Field covariance(const data::DataSet<double>& set, const Matrix<double>& u, const Matrix<double>& v) {
  const Eigen::Map<const Matrix<double>> c(set.covariance.data(), u.cols(), u.cols());
  return (u * c).cwiseProduct(v).rowwise().sum();
}

/// Largest and smallest of the diagonal entries plus and minus the off-diagonal ones: bounds of D's eigenvalues.
struct Range {
  double least = HUGE_VAL, most = 0;
};

Range eigenvalues(const evolve::DriftDiffusion& p) {
  const int d = p.grid.dimension();
  Range out;
  for (Eigen::Index i = 0; i < p.grid.size(); ++i) {
    Matrix<double> at(d, d);
    for (int a = 0; a < d * d; ++a) at(a / d, a % d) = p.diffusion[static_cast<std::size_t>(a)][i];
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(at, Eigen::EigenvaluesOnly);
    out.least = std::min(out.least, eigen.eigenvalues()[0]);
    out.most = std::max(out.most, eigen.eigenvalues()[d - 1]);
  }
  return out;
}

/// A few nodes around the start, where the size of D_B is looked up.
grid::Tensor probe(const learner::Langevin<double>& l) {
  grid::Tensor out;
  for (std::size_t a = 0; a < l.initial_mean.size(); ++a)
    out.axes.push_back({l.initial_mean[a] - l.initial_stddev[a], l.initial_stddev[a], 3});
  return out;
}

}  // namespace

DiffusionTerms diffusion_terms(const model::Model<double>& model, const grid::Tensor& grid) {
  const Eigen::Index n = grid.size(), terms = model.components();
  const auto d = static_cast<std::size_t>(grid.dimension());
  DiffusionTerms out{terms_on(model, grid), std::vector<Matrix<double>>(d * d, Matrix<double>(n, terms))};
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(terms));
  std::vector<double> theta(d);
  for (Eigen::Index i = 0; i < n; ++i) {
    grid.node(i, theta);
    model.components_at(theta, jets);
    for (Eigen::Index c = 0; c < terms; ++c)
      for (std::size_t ab = 0; ab < d * d; ++ab) out.bend[ab](i, c) = jets[static_cast<std::size_t>(c)].hessian[ab];
  }
  return out;
}

evolve::DriftDiffusion diffusion_problem(const learner::Langevin<double>& l, const data::DataSet<double>& set,
                                         const DiffusionTerms& terms, const grid::Tensor& grid) {
  const Eigen::Index n = grid.size();
  const auto d = static_cast<std::size_t>(grid.dimension());
  evolve::DriftDiffusion out;
  out.grid = grid;
  out.log_initial = Field::Zero(n);
  Field loss = combine(terms.own.value, set);
  for (std::size_t a = 0; a < d; ++a) {
    out.drift.push_back(-combine(terms.own.slope[a], set));
    out.divergence.push_back(Field::Zero(n));
    for (std::size_t b = 0; b < d; ++b) {
      out.diffusion.push_back(l.noise * covariance(set, terms.own.slope[a], terms.own.slope[b]));
      if (a == b) out.diffusion.back().array() += l.temperature;
      out.divergence.back() += l.noise * (covariance(set, terms.bend[a * d + b], terms.own.slope[b]) +
                                          covariance(set, terms.own.slope[a], terms.bend[b * d + b]));
    }
  }
  std::vector<double> theta(d);
  double top = -HUGE_VAL;
  for (Eigen::Index i = 0; i < n; ++i) {
    grid.node(i, theta);
    for (std::size_t a = 0; a < d; ++a) {
      const double s = l.initial_stddev[a], z = (theta[a] - l.initial_mean[a]) / s;
      out.log_initial[i] -= z * z / 2 + std::log(2 * M_PI * s * s) / 2;
      out.drift[a][i] -= l.weight_decay * theta[a];
      loss[i] += l.weight_decay * theta[a] * theta[a] / 2;
    }
    top = std::max(top, out.log_initial[i]);
  }
  // g = -(L - min L)/2T*, T* the largest eigenvalue of D or more: psi_0 may exceed rho_0's top by a factor 100
  double beta = 1 / (2 * eigenvalues(out).most);
  loss.array() -= loss.minCoeff();
  for (int k = 0; k < 40 && (out.log_initial + beta * loss).maxCoeff() > top + std::log(100); ++k) beta *= 0.75;
  out.weight = -beta * loss;
  for (std::size_t a = 0; a < d; ++a) {
    out.weight_gradient.push_back(beta * out.drift[a]);
    out.weight_bend.push_back(-beta * (combine(terms.bend[a * d + a], set).array() + l.weight_decay).matrix());
  }
  return out;
}

DiffusionLayout lay_out_diffusion(const Study<double>& study, const TensorResolution& r) {
  DiffusionLayout out;
  out.ensemble = data::enumerate<double>(*study.model, *study.experiment, std::exp(-r.tail - 4), 1.0);
  const auto around = probe(study.learner);
  const auto terms = diffusion_terms(*study.model, around);
  Range range;
  for (const auto& set : out.ensemble.sets) {
    const Range own = eigenvalues(diffusion_problem(study.learner, set, terms, around));
    range = {std::min(range.least, own.least), std::max(range.most, own.most)};
  }
  learner::Langevin<double> hot = study.learner, cold = study.learner;
  hot.temperature = range.most;
  cold.temperature = range.least;
  const double end = study.points.back();
  out.plan = plan(hot, *study.model, out.ensemble, end, r);
  const auto fine = plan(cold, *study.model, out.ensemble, end, r);
  out.plan.fastest_time = std::min(out.plan.fastest_time, fine.fastest_time);
  for (std::size_t a = 0; a < out.plan.grid.axes.size(); ++a) {
    auto& axis = out.plan.grid.axes[a];
    const double length = axis.spacing * (axis.size - 1);
    axis.size = 1 + static_cast<int>(std::ceil(length / std::min(axis.spacing, fine.grid.axes[a].spacing)));
    axis.spacing = length / (axis.size - 1);
  }
  return out;
}

}  // namespace calor::run
