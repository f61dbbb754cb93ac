#pragma once
// One resolution of a langevin run in one parameter: all quantities at all points, with their round-off. Errors come
// from comparing levels.

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "data/ensemble.hpp"
#include "evolve/propagator.hpp"
#include "evolve/time_nodes.hpp"
#include "info/row.hpp"
#include "learner/langevin.hpp"
#include "run/run.hpp"

namespace calor::run {

using num::Real;

/// How finely a level resolves. Everything that is truncated or discretised follows from these, so two levels differ in
/// all of it.
struct Resolution {
  double tail_decades = 30;  // e-folds down to which densities and ensembles are followed
  /// The same for real x and its model, where a cut moves by whole nodes, so that the difference of two levels may miss
  /// what it leaves out: e^-8 of that.
  double deep_tail() const { return tail_decades + 8; }
  double spacing_decades = 30;  // e-folds of the spacing error
  int time_order = 16;          // nodes a time panel; 0: nothing is integrated over time
  double panel_scale = 1;       // length of time panels
  double lag_substep = 0.5;     // continuous-time lagging samplers: longest substep, in units of their time scale
  int lag_columns = 6;          // and columns of the extrapolation in it
  double strip_share =
      1e300;  // largest spacing, as a share of the losses' analyticity strip (local interpolation needs it)
  double width_share = 1e300;  // the same, of the narrowest density's standard deviation
};

/// What does not change between levels.
template <Real R>
struct Study {
  const experiment::Experiment* experiment = nullptr;
  const Options* options = nullptr;
  std::unique_ptr<model::Model<R>> model;
  std::unique_ptr<model::Model<double>> rough_model;  // for decisions
  learner::Langevin<R> learner;
  learner::Langevin<double> rough_learner;
  std::vector<R> points;    // with 0 in front, where the user did not ask for it
  std::vector<int> wanted;  // index into points of the user's points
};

template <Real R>
Study<R> make_study(const experiment::Experiment& experiment, const Options& options);

/// The grid, ensemble and time nodes of a level, before anything is evolved.
template <Real R>
struct Layout {
  grid::Grid<R> grid;
  data::Ensemble<R> ensemble;
  double fastest_time = 1;
  double narrowest = 1;
  double settled = 1, settled_spacing = 1, coldest = 1;  // see grid::Plan
  int radius = 0;                                        // see evolve::Problem
};

template <Real R>
Layout<R> lay_out(const Study<R>& study, const Resolution& resolution);

/// True if every data set has a stationary density (I9); false where that is not certain.
bool has_stationary_densities(const experiment::Experiment& experiment);

/// True if X follows by joint dynamics: a sampler at finite speed, or turns of `step`.
bool lagging(const experiment::Experiment& experiment);

/// The share of a redrawn X that one turn leaves where it is.
template <Real R = double>
R kept_in_a_turn(const experiment::Experiment& experiment);

/// Points and quadrature nodes of a level: panels begin anew at the knots of schedules.
template <Real R>
evolve::TimeNodes<R> time_nodes(const Study<R>& study, const Layout<R>& layout, const Resolution& resolution);

/// The equation of one data set, which must outlive it, at the points and nodes of a level.
template <Real R>
evolve::Problem<R> problem_on(const Study<R>& study, const Layout<R>& layout, const learner::Terms<R>& terms,
                              const evolve::TimeNodes<R>& nodes, const data::DataSet<R>& set);

/// One row a point of the study. `fraction` (optional) is called with the share of data sets done.
template <Real R>
std::vector<info::Row<R>> evaluate(const Study<R>& study, const Layout<R>& layout, const Resolution& resolution,
                                   const evolve::Propagator<R>& solver, const std::function<void(double)>& fraction);

}  // namespace calor::run
