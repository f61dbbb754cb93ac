#pragma once
// X lagging behind Theta on a tensor grid (theory.md section 6): the joint densities of all data sets, in continuous
// time (langevin: evolve/tensor_joint.hpp; sgd-diffusion and schedules: evolve/block_flow.hpp) or in turns
// (thermo/lagged.hpp). A real x is redrawn or relaxes by `ou`, a count is redrawn, both composed with Theta's moves in
// continuous time (thermo::Splitting). Where the rates of a discrete model have kinks in theta (metropolis, up to two
// parameters), and in one parameter in continuous time, the joint densities live on spectral elements, between the
// kinks (kink_mesh.hpp), by block_flow.

#include <optional>

#include "evolve/drift_diffusion.hpp"
#include "evolve/tensor_joint.hpp"
#include "evolve/time_nodes.hpp"
#include "run/diffusion_level.hpp"
#include "run/joint_model.hpp"
#include "run/tensor_plan.hpp"
#include "run/tensor_spaces.hpp"
#include "thermo/joint.hpp"
#include "thermo/lagged.hpp"

namespace calor::run {

/// Memory and work of the joint densities on elements, or composed, roughly; 0 where the grid's own tell.
struct JointCost {
  double bytes = 0, operations = 0;
};

JointCost joint_cost(const Study<double>& study, const grid::Tensor& grid, const TensorResolution& resolution,
                     double sets, double fastest_time);

/// Goal::common of the levels: 0 but where a real x lags.
double common_error(const Study<double>& study);

/// What all data sets share.
class TensorJointLevel {
 public:
  /// fastest_time: of the learner. fluctuations: moments of heat and work, ift_x and ift_theta. sets: histories to
  /// come.
  TensorJointLevel(const Study<double>& study, const TensorTerms& terms, const grid::Tensor& grid, double fastest_time,
                   const TensorResolution& resolution, bool fluctuations, std::size_t sets);

  /// Outcomes by class, with the model at the nodes.
  const info::Spaces<double>& spaces() const { return spaces_; }

  /// The densities of X and Theta live on elements, whatever the problem on the grid.
  bool on_elements() const { return mesh_ != nullptr; }
  /// On elements, fluctuations included.
  thermo::JointHistory<double> follow(const data::DataSet<double>& set) const;
  /// langevin, on the grid. states: vectors of all classes that may be held at once.
  thermo::JointHistory<double> follow(const evolve::TensorProblem& problem, int states) const;
  /// With gradient noise or a course, on the grid.
  thermo::JointHistory<double> follow(const evolve::DriftDiffusion& problem) const;

  /// What continuous time adds to a history with `fluctuations`; turns have them already.
  void add_fluctuations(const evolve::DriftDiffusion& problem, thermo::JointHistory<double>& history) const;

  /// What X's lagging adds to the rows of Theta.
  void add_rows(const Vector<double>& probability, const std::vector<thermo::JointHistory<double>>& histories,
                std::vector<info::Row<double>>& rows) const;

 private:
  /// By thermo/lagged.hpp: in turns, or a real x or a count in continuous time.
  bool composes() const { return study_.experiment->time.step || as_a_whole_; }
  bool relaxes() const { return study_.experiment->sampler.kind == "ou"; }
  thermo::XMove relaxed(double decay) const;
  thermo::ThetaMotion::Move prepared(Eigen::Index nodes, bool symmetric, thermo::ThetaMotion::Move move) const;
  thermo::JointHistory<double> compose(const thermo::ThetaMotion& motion) const;
  thermo::JointHistory<double> compose(const evolve::TensorProblem& problem) const;
  thermo::JointHistory<double> compose(const evolve::DriftDiffusion& problem) const;
  thermo::JointHistory<double> compose_on_support(const evolve::DriftDiffusion& problem) const;
  thermo::JointHistory<double> continuous(const evolve::TensorProblem& problem, int states) const;
  thermo::JointHistory<double> continuous(const evolve::DriftDiffusion& problem) const;
  evolve::TimeNodes<double> nodes() const;

  const Study<double>& study_;
  bool as_a_whole_;                 // x: real, or a count
  std::vector<Eigen::Index> rows_;  // its nodes on each row of the design
  std::vector<RealRow> real_;       // the rows, if x is real
  OutcomeClasses outcomes_;
  std::shared_ptr<const evolve::ThetaMesh> mesh_;  // none: on the grid
  std::optional<DiffusionTerms> terms_;            // on it
  info::Spaces<double> spaces_;
  Matrix<double> energy_;     // n x classes: phi
  thermo::XMove turn_;        // with `step`
  evolve::JointRates rates_;  // in continuous time
  double panel_;              // length of the first panel of time
  int order_;                 // its nodes
  double substep_;            // of what is composed in continuous time, at most
  int columns_;               // of its extrapolation
  bool fluctuations_;
  int threads_;  // for one history
};

}  // namespace calor::run
