#include "validation/estimators/nsb_posterior.hpp"

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <map>

namespace calor::estimators {

namespace {

using boost::math::digamma;
using boost::math::trigamma;

/// ln Γ(x) − (x − ½) ln x + x − ½ ln 2π for x >= 16 (Stirling's series, A&S 6.1.40; the first dropped term is below
/// 1e-17).
double stirling_rest(double x) {
  const double r = 1 / x, s = r * r;
  return r * (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * 691.0 / 360360)))));
}

/// ln Γ(x+n) − ln Γ(x) − n ln x: the rising factorial against the power it tends to as x → ∞.
double log_rising_ratio(double x, double n) {
  if (n == 0) return 0;
  const double u = n / x;
  if (x < 16) return std::lgamma(x + n) - std::lgamma(x) - n * std::log(x);
  // x (ln(1+u) − u) + (n − ½) ln(1+u), the n of Stirling's e^{−x} included
  return x * boost::math::log1pmx(u) + (n - 0.5) * std::log1p(u) + stirling_rest(x + n) - stirling_rest(x);
}

/// x ψ₁(x+1) − 1 = −1/(2x) + 1/(6x²) − 1/(30x⁴) + 1/(42x⁶) − … (A&S 6.4.12); ξ'(β) = [f(Kβ) − f(β)]/β.
double scaled_trigamma(double x) {
  if (x < 30) return x * trigamma(x + 1) - 1;
  const double r = 1 / x, s = r * r;
  return -r / 2 + s * (1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * 5.0 / 66))));
}

}  // namespace

NsbPosterior::NsbPosterior(Counts counts, double alphabet)
    : samples_(static_cast<double>(total(counts))), alphabet_(alphabet) {
  std::map<std::uint64_t, double> letters;
  for (const auto n : counts) {
    if (n > 0) ++letters[n];
  }
  const double unseen = alphabet - static_cast<double>(letters_seen(counts));
  if (unseen > 0) groups_.push_back({0, unseen});
  for (const auto& [count, number] : letters) groups_.push_back({static_cast<double>(count), number});
}

double NsbPosterior::log_weight(double beta) const {
  // The powers of β and Kβ in ρ give K^{−N}, a constant.
  double log_rho = -log_rising_ratio(alphabet_ * beta, samples_);
  for (const auto& g : groups_) log_rho += g.letters * log_rising_ratio(beta, g.count);
  const double slope = scaled_trigamma(alphabet_ * beta) - scaled_trigamma(beta);  // ξ'(β) β
  return log_rho + std::log(slope);
}

double NsbPosterior::mean(double beta) const {
  const double x_sum = samples_ + alphabet_ * beta;
  const double top = digamma(x_sum + 1);
  double sum = 0;
  for (const auto& g : groups_) {
    const double x = g.count + beta;
    sum += g.letters * (x / x_sum) * (top - digamma(x + 1));
  }
  return sum;
}

double NsbPosterior::variance(double beta) const {
  // ⟨(S − c)²⟩ = Σ_ij ⟨p_i p_j (ln p_i + c)(ln p_j + c)⟩ with c = ⟨S⟩_β, by the moments of the Dirichlet distribution:
  // i ≠ j: x_i x_j/(X(X+1)) [a_i a_j − ψ₁(X+2)],  a_i = ψ(x_i+1) − ψ(X+2) + c
  // i = j: x_i(x_i+1)/(X(X+1)) [(a_i + 1/(x_i+1))² + ψ₁(x_i+2) − ψ₁(X+2)].
  const double x_sum = samples_ + alphabet_ * beta;
  const double shift = mean(beta) - digamma(x_sum + 2);
  const double norm = 1 / (x_sum + 1);
  double first = 0, diagonal = 0, squares = 0;
  for (const auto& g : groups_) {
    const double x = g.count + beta, p = x / x_sum, a = digamma(x + 1) + shift, b = a + 1 / (x + 1);
    first += g.letters * p * a;
    squares += g.letters * p * (x * a * a);
    diagonal += g.letters * p * (x + 1) * (b * b + trigamma(x + 2));
  }
  // The ψ₁(X+2) terms add up to −ψ₁(X+2) because Σ_ij ⟨p_i p_j⟩ = 1.
  return norm * (x_sum * first * first - squares + diagonal) - trigamma(x_sum + 2);
}

}  // namespace calor::estimators
