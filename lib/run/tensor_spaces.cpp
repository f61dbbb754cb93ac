#include "run/tensor_spaces.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "num/errors.hpp"

namespace calor::run {

namespace {

Vector<double> statistic(const model::Model<double>& model, int outcome) {
  const auto t = model.statistic(outcome);
  Vector<double> out(static_cast<Eigen::Index>(t.size()));
  for (std::size_t a = 0; a < t.size(); ++a) out[static_cast<Eigen::Index>(a)] = t[a];
  return out;
}

/// Mean and width of a real x at every node, on one row of the design.
struct Curves {
  Vector<double> mean, width;
};

Curves curves(const model::Model<double>& model, const grid::Tensor& grid, int row) {
  Curves out{Vector<double>(grid.size()), Vector<double>(grid.size())};
  std::vector<double> theta(static_cast<std::size_t>(grid.dimension()));
  for (Eigen::Index i = 0; i < grid.size(); ++i) {
    grid.node(i, theta);
    out.mean[i] = model.mean(theta, row).front();
    out.width[i] = model.stddev(theta);
  }
  return out;
}

/// Rows of the design with equal means, and how many each stands for: rows that are the same, or each other's mirror
/// image, show the same.
std::vector<std::pair<Curves, int>> distinct_rows(const model::Model<double>& model, const grid::Tensor& grid) {
  std::vector<std::pair<Curves, int>> out;
  for (int row = 0; row < model.rows(); ++row) {
    auto c = curves(model, grid, row);
    const auto same = [&](const auto& other) { return other.first.mean == c.mean || other.first.mean == -c.mean; };
    const auto at = std::find_if(out.begin(), out.end(), same);
    if (at == out.end())
      out.emplace_back(std::move(c), 1);
    else
      ++at->second;
  }
  return out;
}

/// Nodes x = middle + half sinh(u), u uniform: as narrow as the narrowest p(x|theta) asks where means lie, and wider
/// with the distance beyond, where only wide ones reach. The trapezoidal rule in u stays spectrally accurate.
struct RealNodes {
  std::vector<double> x, weight;
};

RealNodes real_nodes(const Curves& c, const TensorResolution& r) {
  const double narrow = c.width.minCoeff(), wide = c.width.maxCoeff(), low = c.mean.minCoeff(),
               high = c.mean.maxCoeff(), middle = (low + high) / 2, half = (high - low) / 2 + narrow;
  const double reach = half + wide * std::sqrt(2 * (r.tail + 8));
  const double step = M_PI * narrow / std::sqrt(2 * r.spacing) / (std::sqrt(2.0) * half);
  const int count = static_cast<int>(std::ceil(std::asinh(reach / half) / step));
  RealNodes out;
  for (int k = -count; k <= count; ++k) {
    out.x.push_back(middle + half * std::sinh(k * step));
    out.weight.push_back(half * std::cosh(k * step) * step);
  }
  return out;
}

/// X = (row of the design, x): a density with respect to the mean over the rows, so that entropies are means over them.
struct RealColumns {
  Vector<double> weight;  // of the nodes of x
  Matrix<double> energy;  // -ln p(x|theta), one column a node of x
  Vector<double> entropy;
};

RealColumns real_columns(const model::Model<double>& model, const grid::Tensor& grid, const TensorResolution& r) {
  if (model.dimension() != 1) throw InternalError("tensor: x of several dimensions");
  const auto rows = distinct_rows(model, grid);
  std::vector<RealNodes> nodes;
  Eigen::Index columns = 0;
  for (const auto& [c, count] : rows) {
    nodes.push_back(real_nodes(c, r));
    columns += static_cast<Eigen::Index>(nodes.back().x.size());
  }
  const auto& width = rows.front().first.width;
  const Vector<double> log_norm = width.array().log() + std::log(2 * M_PI) / 2;
  RealColumns out{Vector<double>(columns), Matrix<double>(grid.size(), columns), log_norm.array() + 0.5};
  Eigen::Index at = 0;
  for (std::size_t j = 0; j < rows.size(); ++j)
    for (std::size_t k = 0; k < nodes[j].x.size(); ++k, ++at) {
      const auto z = (nodes[j].x[k] - rows[j].first.mean.array()) / width.array();
      out.energy.col(at) = log_norm.array() + z.square() / 2;
      out.weight[at] = nodes[j].weight[k] * rows[j].second / model.rows();
    }
  return out;
}

}  // namespace

info::Spaces<double> spaces(const model::Model<double>& model, const TensorTerms& terms, const grid::Tensor& grid,
                            const TensorResolution& resolution) {
  const Eigen::Index n = grid.size();
  const int outcomes = model.outcomes();
  info::Spaces<double> out;
  out.theta_weight = Vector<double>::Constant(n, grid.cell());
  if (outcomes == 0) {
    auto real = real_columns(model, grid, resolution);
    out.x_weight = std::move(real.weight);
    out.x_entropy = std::move(real.entropy);
    out.conditional = (-real.energy.array()).exp();
    return out;
  }
  out.x_weight = Vector<double>::Ones(outcomes);
  out.conditional = Matrix<double>(n, outcomes);
  out.x_entropy = Vector<double>::Zero(n);
  for (int x = 0; x < outcomes; ++x) {
    const Vector<double> energy = terms.value * statistic(model, x);
    out.conditional.col(x) = (-energy).array().exp();
    out.x_entropy += out.conditional.col(x).cwiseProduct(energy);
  }
  return out;
}

Matrix<double> energies(const model::Model<double>& model, const TensorTerms& terms, const grid::Tensor& grid,
                        const TensorResolution& resolution) {
  if (model.outcomes() == 0) return real_columns(model, grid, resolution).energy;
  Matrix<double> out(grid.size(), model.outcomes());
  for (int x = 0; x < model.outcomes(); ++x) out.col(x) = terms.value * statistic(model, x);
  return out;
}

std::vector<Eigen::Index> nodes_of_rows(const model::Model<double>& model, const grid::Tensor& grid,
                                        const TensorResolution& resolution) {
  if (model.outcomes()) return {model.outcomes()};
  std::vector<Eigen::Index> out;
  for (const auto& [c, count] : distinct_rows(model, grid))
    out.push_back(static_cast<Eigen::Index>(real_nodes(c, resolution).x.size()));
  return out;
}

double x_nodes(const model::Model<double>& model, const grid::Tensor& grid, const TensorResolution& resolution) {
  const auto rows = nodes_of_rows(model, grid, resolution);
  return static_cast<double>(std::accumulate(rows.begin(), rows.end(), Eigen::Index{0}));
}

std::vector<Vector<double>> fisher_matrix(const model::Model<double>& model, const TensorTerms& terms,
                                          const grid::Tensor& grid, const info::Spaces<double>& at) {
  const std::size_t d = terms.slope.size();
  std::vector<Vector<double>> out(d * d, Vector<double>::Zero(terms.value.rows()));
  std::vector<double> theta(d);
  for (Eigen::Index i = 0; model.outcomes() == 0 && i < terms.value.rows(); ++i) {
    grid.node(i, theta);
    const auto matrix = model::fisher<double>(model, theta);
    for (std::size_t ab = 0; ab < d * d; ++ab) out[ab][i] = matrix[ab];
  }
  for (int x = 0; x < model.outcomes(); ++x) {
    std::vector<Vector<double>> score;
    for (const auto& slope : terms.slope) score.push_back(slope * statistic(model, x));
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = 0; b < d; ++b)
        out[a * d + b] += at.conditional.col(x).cwiseProduct(score[a]).cwiseProduct(score[b]);
  }
  return out;
}

}  // namespace calor::run
