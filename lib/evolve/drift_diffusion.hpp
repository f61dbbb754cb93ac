#pragma once
// Fokker–Planck equations in several parameters that need not have a potential, Itô convention (theory.md section 2):
//   d rho/dt = -sum_a d_a J_a,  J_a = f_a rho - sum_b d_b (D_ab rho),
// on tensor grids by sinc collocation, with rho = e^g psi for a weight g that keeps the tails' digits (g = 0: none):
//   d psi/dt = sum_a [ d_a((2 g_a D_aa - f_a) psi) + d_a²(D_aa psi) + ((g_a² - g_aa) D_aa - g_a f_a) psi ]
//            + 2 sum_{a<b} (d_a + g_a)(d_b + g_b)(D_ab psi),   g_a = d_a g.
// Time: Krylov subspaces (evolve/krylov.hpp); coefficients that change in time by Taylor series
// (evolve/block_flow.hpp). Where the drift is far stronger in the tails than where densities live (`gaussian`: small
// widths), it drives out what is there at once, and is held back to what it is elsewhere as soon as a place is empty
// (`support`): the generator is then no stiffer than the density is. Where something has kinks in theta: spectral
// elements in place of the grid (evolve/mesh_generator.hpp), for block_flow only.

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "evolve/tensor_expansion.hpp"
#include "evolve/theta_mesh.hpp"
#include "grid/tensor.hpp"

namespace calor::evolve {

/// Coefficients at one time: the drift is pace f, the diffusion heat 1 + noise C.
struct Coefficients {
  double pace = 0, heat = 0, noise = 0;
};

inline Coefficients operator*(double a, const Coefficients& c) { return {a * c.pace, a * c.heat, a * c.noise}; }
inline Coefficients operator+(const Coefficients& a, const Coefficients& b) {
  return {a.pace + b.pace, a.heat + b.heat, a.noise + b.noise};
}

/// Coefficients from `start` until the next piece: terms[k] multiplies the k-th power of the time since then.
struct CoursePiece {
  double start = 0;
  std::array<Coefficients, 3> terms;
};

/// One data set's equation; vectors have size() entries, of the grid (axis 0 fastest) or of the mesh.
struct DriftDiffusion {
  grid::Tensor grid;
  std::shared_ptr<const ThetaMesh> mesh = {};   // in place of the grid; needs a weight
  bool symmetric = false;                       // f = 2 D grad g with one constant D, no course
  std::vector<num::Vector<double>> drift;       // [a] f_a
  std::vector<num::Vector<double>> diffusion;   // [a d + b] D_ab, symmetric and positive definite at every node
  std::vector<num::Vector<double>> divergence;  // [a] sum_b d_b D_ab
  num::Vector<double> log_initial;
  num::Vector<double> weight;                        // g; empty: 0
  std::vector<num::Vector<double>> weight_gradient;  // [a] g_a
  std::vector<num::Vector<double>> weight_bend;      // [a] g_aa

  /// A place is empty where the density is below this share of its top. Where the drift of an empty place is stronger
  /// than that of any other, what is left there is dropped and the drift held back. Without a course; 0: never.
  double support = 0;

  /// Where coefficients change in time: drift is then f, diffusion and divergence are C and sum_b d_b C_ab. Empty: they
  /// are what they are. The first piece starts at 0.
  std::vector<CoursePiece> course;

  Eigen::Index size() const { return mesh ? mesh->size() : grid.size(); }
  num::Vector<double> node_weight() const {
    return mesh ? mesh->weight() : num::Vector<double>::Constant(grid.size(), grid.cell());
  }
  Coefficients coefficients(double time) const;
  /// The equation with these coefficients for good.
  DriftDiffusion with(const Coefficients& c) const;
};

/// A density at one time and the rates at it, in nats per unit of time.
struct FlowState {
  num::Vector<double> density;
  num::Vector<double> log_density;  // -infinity where round-off hides it
  num::Vector<double> round_off;    // absolute, of the density
  double ep_rate = 0;               // int J.D^-1 J/rho
  double ep_uncertain = 0;          // of it, what comes from places that the grid's ringing hides
  double medium_rate = 0;           // int J.D^-1 (f - div D)
  double housekeeping_rate = 0;     // int rho nu.D^-1 nu, nu = J_ss/rho_ss; only with a stationary density
};

struct Flow {
  std::vector<FlowState> states;  // one a time
};

/// States at increasing times >= 0. `stationary` (optional): e^{-g} rho_ss, as from stationary(); constant
/// coefficients.
Flow flow(const DriftDiffusion& problem, std::span<const double> times,
          const num::Vector<double>* stationary = nullptr);

/// One equation for all densities that are nowhere but where the solution of a problem with `support` is at one of
/// these times: without `support`, the drift held back at all other places, where `followed` is 0 and not 1.
struct SharedSupport {
  DriftDiffusion problem;
  num::Vector<double> followed;
};

SharedSupport shared_support(const DriftDiffusion& problem, std::span<const double> times);

/// `flow` of a problem with `support`, no weight and no course, until sqrt(w), w = exp(-L/T), bounds the density: from
/// there on by the symmetrised expansions of `settled`, the same equation (tensor_spectral.hpp), which know the tails
/// that the support leaves out. Those fill within the times of relaxation there, short where the drift is steep; states
/// soon after have them too low.
Flow flow_from_support(const DriftDiffusion& problem, const TensorProblem& settled, std::span<const double> times);

/// e^{-g} rho_ss: the null vector of the discrete generator, normalised. Up to 1600 nodes by LU decomposition of the
/// dense matrix; beyond, as the limit of exp(tL) rho, extrapolated (reduced rank extrapolation: A. Sidi, Vector
/// Extrapolation Methods, SIAM 2017) until a further stretch of time changes nothing. Throws AccuracyError if that
/// takes too long.
num::Vector<double> stationary(const DriftDiffusion& problem);

}  // namespace calor::evolve
