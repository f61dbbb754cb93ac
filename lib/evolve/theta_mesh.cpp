#include "evolve/theta_mesh.hpp"

#include <array>
#include <cmath>
#include <map>

#include "evolve/lobatto.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using MeshField = ThetaMesh::Field;

/// Numbers places, those closer than `tolerance` alike.
class Places {
 public:
  explicit Places(double tolerance) : tolerance_(tolerance) {}

  int number(const std::array<double, 2>& at) {
    const std::array<long, 2> key{std::lround(at[0] / tolerance_), std::lround(at[1] / tolerance_)};
    for (long i = -1; i <= 1; ++i)
      for (long j = -1; j <= 1; ++j)
        if (const auto found = known_.find({key[0] + i, key[1] + j}); found != known_.end()) return found->second;
    const int next = static_cast<int>(known_.size());
    known_[key] = next;
    return next;
  }
  int count() const { return static_cast<int>(known_.size()); }

 private:
  double tolerance_;
  std::map<std::array<long, 2>, int> known_;
};

}  // namespace

ThetaMesh::ThetaMesh(int order, const std::vector<num::Matrix<double>>& elements) : side_(order + 1) {
  const auto rule = lobatto(order);
  derivative_ = rule.derivative;
  transposed_ = rule.derivative.transpose();
  number(elements);
  measure(elements);
  MeshField f(size()), none = MeshField::Zero(static_cast<Eigen::Index>(node_.size()));
  for (Eigen::Index i = 0; i < f.size(); ++i) f[i] = std::sin(1.0 + 7.3 * static_cast<double>(i));
  for (int k = 0; k < 60; ++k) {
    f.normalize();
    f = weak(gradient(f), none);
  }
  stiffness_ = 1.15 * f.norm();
}

void ThetaMesh::number(const std::vector<num::Matrix<double>>& elements) {
  const auto d = static_cast<int>(elements.front().cols());
  double extent = 0;
  for (const auto& e : elements) extent = std::max(extent, e.cwiseAbs().maxCoeff());
  Places places(1e-10 * extent);
  for (const auto& e : elements)
    for (Eigen::Index k = 0; k < e.rows(); ++k) node_.push_back(places.number({e(k, 0), d > 1 ? e(k, 1) : 0.0}));
  theta_.resize(places.count(), d);
  std::size_t at = 0;
  for (const auto& e : elements)
    for (Eigen::Index k = 0; k < e.rows(); ++k) theta_.row(node_[at++]) = e.row(k);
}

void ThetaMesh::measure(const std::vector<num::Matrix<double>>& elements) {
  const int d = dimension();
  const auto local = static_cast<Eigen::Index>(node_.size());
  std::vector<MeshField> position(static_cast<std::size_t>(d), MeshField(local));
  Eigen::Index at = 0;
  for (const auto& e : elements)
    for (Eigen::Index k = 0; k < e.rows(); ++k, ++at)
      for (int a = 0; a < d; ++a) position[static_cast<std::size_t>(a)][at] = e(k, a);
  const auto weight = lobatto(side_ - 1).weight;
  share_.resize(local);
  MeshField determinant;
  if (d == 1) {
    determinant = along(0, position[0]);
    inverse_ = {determinant.cwiseInverse()};
  } else {
    const MeshField xr = along(0, position[0]), xs = along(1, position[0]), yr = along(0, position[1]),
                    ys = along(1, position[1]);
    determinant = xr.cwiseProduct(ys) - xs.cwiseProduct(yr);
    inverse_ = {ys.cwiseQuotient(determinant), -xs.cwiseQuotient(determinant), -yr.cwiseQuotient(determinant),
                xr.cwiseQuotient(determinant)};
  }
  if (!(determinant.minCoeff() > 0)) throw InternalError("theta mesh: an element that is folded or turned over");
  for (Eigen::Index k = 0; k < local; ++k)
    share_[k] = determinant[k] * weight[k % side_] * (d > 1 ? weight[k / side_ % side_] : 1.0);
  weight_ = MeshField::Zero(size());
  for (Eigen::Index k = 0; k < local; ++k) weight_[node_[static_cast<std::size_t>(k)]] += share_[k];
}

MeshField ThetaMesh::along(int axis, const MeshField& local) const {
  MeshField out(local.size());
  if (axis == 0) {
    const Eigen::Map<const num::Matrix<double>> in(local.data(), side_, local.size() / side_);
    Eigen::Map<num::Matrix<double>>(out.data(), side_, local.size() / side_).noalias() = derivative_ * in;
    return out;
  }
  const Eigen::Index whole = static_cast<Eigen::Index>(side_) * side_;
  for (Eigen::Index at = 0; at < local.size(); at += whole)
    Eigen::Map<num::Matrix<double>>(out.data() + at, side_, side_).noalias() =
        Eigen::Map<const num::Matrix<double>>(local.data() + at, side_, side_) * transposed_;
  return out;
}

void ThetaMesh::add_adjoint(int axis, const MeshField& local, MeshField& out) const {
  if (axis == 0) {
    const Eigen::Map<const num::Matrix<double>> in(local.data(), side_, local.size() / side_);
    Eigen::Map<num::Matrix<double>>(out.data(), side_, local.size() / side_).noalias() += transposed_ * in;
    return;
  }
  const Eigen::Index whole = static_cast<Eigen::Index>(side_) * side_;
  for (Eigen::Index at = 0; at < local.size(); at += whole)
    Eigen::Map<num::Matrix<double>>(out.data() + at, side_, side_).noalias() +=
        Eigen::Map<const num::Matrix<double>>(local.data() + at, side_, side_) * derivative_;
}

MeshField ThetaMesh::gather(const MeshField& f) const {
  MeshField out(static_cast<Eigen::Index>(node_.size()));
  for (Eigen::Index k = 0; k < out.size(); ++k) out[k] = f[node_[static_cast<std::size_t>(k)]];
  return out;
}

std::vector<MeshField> ThetaMesh::gradient(const MeshField& f) const {
  const auto d = static_cast<std::size_t>(dimension());
  const MeshField local = gather(f);
  std::vector<MeshField> out(d, MeshField::Zero(local.size()));
  for (std::size_t r = 0; r < d; ++r) {
    const MeshField slope = along(static_cast<int>(r), local);
    for (std::size_t a = 0; a < d; ++a) out[a] += inverse_[r * d + a].cwiseProduct(slope);
  }
  return out;
}

MeshField ThetaMesh::weak(const std::vector<MeshField>& flux, const MeshField& rest) const {
  const auto d = static_cast<std::size_t>(dimension());
  MeshField local = share_.cwiseProduct(rest), through(local.size());
  for (std::size_t r = 0; r < d; ++r) {
    through.setZero();
    for (std::size_t a = 0; a < d; ++a) through += inverse_[r * d + a].cwiseProduct(flux[a]);
    through = through.cwiseProduct(share_);
    add_adjoint(static_cast<int>(r), through, local);
  }
  MeshField out = MeshField::Zero(size());
  for (Eigen::Index k = 0; k < local.size(); ++k) out[node_[static_cast<std::size_t>(k)]] += local[k];
  return out.cwiseQuotient(weight_);
}

}  // namespace calor::evolve
