#pragma once
// X lagging behind two or three parameters (theory.md section 6): the joint densities of all data sets on a tensor
// grid, in continuous time (evolve/tensor_joint.hpp) or in turns (thermo/lagged.hpp). Discrete models.

#include "evolve/tensor_joint.hpp"
#include "run/joint_model.hpp"
#include "run/tensor_plan.hpp"
#include "thermo/joint.hpp"

namespace calor::run {

/// What all data sets share.
class TensorJointLevel {
 public:
  /// fastest_time: of the learner. fluctuations: moments of heat and work, ift_x and ift_theta (turns only).
  TensorJointLevel(const Study<double>& study, const TensorTerms& terms, const grid::Tensor& grid, double fastest_time,
                   const TensorResolution& resolution, bool fluctuations);

  /// Outcomes by class, with the model at the nodes.
  const info::Spaces<double>& spaces() const { return spaces_; }

  /// states: vectors of all classes that may be held at once.
  thermo::JointHistory<double> follow(const evolve::TensorProblem& problem, int states) const;

 private:
  thermo::JointHistory<double> in_turns(const evolve::TensorProblem& problem) const;
  thermo::JointHistory<double> continuous(const evolve::TensorProblem& problem, int states) const;

  const Study<double>& study_;
  OutcomeClasses outcomes_;
  info::Spaces<double> spaces_;
  Matrix<double> energy_;             // n x classes: phi
  std::vector<Matrix<double>> turn_;  // with `step`
  evolve::JointRates rates_;          // in continuous time
  double panel_;                      // length of the first panel of time
  int order_;                         // its nodes
  bool fluctuations_;
};

}  // namespace calor::run
