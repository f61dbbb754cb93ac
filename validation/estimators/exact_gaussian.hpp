#pragma once
// Exact expectations, at finite sample size, of estimators applied to Gaussian samples.

#include <cstddef>

namespace calor::estimators {

/// ⟨jarzynski⟩ from N works ~ N(mean, stddev²) at temperature T, in units of the work; ΔF = mean − stddev²/(2T) itself.
/// With S = Σ_i e^{−W_i/T}: ⟨ln S⟩ = ∫_{−∞}^{∞} du [exp(−e^u) − ⟨exp(−e^{u − W/T})⟩^N], both integrals by the
/// trapezoidal rule; relative error about 1e-12. Throws InputError unless N >= 1, T > 0, stddev >= 0 and stddev/T
/// <= 30.
double expected_jarzynski(double mean, double stddev, double temperature, std::size_t samples);

/// ⟨mi_gaussian⟩ − I, nats, for N Gaussian samples of d_x + d_y columns, whatever their correlations:
/// ½[Σ_{j<=d_x} ψ_j + Σ_{j<=d_y} ψ_j − Σ_{j<=d_x+d_y} ψ_j], ψ_j = ψ((N−j)/2) (mean of ln det of a Wishart matrix, e.g.
/// Anderson, An Introduction to Multivariate Statistical Analysis, 7.5). Throws InputError unless N > d_x + d_y >= 2.
double bias_mi_gaussian(std::size_t dx, std::size_t dy, std::size_t samples);

}  // namespace calor::estimators
