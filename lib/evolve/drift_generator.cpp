#include "evolve/drift_generator.hpp"

#include <cmath>

namespace calor::evolve {

namespace {

using Field = num::Vector<double>;

std::size_t index_of(int k) { return static_cast<std::size_t>(k); }

double largest(const Field& f) { return f.size() ? f.cwiseAbs().maxCoeff() : 0.0; }

}  // namespace

Derivatives::Derivatives(const grid::Tensor& grid) {
  for (const auto& axis : grid.axes) {
    first.push_back(first_derivative(axis, 1));
    second.push_back(second_derivative(axis, 1));
  }
}

Generator::Generator(const DriftDiffusion& p, const Derivatives& derivatives)
    : p_(p), d_(p.grid.dimension()), first_(derivatives.first), second_(derivatives.second) {
  if (p.mesh) {
    elements_.emplace(p);
    bound_ = elements_->bound();
    return;
  }
  const bool weighted = p.weight.size() > 0;
  drift_rate_ = Field::Zero(p.grid.size());
  for (int a = 0; a < d_; ++a) {
    const double wave = M_PI / p.grid.axes[index_of(a)].spacing;
    const Field& own = p.diffusion[index_of(a * d_ + a)];
    noisy_.push_back(largest(own) > 0);
    bound_.pace += wave * largest(p.drift[index_of(a)]);
    double bend = wave * wave;
    if (weighted) {
      const Field& g = p.weight_gradient[index_of(a)];
      twice_.push_back(2 * g);
      drift_rate_ -= g.cwiseProduct(p.drift[index_of(a)]);
      bend_rate_.push_back(g.cwiseAbs2() - p.weight_bend[index_of(a)]);
      bend += wave * largest(twice_.back()) + largest(bend_rate_.back());
    }
    bound_.heat += bend;
    bound_.noise += d_ * bend * largest(own);  // |D_ab| <= (D_aa + D_bb)/2
  }
  bound_.pace += largest(drift_rate_);
  for (int a = 0; a < d_; ++a)
    for (int b = a + 1; b < d_; ++b)
      if (largest(p.diffusion[index_of(a * d_ + b)]) > 0) mixed_.emplace_back(a, b);
}

void Generator::apply(const Field& paced, const Field* heated, const Field* noised, Field& out) const {
  if (elements_) return elements_->apply(paced, heated, noised, out);
  const bool weighted = p_.weight.size() > 0;
  out = drift_rate_.cwiseProduct(paced);
  std::vector<Field> carried;
  for (int a = 0; a < d_; ++a) carried.push_back(-p_.drift[index_of(a)].cwiseProduct(paced));
  if (noised)
    for (const auto& [a, b] : mixed_) {
      const Field v = 2 * covariant(b, p_.diffusion[index_of(a * d_ + b)].cwiseProduct(*noised));
      carried[index_of(a)] += v;
      if (weighted) out += p_.weight_gradient[index_of(a)].cwiseProduct(v);
    }
  Field spread(out.size());
  for (int a = 0; a < d_; ++a) {
    const bool noisy = noised && noisy_[index_of(a)];
    if (noisy || heated) {
      if (noisy) spread = p_.diffusion[index_of(a * d_ + a)].cwiseProduct(*noised);
      if (heated) spread = noisy ? Field(spread + *heated) : *heated;
      second_[index_of(a)].add(p_.grid, a, spread.data(), out.data(), scratch_);
      if (weighted) {
        carried[index_of(a)] += twice_[index_of(a)].cwiseProduct(spread);
        out += bend_rate_[index_of(a)].cwiseProduct(spread);
      }
    }
    first_[index_of(a)].add(p_.grid, a, carried[index_of(a)].data(), out.data(), scratch_);
  }
}

std::vector<Field> Generator::current(const Field& psi) const {
  std::vector<Field> out;
  for (int a = 0; a < d_; ++a) {
    out.push_back(p_.drift[index_of(a)].cwiseProduct(psi));
    for (int b = 0; b < d_; ++b) out.back() -= covariant(b, p_.diffusion[index_of(a * d_ + b)].cwiseProduct(psi));
  }
  return out;
}

/// (d_b + g_b) f
Field Generator::covariant(int b, const Field& f) const {
  Field out = p_.weight.size() ? Field(p_.weight_gradient[index_of(b)].cwiseProduct(f)) : Field::Zero(f.size()).eval();
  first_[index_of(b)].add(p_.grid, b, f.data(), out.data(), scratch_);
  return out;
}

}  // namespace calor::evolve
