#include "run/tensor_spaces.hpp"

#include "num/errors.hpp"

namespace calor::run {

namespace {

Vector<double> statistic(const model::Model<double>& model, int outcome) {
  const auto t = model.statistic(outcome);
  Vector<double> out(static_cast<Eigen::Index>(t.size()));
  for (std::size_t a = 0; a < t.size(); ++a) out[static_cast<Eigen::Index>(a)] = t[a];
  return out;
}

}  // namespace

info::Spaces<double> spaces(const model::Model<double>& model, const TensorTerms& terms, const grid::Tensor& grid) {
  const Eigen::Index n = grid.size();
  const int outcomes = model.outcomes();
  if (outcomes == 0) throw InternalError("tensor: discrete models only");
  info::Spaces<double> out;
  out.theta_weight = Vector<double>::Constant(n, grid.cell());
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

Vector<double> fisher_trace(const model::Model<double>& model, const TensorTerms& terms,
                            const info::Spaces<double>& at) {
  Vector<double> f = Vector<double>::Zero(terms.value.rows());
  for (int x = 0; x < model.outcomes(); ++x)
    for (const auto& slope : terms.slope) {
      const Vector<double> score = slope * statistic(model, x);
      f += at.conditional.col(x).cwiseProduct(score.cwiseAbs2());
    }
  return f;
}

}  // namespace calor::run
