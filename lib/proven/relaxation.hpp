#pragma once
// langevin in one parameter of a Family, one data set: the density with a proven bound of its error.
//
// With rho = e^{-L/2T} psi the Fokker-Planck equation becomes d psi/dt = -H psi, H = -D d²/dtheta² + V,
// D = mu T, V = mu L'²/4T - mu L''/2, and H >= 0 in L2 (it annihilates e^{-L/2T}). Take any
//   psi_h(t) = sum_m a_m e^{-k_m t} u_m,   u_m = sum_j Q_jm e_j,   e_j = Hermite functions of x = (theta -
//   centre)/width.
// Its residual is r = sum_m a_m e^{-k_m t} r_m, r_m = (H - k_m) u_m, and since e^{-tH} contracts,
//   |psi(t) - psi_h(t)| <= |psi(0) - psi_h(0)| + int_0^t |r| ds,   int_0^t |r| ds <= sqrt(t int_0^t |r|² ds),
//   int_0^t |r|² ds = sum_ml a_m a_l <r_m, r_l> (1 - e^{-(k_m + k_l) t})/(k_m + k_l),
// all norms those of L2. All of these are integrals of analytic functions (envelope.hpp). How Q, k and a
// were found does not matter; they are the Galerkin eigenpairs, refined. (numerics.md: residual plus contraction; the
// norm here is that of rho in L2(e^{L/T}), which bounds the L1 norm by |e^{-L/2T}| = sqrt(int e^{-L/T}).)

#include <optional>
#include <vector>

#include "proven/family.hpp"
#include "proven/hermite.hpp"

namespace calor::proven {

/// What data sets share: exact parameters of the learner, and the basis.
struct Setting {
  Family family;
  Ball weight_decay, mobility, temperature, initial_mean, initial_variance;
  double centre = 0, width = 1;  // of the basis
  int size = 0;                  // of the basis
  double strip = 0;              // in x
  Trapezoid rule;
  BallMatrix values{0, 0};           // [node][j], h_j
  std::vector<Ball> theta;           // at the nodes
  std::vector<Cumulants> cumulants;  // at the nodes

  FamilyBounds bounds() const { return family.bounds(Ball(strip) * Ball(width)); }
  /// |Re theta| <= about + width |x|, and |theta| <= that + strip.
  Ball about() const { return abs(Ball(centre)); }
};

/// The functionals int g rho: p(x|theta) of the distinct s in order, then A, theta, theta², A - theta A' = S(X|theta),
/// A'' = Fisher information.
struct Functionals {
  std::size_t a, theta, square, entropy, fisher, count;
  explicit Functionals(const Family& f)
      : a(f.values.size()), theta(a + 1), square(a + 2), entropy(a + 3), fisher(a + 4), count(a + 5) {}
};

class Relaxation {
 public:
  /// `mean_statistic` = s_B.
  Relaxation(const Setting& setting, const num::Rational& mean_statistic);

  const Ball& statistic() const { return statistic_; }

  /// Coefficients of psi_h(t) in e_j.
  Balls coefficients(const Ball& t) const;
  /// Of int_0^t psi_h ds.
  Balls integrated(const Ball& t) const;

  /// Bound of |psi(t) - psi_h(t)|; it grows with t.
  Ball error(const Ball& t) const;

  /// int g rho_h at coefficients c, and within the error.
  Ball functional(std::size_t which, const Balls& c, const Ball& error) const;

 private:
  Balls mixed(const Balls& modes) const;

  Ball statistic_;
  std::size_t size_;
  std::vector<Ball> rate_, amplitude_;
  BallMatrix modes_;  // [j][m]
  BallMatrix gram_;   // of the residuals (H - k_m) u_m
  Ball start_error_;
  BallMatrix functionals_;  // [g][j]
  std::vector<Ball> functional_norm_;
};

/// The basis for an experiment, of `size` functions or, until densities are known to 10^-digits with some to spare,
/// more; integrals to about 10^-digits squared. Precision::bits() should be bits_for(digits) (langevin.hpp).
std::optional<Setting> make_setting(const experiment::Experiment& experiment, const Family& family, int size,
                                    int digits, int threads);

/// A rule for all integrals of a data set, to about e^-decades.
Trapezoid rule_for(const Setting& setting, const Ball& mean_statistic, double decades);

}  // namespace calor::proven
