#pragma once
// Outcomes that no one can tell apart: equal statistic T(x), and every single-site move leads from equal to equal
// outcomes. p(x|theta) and, from X_0 ~ p(.|Theta_0), the joint density take one value a class, so the dynamics of X
// lives on the classes. (Strong lumpability; J. Kemeny, J. Snell, Finite Markov Chains, 1960, section 6.3.)

#include "sampler/sampler.hpp"

namespace calor::sampler {

struct Classes {
  std::vector<int> of;              // [outcome]: its class
  std::vector<int> representative;  // [class]: an outcome
  std::vector<int> size;            // [class]: how many outcomes

  Eigen::Index count() const { return static_cast<Eigen::Index>(size.size()); }
};

/// statistics[x]: T(x). neighbours as sampler::site_neighbours, or empty.
Classes classes(const std::vector<std::vector<int>>& statistics, const std::vector<std::vector<int>>& neighbours);

/// generator() and the kernels of sampler.hpp on the classes: probabilities of classes, columns sum to 0 or 1. p: the
/// probability of one outcome of each class. An alternation is on outcomes: every outcome must be a class of its own.
template <Real R>
Matrix<R> generator(const std::string& kind, const Vector<R>& p, const std::vector<std::vector<int>>& neighbours,
                    const Classes& classes, const Matrix<R>& alternation = {});
template <Real R>
Matrix<R> continuous_kernel(const std::string& kind, const Vector<R>& p,
                            const std::vector<std::vector<int>>& neighbours, const Classes& classes, const R& time,
                            const Matrix<R>& alternation = {});
template <Real R>
Matrix<R> discrete_kernel(const experiment::Sampler& sampler, const Vector<R>& p,
                          const std::vector<std::vector<int>>& neighbours, const Classes& classes,
                          const Matrix<R>& alternation = {});

}  // namespace calor::sampler
