#pragma once
// An x that is redrawn now and then behind parameters whose law is Gaussian: at one time, a mixture over the time of
// the last redraw.

#include <utility>
#include <vector>

#include "analytic/linear_flow.hpp"
#include "info/mixture_entropy.hpp"

namespace calor::run {

using RedrawLaw = analytic::LinearGaussian<double>;

/// The law of one learner's parameters at one time, Θ = decay m_0 + answer g + noise, and what has become of it by a
/// later time, to_now Θ + ... .
struct ThetaAt {
  num::Vector<double> decay, answer;
  num::Matrix<double> v;  ///< Cov(Θ|B)
  double clock;           ///< ∫μ dt
  num::Vector<double> to_now;
};

ThetaAt law_at_start(const RedrawLaw& learner);
ThetaAt after_move(const ThetaAt& from, const analytic::LinearMove<double>& move);

/// One time: when x may have been redrawn last, and how likely; the parameters then, one law a learner, and now. The
/// last of `past` is now, of weight 0 where x is not at equilibrium.
struct RedrawMoment {
  num::Vector<double> weight;
  std::vector<std::vector<ThetaAt>> past;  // [learner][redraw]

  const ThetaAt& now(std::size_t learner) const { return past[learner].back(); }
  Eigen::Index fresh() const { return weight.size() - 1; }
};

/// What the observer of x knows.
struct Knowledge {
  bool theta, b;
};

/// Entropies and energies of x at one time. Learners are independent; x has a coordinate for each, or one of them has a
/// design.
class Redraws {
 public:
  Redraws(std::vector<RedrawLaw> learners, double efolds);

  /// Shares the patience of one level among so many times.
  void share_patience(double times);

  const std::vector<RedrawLaw>& learners() const { return learners_; }
  bool fixed() const { return learners_.front().fixed; }
  /// What two levels may miss together, for numbers of order 1.
  double noise() const;

  /// Of x by what is known, and of an x that is redrawn now. slope_square: each learner's times its `diffusion`, 1 if
  /// there are none.
  info::MixtureEntropies uncertainty(const RedrawMoment& m, const Knowledge& known,
                                     const std::vector<double>& diffusion = {}) const;

  /// False where uncertainty() would throw AccuracyError at this time.
  bool fits(const RedrawMoment& m) const;

  /// ⟨(x - u·Θ)²⟩/2s² - 1/2, summed over what is redrawn together: ⟨φ⟩ less its equilibrium value.
  double excess_energy(const RedrawMoment& m) const;

  /// d⟨φ⟩/dt while x is at rest and dΘ = -μ(hΘ - g) dt + √(2μT) dW.
  double power(const RedrawMoment& m, const std::vector<double>& mobility,
               const std::vector<double>& temperature) const;

  /// x and Θ in one dimension each, data unknown, by the time of the last redraw. Weights are those of `m`.
  info::PlaneMixture with_theta(const RedrawMoment& m) const;

 private:
  /// A set of coordinates of x that are redrawn together: all of gaussian-mean, one row of linear-regression.
  struct Site {
    std::vector<std::pair<std::size_t, Eigen::Index>> coordinates;  // learner and channel
    double weight = 1;                                              // in averages over x
  };

  static std::vector<Site> sites(const std::vector<RedrawLaw>& learners);
  std::vector<info::MixtureCoordinate> coordinates(const Site& site, const RedrawMoment& m, const Knowledge& known,
                                                   const std::vector<double>& diffusion) const;
  template <class F>
  double over_redraws(const RedrawMoment& m, const F& f) const;

  std::vector<RedrawLaw> learners_;
  std::vector<Site> sites_;
  info::MixtureResolution resolution_;
};

}  // namespace calor::run
