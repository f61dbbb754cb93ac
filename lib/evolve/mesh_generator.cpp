#include "evolve/mesh_generator.hpp"

#include <cmath>

namespace calor::evolve {

namespace {

double largest_size(const std::vector<num::Vector<double>>& fields) {
  double most = 0;
  for (const auto& f : fields)
    if (f.size()) most = std::max(most, f.cwiseAbs().maxCoeff());
  return most;
}

}  // namespace

MeshGenerator::MeshGenerator(const DriftDiffusion& p)
    : mesh_(*p.mesh), d_(static_cast<std::size_t>(p.mesh->dimension())) {
  const auto unless_zero = [&](const Field& f) { return f.cwiseAbs().maxCoeff() > 0 ? mesh_.gather(f) : Field(); };
  Field steep = Field::Zero(mesh_.size());
  for (std::size_t a = 0; a < d_; ++a) {
    drift_.push_back(mesh_.gather(p.drift[a]));
    slope_.push_back(mesh_.gather(p.weight_gradient[a]));
    divergence_.push_back(unless_zero(p.divergence[a]));
    steep += p.weight_gradient[a].cwiseAbs2();
  }
  for (const auto& f : p.diffusion) diffusion_.push_back(unless_zero(f));
  const double wave = std::sqrt(mesh_.stiffness()) + std::sqrt(steep.maxCoeff()), d = static_cast<double>(d_);
  bound_.pace = wave * std::sqrt(d) * largest_size(drift_);
  bound_.heat = wave * wave;
  // the eigenvalues of D are at most its trace, and |D_ab| at most the largest D_aa
  bound_.noise = (d_ > 1 && diffusion_[1].size() ? d : 1) * wave * wave * largest_size(diffusion_) +
                 wave * std::sqrt(d) * largest_size(divergence_);
}

void MeshGenerator::apply(const Field& paced, const Field* heated, const Field* noised, Field& out) const {
  const Field carried = mesh_.gather(paced);
  std::vector<Field> flux;
  for (std::size_t a = 0; a < d_; ++a) flux.push_back(drift_[a].cwiseProduct(carried));
  const auto spread = [&](const Field& psi) {  // (d_a + g_a) psi
    auto slope = mesh_.gradient(psi);
    const Field value = mesh_.gather(psi);
    for (std::size_t a = 0; a < d_; ++a) slope[a] += slope_[a].cwiseProduct(value);
    return slope;
  };
  if (heated) {
    const auto slope = spread(*heated);
    for (std::size_t a = 0; a < d_; ++a) flux[a] -= slope[a];
  }
  if (noised) {
    const auto slope = spread(*noised);
    const Field value = mesh_.gather(*noised);
    for (std::size_t a = 0; a < d_; ++a) {
      for (std::size_t b = 0; b < d_; ++b)
        if (const auto& d = diffusion_[a * d_ + b]; d.size()) flux[a] -= d.cwiseProduct(slope[b]);
      if (divergence_[a].size()) flux[a] -= divergence_[a].cwiseProduct(value);
    }
  }
  Field rest = Field::Zero(carried.size());
  for (std::size_t a = 0; a < d_; ++a) rest -= slope_[a].cwiseProduct(flux[a]);
  out = mesh_.weak(flux, rest);
}

}  // namespace calor::evolve
