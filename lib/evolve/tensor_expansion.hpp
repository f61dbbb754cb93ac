#pragma once
// langevin in two or three parameters on a tensor grid: what its solvers share. With rho = sqrt(w) psi,
// w = exp(-(L - min L)/T), both evolve psi by a symmetric generator H >= 0 with H sqrt(w) = 0, and exp(-tH) psi_0 comes
// from Chebyshev expansions on the spectrum [0, upper], shared by all times. Double precision.

#include <functional>
#include <span>

#include "grid/tensor.hpp"

namespace calor::evolve {

using num::Matrix;
using num::Vector;

/// One data set's Fokker–Planck equation at the nodes of a tensor grid; vectors have grid.size() entries.
struct TensorProblem {
  const grid::Tensor* grid = nullptr;
  double mobility = 1, temperature = 1;
  Vector<double> loss;                // L_B
  std::vector<Vector<double>> slope;  // its partial derivatives, one vector an axis
  Vector<double> laplacian;
  Vector<double> log_initial;  // ln rho_0
  double least = -1e300;       // the start is left out where log_initial is below
  double cap = 1e300;          // V is cut off here; the caller knows that nothing lives above
  double floor = 0;            // currents count where the density exceeds this share of its top
  bool confined = false;       // exp(-L/T) has decayed at the edges of the box

  double diffusion() const { return mobility * temperature; }
};

/// Averages that are linear in the density, at many times, without the densities: rows of `weight` (q x n) are
/// functions on the nodes; value(k, j) = cell * sum_i weight(k, i) rho_i(times[j]).
struct LinearAverages {
  const Matrix<double>* weight = nullptr;  // n x q
  std::vector<double> times;               // increasing
  Matrix<double> value;                    // q x times
};

/// 1/mass: what a density is to be multiplied with. A defect comes from box and spacing, and a finer level shows it;
/// one that is large is not hidden: 1.
double to_conserve(double mass);

class TensorExpansion {
 public:
  virtual ~TensorExpansion() = default;

  /// Largest rho_0/sqrt(w) over the largest rho_0: what round-off is amplified by.
  double condition() const { return condition_; }
  /// Round-off in psi_i of the state that `visit` is being shown: absolute_noise() + relative_noise() |psi_i|. From
  /// comparing expansions of different lengths; see the source.
  double absolute_noise() const { return absolute_noise_; }
  double relative_noise() const { return relative_noise_; }
  /// Largest absolute_noise() so far.
  double largest_noise() const { return largest_noise_; }
  /// What that makes of the density: absolute sqrt(w_i) + relative rho_i. White noise of the earliest expansions, which
  /// may be far the largest, stays with the slow modes.
  struct RoundOff {
    double absolute = 0, relative = 0;
  };
  RoundOff round_off() const;
  /// psi of rho_0, or of where it begins.
  const Vector<double>& start() const { return start_; }
  /// Begins with this psi at this time, in place of rho_0 at 0.
  void begin(double time, Vector<double> psi);
  /// sqrt(w) at the nodes.
  const Vector<double>& root() const { return root_; }

  using Visit = std::function<void(std::size_t, const Vector<double>&)>;

  /// Calls visit(j, psi) for every time (increasing, not before it begins), in order. At most `columns` vectors are
  /// held at once. An expansion ends, and the next begins, at times whose index is in `restart`: that costs
  /// applications of H, and cuts round-off down to the size that psi has shrunk to. Where the problem is confined, the
  /// stationary part of psi is split off and kept as it is.
  void run(std::span<const double> times, int columns, std::span<const int> restart, LinearAverages* averages,
           const Visit& visit);

  /// Coefficients of exp(-time H), and its product with any psi.
  std::vector<double> series(double time) const;
  Vector<double> propagate(const std::vector<double>& series, const Vector<double>& psi) const;

  /// Entropy-production rate by currents, integral of |J|²/(D rho), of a state psi, from nodes above the round-off and
  /// `floor`. uncertain: what is left out, and what box and band do to the currents.
  struct Rate {
    double value = 0, uncertain = 0;
  };
  virtual Rate entropy_production_rate(const Vector<double>& psi) const = 0;

 protected:
  explicit TensorExpansion(const TensorProblem& problem);
  /// Call before the first run, with the diagonal of H and an upper bound of its spectrum.
  void set_diagonal(const Vector<double>& diagonal, double upper);
  /// out += what is off the diagonal of 2X = 2 - 4H/upper, applied to in.
  virtual void couple(const Vector<double>& in, Vector<double>& out) const = 0;

  const TensorProblem& problem() const { return p_; }

 private:
  /// before := 2 X here - before.
  void step(const Vector<double>& here, Vector<double>& before) const;
  void group(double start, std::span<const double> times, std::size_t first, Vector<double>& psi,
             LinearAverages* averages, std::size_t& next, const Visit& visit);

  const TensorProblem& p_;
  Vector<double> root_, start_, diagonal_;  // diagonal_: that of 2X
  double upper_ = 0, condition_ = 1, absolute_noise_ = 0, relative_noise_ = 0, largest_noise_ = 0;
  double start_time_ = 0;
  double stationary_ = 0;  // psi -> stationary_ sqrt(w)
};

}  // namespace calor::evolve
