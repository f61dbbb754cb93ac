#include "sampler/sampler.hpp"

#include "experiment/kinds.hpp"
#include "num/decompose.hpp"
#include "num/errors.hpp"

namespace calor::sampler {

namespace {

template <Real R>
Matrix<R> identity(Eigen::Index n) {
  return Matrix<R>::Identity(n, n);
}

/// All sites in ascending order.
template <Real R>
Matrix<R> one_sweep(const std::string& kind, const Vector<R>& p, const std::vector<std::vector<int>>& neighbours) {
  if (neighbours.empty()) throw InternalError("sampler: \"" + kind + "\" needs two-valued sites");
  const Eigen::Index k = p.size();
  Matrix<R> sweep = identity<R>(k);
  for (std::size_t site = 0; site < neighbours.front().size(); ++site) {
    Matrix<R> move = identity<R>(k);
    for (Eigen::Index x = 0; x < k; ++x) {
      const int y = neighbours[static_cast<std::size_t>(x)][site];
      const R q = flip_rate<R>(kind, p[x], p[y]);
      move(y, x) += q;
      move(x, x) -= q;
    }
    sweep = move * sweep;
  }
  return sweep;
}

}  // namespace

template <Real R>
R flip_rate(const std::string& kind, const R& px, const R& py) {
  if (kind == "metropolis") return py < px ? R(py / px) : R(1);
  return py / (px + py);
}

std::vector<std::vector<int>> site_neighbours(const experiment::Model& model) {
  if (!experiment::has_sites(model)) return {};
  std::vector<std::vector<int>> out(static_cast<std::size_t>(experiment::outcomes(model)));
  for (std::size_t x = 0; x < out.size(); ++x)
    for (std::size_t flip = 1; flip < out.size(); flip *= 2) out[x].push_back(static_cast<int>(x ^ flip));
  return out;
}

template <Real R>
std::vector<Matrix<R>> alternations(const experiment::Sampler& s, const model::Model<R>& model,
                                    const Matrix<R>& thetas) {
  std::vector<Matrix<R>> out(static_cast<std::size_t>(thetas.rows()));
  if (s.kind != "alternating") return out;
  const Eigen::Index k = model.outcomes();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Vector<R> theta = thetas.row(static_cast<Eigen::Index>(i));
    const auto entries = model.alternation(std::span<const R>(theta.data(), static_cast<std::size_t>(theta.size())));
    out[i] = Eigen::Map<const Matrix<R>>(entries.data(), k, k).transpose();  // [to * K + from]
  }
  return out;
}

template <Real R>
Matrix<R> generator(const std::string& kind, const Vector<R>& p, const std::vector<std::vector<int>>& neighbours,
                    const Matrix<R>& alternation) {
  const Eigen::Index k = p.size();
  if (kind == "alternating") return alternation - identity<R>(k);
  if (kind == "heat-bath" || kind == "equilibrium") {
    Matrix<R> g = p * Vector<R>::Ones(k).transpose();
    return g - identity<R>(k);
  }
  if (neighbours.empty()) throw InternalError("sampler: \"" + kind + "\" needs two-valued sites");
  Matrix<R> g = Matrix<R>::Zero(k, k);
  for (Eigen::Index x = 0; x < k; ++x)
    for (const int y : neighbours[static_cast<std::size_t>(x)]) {
      const R rate = flip_rate<R>(kind, p[x], p[y]);
      g(y, x) += rate;
      g(x, x) -= rate;
    }
  return g;
}

template <Real R>
Matrix<R> continuous_kernel(const std::string& kind, const Vector<R>& p,
                            const std::vector<std::vector<int>>& neighbours, const R& time,
                            const Matrix<R>& alternation) {
  using std::exp;
  const Eigen::Index k = p.size();
  if (kind == "heat-bath") {
    const R keep = exp(-time);
    Matrix<R> out = (1 - keep) * (p * Vector<R>::Ones(k).transpose());
    return out + keep * identity<R>(k);
  }
  return reversible_kernel<R>(generator(kind, p, neighbours, alternation), p, time);
}

template <Real R>
Matrix<R> reversible_kernel(const Matrix<R>& g, const Vector<R>& p, const R& time) {
  using std::exp, std::sqrt;
  const Eigen::Index k = p.size();
  Matrix<R> symmetric(k, k);
  for (Eigen::Index x = 0; x < k; ++x)
    for (Eigen::Index y = 0; y < k; ++y) symmetric(y, x) = x == y ? g(x, x) : R(sqrt(g(y, x) * g(x, y)));
  const auto eigen = num::symmetric_eigen<R>(symmetric);
  Vector<R> decay(k), root(k);
  for (Eigen::Index x = 0; x < k; ++x) {
    decay[x] = exp(time * eigen.values[x]);
    root[x] = sqrt(p[x]);
  }
  Matrix<R> out = eigen.vectors * decay.asDiagonal() * eigen.vectors.transpose();
  for (Eigen::Index x = 0; x < k; ++x) {
    R sum = 0;
    for (Eigen::Index y = 0; y < k; ++y) {
      out(y, x) *= root[y] / root[x];
      if (out(y, x) < 0) out(y, x) = 0;  // round-off of a probability that is 0 to working precision
      sum += out(y, x);
    }
    out.col(x) /= sum;
  }
  return out;
}

template <Real R>
Matrix<R> discrete_kernel(const experiment::Sampler& s, const Vector<R>& p,
                          const std::vector<std::vector<int>>& neighbours, const Matrix<R>& alternation) {
  const Eigen::Index k = p.size();
  if (s.kind == "equilibrium") return p * Vector<R>::Ones(k).transpose();
  if (s.kind == "heat-bath") {
    const R r = num::from_rational<R>(*s.probability);
    Matrix<R> out = r * (p * Vector<R>::Ones(k).transpose());
    return out + (1 - r) * identity<R>(k);
  }
  const Matrix<R> sweep = s.kind == "alternating" ? alternation : one_sweep(s.kind, p, neighbours);
  Matrix<R> out = identity<R>(k);
  for (int i = 0; i < *s.sweeps; ++i) out = sweep * out;
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                                          \
  template R flip_rate(const std::string&, const R&, const R&);                                                       \
  template std::vector<Matrix<R>> alternations(const experiment::Sampler&, const model::Model<R>&, const Matrix<R>&); \
  template Matrix<R> reversible_kernel(const Matrix<R>&, const Vector<R>&, const R&);                                 \
  template Matrix<R> generator(const std::string&, const Vector<R>&, const std::vector<std::vector<int>>&,            \
                               const Matrix<R>&);                                                                     \
  template Matrix<R> continuous_kernel(const std::string&, const Vector<R>&, const std::vector<std::vector<int>>&,    \
                                       const R&, const Matrix<R>&);                                                   \
  template Matrix<R> discrete_kernel(const experiment::Sampler&, const Vector<R>&,                                    \
                                     const std::vector<std::vector<int>>&, const Matrix<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::sampler
