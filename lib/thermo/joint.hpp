#pragma once
// The two subsystems moving in turn (theory.md section 6): joint density P(x, theta | B) of one data set, and what each
// move changes. Densities are with respect to the weights of info::Spaces (theta_weight x x_weight). Units: nats, k_B
// = 1.

#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "info/information.hpp"

namespace calor::thermo {

/// Functions of the joint state of one data set.
template <num::Real R>
struct JointState {
  R energy = 0;         // <phi_theta(x)> = <-ln p(x|theta)>
  R entropy_x = 0;      // S(X|B)
  R entropy_theta = 0;  // S(Theta|B)
  R entropy_joint = 0;  // S(X,Theta|B)

  R information() const { return entropy_x + entropy_theta - entropy_joint; }  // I(X;Theta|B)
  R conditional() const { return entropy_joint - entropy_theta; }              // S(X|Theta,B)
};

/// joint: n x K.
template <num::Real R>
JointState<R> joint_state(const info::Spaces<R>& spaces, const num::Matrix<R>& energies, const num::Matrix<R>& joint);

/// -ln p(x_k | theta_i), n x K: the energies phi.
template <num::Real R>
num::Matrix<R> energies(const info::Spaces<R>& spaces);

/// A move of X at fixed theta, on n x K densities: a share `kept` stays where it is, the rest is drawn anew from
/// p(.|theta). rows: numbers of x in each row of a design, which does not change (one number without a design).
template <num::Real R>
std::function<num::Matrix<R>(const num::Matrix<R>&)> redraw(const info::Spaces<R>& spaces,
                                                            const std::vector<Eigen::Index>& rows, const R& kept);

/// The ledger of X along one history: which move changed what.
template <num::Real R>
struct Ledger {
  R heat_x = 0, work_x = 0, flow_x = 0, flow_theta = 0, ep_x = 0;

  /// Theta moved, x did not: work_x, flow_theta.
  void theta_moved(const JointState<R>& before, const JointState<R>& after);
  /// X moved, theta did not: heat_x, flow_x, and ep_x = change of S(X|Theta,B) - heat (I11).
  void x_moved(const JointState<R>& before, const JointState<R>& after);
};

/// One data set's joint density at the points, and what was accumulated until each.
template <num::Real R>
struct JointHistory {
  std::vector<num::Matrix<R>> joint;  // [point]: n x K
  std::map<std::string, std::vector<R>>
      totals;  // [quantity][point]: "heat_x", "work_x", "flow_x", "flow_theta", "ep_x",
               // and of the learner: "heat_theta", "ep_theta", "fisher_dissipation", ... where it knows them
  num::Vector<R> round_off;                  // [node]: absolute round-off of the marginal density of Theta
  std::vector<std::array<R, 4>> tails = {};  // [point]: TailNoise so far; empty where X's kernels have none
};

/// Kernels of a real x that are known to `unit` times the largest density of a node leave noise in the tails, where
/// there is no probability but much energy: what is below that is set to 0.
template <num::Real R>
void clear_tails(const R& unit, num::Matrix<R>& densities);

/// What such kernels make uncertain where tails are cleared: moments of heat and work collect it in every move of X,
/// linearly, as a kernel that is used again errs again.
template <num::Real R>
class TailNoise {
 public:
  TailNoise(const info::Spaces<R>& spaces, const num::Matrix<R>& energy, const R& unit)
      : spaces_(spaces), energy_(energy), unit_(unit) {}

  /// joint: cleared.
  void x_moved(const num::Matrix<R>& joint);
  /// [0]: of the density after the last moves, summed over x and theta; [k]: of the k-th power of energy so far.
  const std::array<R, 4>& so_far() const { return sum_; }

 private:
  const info::Spaces<R>& spaces_;
  const num::Matrix<R>& energy_;
  R unit_;
  std::array<R, 4> sum_{};
};

/// Adds to every row (one a point; rows[0] is the start) the informations from the joint densities and the X side of
/// the ledger: all of theory.md section 4 without assuming a Markov chain, heat_x ... reservoir_gap, averaged over the
/// data sets; plus "_" quantities for the identities. Totals that are present in all histories are averaged and added
/// under their names. energy: phi, n x K.
template <num::Real R>
void joint_rows(const info::Spaces<R>& spaces, const num::Matrix<R>& energy, const num::Vector<R>& probability,
                const std::vector<JointHistory<R>>& histories, std::span<info::Row<R>> rows);

}  // namespace calor::thermo
