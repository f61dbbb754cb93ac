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

/// Nodes of x that resolve p(x|theta) at every node of theta.
grid::SinhGrid real_nodes(const RealRow& row, const TensorResolution& r) {
  const double narrow = row.width.minCoeff(), wide = row.width.maxCoeff(), low = row.mean.minCoeff(),
               high = row.mean.maxCoeff();
  grid::SinhGrid out;
  out.middle = (low + high) / 2;
  out.half = (high - low) / 2 + narrow;
  const double reach = out.half + wide * std::sqrt(2 * (r.tail + 8));
  // a Gaussian of sinh(u) grows where |Im u| > pi/4
  out.step =
      std::min(M_PI * narrow / std::sqrt(2 * r.spacing) / (std::sqrt(2.0) * out.half), M_PI * M_PI / 4 / r.spacing);
  out.side = static_cast<int>(std::ceil(std::asinh(reach / out.half) / out.step));
  return out;
}

/// X = (row of the design, x): a density with respect to the mean over the rows, so that entropies are means over them.
struct RealColumns {
  Vector<double> weight;  // of the nodes of x
  Matrix<double> energy;  // -ln p(x|theta), one column a node of x
  Vector<double> entropy;
};

RealColumns real_columns(const model::Model<double>& model, const grid::Tensor& grid, const TensorResolution& r) {
  const auto rows = real_rows(model, grid, r);
  Eigen::Index columns = 0;
  for (const auto& row : rows) columns += row.x.size();
  const auto& width = rows.front().width;
  const Vector<double> log_norm = width.array().log() + std::log(2 * M_PI) / 2;
  RealColumns out{Vector<double>(columns), Matrix<double>(grid.size(), columns), log_norm.array() + 0.5};
  Eigen::Index at = 0;
  for (const auto& row : rows)
    for (int k = 0; k < row.x.size(); ++k, ++at) {
      const auto z = (row.x.node(k) - row.mean.array()) / width.array();
      out.energy.col(at) = log_norm.array() + z.square() / 2;
      out.weight[at] = row.x.weight(k) * row.count / model.rows();
    }
  return out;
}

}  // namespace

std::vector<RealRow> real_rows(const model::Model<double>& model, const grid::Tensor& grid, const TensorResolution& r) {
  if (model.dimension() != 1) throw InternalError("tensor: x of several dimensions");
  std::vector<RealRow> out;
  std::vector<double> theta(static_cast<std::size_t>(grid.dimension()));
  for (int number = 0; number < model.rows(); ++number) {
    RealRow row{Vector<double>(grid.size()), Vector<double>(grid.size()), 1, {}};
    for (Eigen::Index i = 0; i < grid.size(); ++i) {
      grid.node(i, theta);
      row.mean[i] = model.mean(theta, number).front();
      row.width[i] = model.stddev(theta);
    }
    const auto same = [&](const RealRow& other) { return other.mean == row.mean || other.mean == -row.mean; };
    if (const auto at = std::find_if(out.begin(), out.end(), same); at != out.end()) {
      ++at->count;
      continue;
    }
    row.x = real_nodes(row, r);
    out.push_back(std::move(row));
  }
  return out;
}

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
  for (const auto& row : real_rows(model, grid, resolution)) out.push_back(row.x.size());
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
