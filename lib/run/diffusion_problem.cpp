#include <algorithm>
#include <cmath>
#include <limits>

#include "evolve/time_nodes.hpp"
#include "num/decompose.hpp"
#include "run/diffusion_level.hpp"

namespace calor::run {

namespace {

using Field = Vector<double>;

Field combine(const Matrix<double>& terms, const data::DataSet<double>& set) {
  return terms * Eigen::Map<const Field>(set.statistic.data(), terms.cols());
}

/// sum_cd Cov(T_c, T_d) u_c v_d at every node; 0 without covariance (langevin).
Field covariance(const data::DataSet<double>& set, const Matrix<double>& u, const Matrix<double>& v) {
  if (set.covariance.empty()) return Field::Zero(u.rows());
  const Eigen::Map<const Matrix<double>> c(set.covariance.data(), u.cols(), u.cols());
  return (u * c).cwiseProduct(v).rowwise().sum();
}

}  // namespace

Range eigenvalues(const evolve::DriftDiffusion& p) {
  const int d = static_cast<int>(p.drift.size());
  Range out;
  Matrix<double> at(d, d);
  for (Eigen::Index i = 0; i < p.size(); ++i) {
    for (int a = 0; a < d * d; ++a) at(a / d, a % d) = p.diffusion[static_cast<std::size_t>(a)][i];
    const Vector<double> eigenvalues = num::symmetric_eigenvalues<double>(at);
    out.include({eigenvalues[0], eigenvalues[d - 1]});
  }
  return out;
}

DiffusionTerms diffusion_terms(const model::Model<double>& model, const grid::Tensor& grid) {
  return diffusion_terms(model, nodes_of(grid));
}

DiffusionTerms diffusion_terms(const model::Model<double>& model, const Matrix<double>& nodes) {
  const Eigen::Index n = nodes.rows(), terms = model.components();
  const auto d = static_cast<std::size_t>(nodes.cols());
  DiffusionTerms out{terms_on(model, nodes), std::vector<Matrix<double>>(d * d, Matrix<double>(n, terms))};
  std::vector<model::Jet<double>> jets(static_cast<std::size_t>(terms));
  std::vector<double> theta(d);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (std::size_t a = 0; a < d; ++a) theta[a] = nodes(i, static_cast<Eigen::Index>(a));
    model.components_at(theta, jets);
    for (Eigen::Index c = 0; c < terms; ++c)
      for (std::size_t ab = 0; ab < d * d; ++ab) out.bend[ab](i, c) = jets[static_cast<std::size_t>(c)].hessian[ab];
  }
  return out;
}

namespace {

evolve::DriftDiffusion equation_at(const learner::Langevin<double>& l, const data::DataSet<double>& set,
                                   const DiffusionTerms& terms, const Matrix<double>& nodes,
                                   evolve::DriftDiffusion out) {
  const Eigen::Index n = nodes.rows();
  const auto d = static_cast<std::size_t>(nodes.cols());
  out.log_initial = Field::Zero(n);
  Field loss = combine(terms.own.value, set);
  for (std::size_t a = 0; a < d; ++a) {
    out.drift.push_back(-combine(terms.own.slope[a], set));
    out.divergence.push_back(Field::Zero(n));
    for (std::size_t b = 0; b < d; ++b) {
      out.diffusion.push_back(covariance(set, terms.own.slope[a], terms.own.slope[b]));
      out.divergence.back() += covariance(set, terms.bend[a * d + b], terms.own.slope[b]) +
                               covariance(set, terms.own.slope[a], terms.bend[b * d + b]);
    }
  }
  std::vector<double> theta(d);
  double top = -HUGE_VAL;
  for (Eigen::Index i = 0; i < n; ++i) {
    for (std::size_t a = 0; a < d; ++a) {
      theta[a] = nodes(i, static_cast<Eigen::Index>(a));
      const double s = l.initial_stddev[a], z = (theta[a] - l.initial_mean[a]) / s;
      out.log_initial[i] -= z * z / 2 + std::log(2 * M_PI * s * s) / 2;
      out.drift[a][i] -= l.weight_decay * theta[a];
      loss[i] += l.weight_decay * theta[a] * theta[a] / 2;
    }
    top = std::max(top, out.log_initial[i]);
  }
  const evolve::Coefficients most{l.mobility, l.mobility * l.temperature, l.noise};
  const auto largest = out.with(most);
  if (l.course.empty())
    out = largest;
  else
    for (const auto& p : l.course) {
      const auto &m = p.mobility, &t = p.temperature, &c = p.noise;
      out.course.push_back({p.start,
                            {evolve::Coefficients{m.value, m.value * t.value, c.value},
                             {m.slope, m.slope * t.value + m.value * t.slope, c.slope},
                             {0, m.slope * t.slope, 0}}});
    }
  // g = -(L - min L)/2T*, T* the largest eigenvalue of D or more: psi_0 may exceed rho_0's top by a factor 100
  double beta = l.mobility / (2 * eigenvalues(largest).most);
  loss.array() -= loss.minCoeff();
  out.symmetric = l.noise == 0 && l.course.empty();
  for (int k = 0; k < 40 && (out.log_initial + beta * loss).maxCoeff() > top + std::log(100); ++k) {
    beta *= 0.75;
    out.symmetric = false;
  }
  out.weight = -beta * loss;
  for (std::size_t a = 0; a < d; ++a) {
    out.weight_gradient.push_back(beta / (l.course.empty() ? l.mobility : 1) * out.drift[a]);
    out.weight_bend.push_back(-beta * (combine(terms.bend[a * d + a], set).array() + l.weight_decay).matrix());
  }
  return out;
}

}  // namespace

evolve::DriftDiffusion diffusion_problem(const learner::Langevin<double>& l, const data::DataSet<double>& set,
                                         const DiffusionTerms& terms, const grid::Tensor& grid) {
  evolve::DriftDiffusion out;
  out.grid = grid;
  return equation_at(l, set, terms, nodes_of(grid), std::move(out));
}

evolve::DriftDiffusion diffusion_problem(const learner::Langevin<double>& l, const data::DataSet<double>& set,
                                         const DiffusionTerms& terms,
                                         const std::shared_ptr<const evolve::ThetaMesh>& mesh) {
  evolve::DriftDiffusion out;
  out.mesh = mesh;
  return equation_at(l, set, terms, mesh->theta(), std::move(out));
}

LogStationary log_stationary(const evolve::DriftDiffusion& p, const Field& rest) {
  const double hidden = 1e-13 * rest.maxCoeff();
  LogStationary out{p.weight, Field::Ones(rest.size())};
  for (Eigen::Index i = 0; i < rest.size(); ++i) {
    if (!(rest[i] > hidden)) continue;
    out.value[i] += std::log(rest[i]);
    out.uncertain[i] = hidden / 50 / rest[i];
  }
  return out;
}

LogStationary log_stationary(const learner::Langevin<double>& l, const model::Model<double>& model,
                             const data::DataSet<double>& set, const grid::Tensor& grid) {
  const auto force = [&](double shift) {
    grid::Tensor moved = grid;
    moved.axes[0].start += shift;
    return diffusion_problem(l, set, diffusion_terms(model, moved), moved);
  };
  const auto at_nodes = force(0);
  const double h = grid.axes[0].spacing;
  const std::vector<double> whole{h};
  const auto rule = evolve::gauss_nodes<double>(whole, 2 * h, 12);
  Field steps = Field::Zero(grid.size());  // of int f/D, from each node to the next
  for (std::size_t k = 0; k < rule.times.size(); ++k) {
    if (rule.weight[k] == 0) continue;
    const auto there = force(rule.times[k]);
    steps += rule.weight[k] * there.drift[0].cwiseQuotient(there.diffusion[0]);
  }
  LogStationary out{-at_nodes.diffusion[0].array().log(), Field::Zero(grid.size())};
  double sum = 0;
  for (Eigen::Index i = 1; i < grid.size(); ++i) out.value[i] += sum += steps[i - 1];
  const double top = out.value.maxCoeff();
  out.value.array() -= top;
  out.value.array() -= std::log(h * out.value.array().exp().sum());
  out.uncertain = 32 * std::numeric_limits<double>::epsilon() * (1 + out.value.array().abs());
  return out;
}

}  // namespace calor::run
