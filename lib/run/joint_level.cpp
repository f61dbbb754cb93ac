#include "run/joint_level.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/job.hpp"
#include "run/joint_model.hpp"
#include "run/real_kernels.hpp"
#include "sampler/ou.hpp"
#include "thermo/equilibrium_fluctuations.hpp"
#include "thermo/lagged.hpp"
#include "thermo/two_class.hpp"

namespace calor::run {

namespace {

using num::Matrix;
using num::Vector;

thermo::TwoClassRoom room(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution,
                          const evolve::ThetaBasis& basis, const ClassModel& model, bool fluctuations) {
  if (model.outcomes.classes.count() != 2) throw InternalError("joint dynamics: outcomes of more than two kinds");
  thermo::TwoClassRoom out{basis,       model.spaces, model.energy, model.slope, model.bend,
                           {},          {},           study.points, 1,           resolution.time_order + 1,
                           fluctuations};
  const double rate = num::from_rational<double>(*study.experiment->sampler.rate);
  const Eigen::Index n = out.basis.size();
  out.up = out.down = Vector<double>(n);
  const auto generators = class_generators(study, model.outcomes, model.spaces, basis.theta);
  for (Eigen::Index i = 0; i < n; ++i) {
    out.up[i] = rate * generators[static_cast<std::size_t>(i)](1, 0);
    out.down[i] = rate * generators[static_cast<std::size_t>(i)](0, 1);
  }
  out.first_panel = resolution.panel_scale / (rate + 1 / layout.fastest_time);
  // what a kink of the rates makes of the start is like a power of t^(1/2): panels shrink towards t = 0
  if (study.experiment->sampler.kind == "metropolis") out.first_panel *= 1.0 / 256;
  return out;
}

/// Where p(x|theta) lies at the nodes of theta, for a real x of one width.
RealAxes real_axes(const Study<double>& study, const Layout<double>& layout, const info::Spaces<double>& spaces,
                   const Resolution& resolution, const evolve::ThetaBasis& basis) {
  const double stddev = study.model->stddev({});
  const double reach = stddev * std::sqrt(2 * resolution.deep_tail());  // as the level lays out its spaces
  const grid::Grid<double> x{layout.grid.start - reach, spaces.x_weight[0], static_cast<int>(spaces.x_weight.size())};
  return {{x}, basis.theta, Vector<double>::Constant(basis.size(), stddev)};
}

/// -ln p(x|theta), also where p underflows: an x that lags can be there.
Matrix<double> energies_on(const RealAxes& axes) {
  const auto& x = axes.grid.front();
  Matrix<double> out(axes.mean.rows(), x.size);
  for (int k = 0; k < x.size; ++k)
    out.col(k) = ((x.node(k) - axes.mean.col(0).array()) / axes.stddev.array()).square() / 2 +
                 axes.stddev.array().log() + std::log(2 * M_PI) / 2;
  return out;
}

constexpr double most_products = 4e12;  // of one level

/// Throws AccuracyError if so many moves of Theta and X, of so many multiplications each, take too long.
void require_moves(const Study<double>& study, double moves, double size) {
  if (2 * moves * size < most_products) return;
  const auto& e = *study.experiment;
  throw AccuracyError(e.at(e.time.step ? "time.step" : "sampler.rate") + num::to_text(moves, 3) +
                      " moves of a Gaussian x need " + num::to_text(2 * moves * size, 2) +
                      " operations, more than time allows; allowed: fewer digits, shorter times, or a " +
                      (e.time.step ? "longer step" : "lower rate"));
}

JointLevel real_level(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution,
                      const info::Spaces<double>& spaces, bool fluctuations) {
  const auto& e = *study.experiment;
  const auto basis = evolve::sinc_basis(layout.grid);
  const auto terms = learner::terms_on(*study.model, layout.grid);
  const RealAxes axes = real_axes(study, layout, spaces, resolution, basis);
  const Matrix<double> energy = energies_on(axes);
  const auto start = log_initial(study, basis);
  RealKernels kernels(axes);
  const double rate = e.sampler.rate ? num::from_rational<double>(*e.sampler.rate) : 0;
  const thermo::LaggedRoom shared{spaces, energy, study.points, fluctuations,
                                  e.sampler.kind == "ou" ? sampler::OuTransition::round_off : 0};
  const double step = e.time.step ? num::from_rational<double>(*e.time.step) : 0;
  const std::vector<Eigen::Index> one_row{spaces.x_weight.size()};
  const auto over = [&](double time) {
    return e.sampler.kind == "ou" ? thermo::by_kernels(kernels.ou(rate * time))
                                  : thermo::redraw<double>(spaces, one_row, std::exp(-rate * time));
  };
  const auto turn = [&] {
    return e.sampler.kind == "ou" ? over(step) : thermo::redraw<double>(spaces, one_row, kept_in_a_turn(e));
  };
  const thermo::Turns turns{step, e.time.step ? turn() : thermo::XMove()};
  const thermo::Splitting splitting{over, resolution.lag_substep / (rate + 1 / layout.fastest_time),
                                    resolution.lag_columns, e.sampler.kind == "ou" ? 8.0 : 2.0};
  require_moves(study,
                e.time.step ? study.points.back() / step
                            : thermo::split_moves(study.points, splitting.substep, splitting.columns),
                static_cast<double>(layout.ensemble.sets.size()) * static_cast<double>(energy.size()) *
                    static_cast<double>(e.sampler.kind == "ou" ? energy.rows() + energy.cols() : energy.rows()));
  JointLevel out{spaces, energy, {}};
  out.histories.resize(layout.ensemble.sets.size());
  num::parallel_for(static_cast<int>(out.histories.size()), study.options->threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    const auto theta = thermo::motion_by_modes(basis, dynamics(study, layout.ensemble.sets[k], terms, basis), start);
    out.histories[k] =
        e.time.step ? thermo::follow_turns(shared, theta, turns) : thermo::follow_split(shared, theta, splitting);
    out.histories[k].totals.erase("ift_x");  // p/P is not known where both are below round-off
    if (e.time.step || e.sampler.kind != "ou") return;
    drop_moments(out.histories[k]);
  });
  return out;
}

}  // namespace

JointLevel joint_level(const Study<double>& study, const Layout<double>& layout, const Resolution& resolution,
                       const info::Spaces<double>& spaces, bool fluctuations) {
  if (study.model->outcomes() == 0) return real_level(study, layout, resolution, spaces, fluctuations);
  const auto basis = theta_basis(study, layout, resolution);
  const auto model = class_model(study, basis);
  const auto start = log_initial(study, basis);
  JointLevel out{model.spaces, model.energy, {}};
  out.histories.resize(layout.ensemble.sets.size());
  const auto each = [&](const auto& follow) {
    num::parallel_for(static_cast<int>(out.histories.size()), study.options->threads, [&](int b) {
      const auto k = static_cast<std::size_t>(b);
      out.histories[k] = follow(dynamics(study, layout.ensemble.sets[k], model.terms, basis));
    });
  };
  if (study.experiment->time.step) {
    const thermo::LaggedRoom shared{model.spaces, model.energy, study.points, fluctuations};
    const thermo::Turns turns{num::from_rational<double>(*study.experiment->time.step),
                              thermo::by_kernels(turn_kernels(study, model.outcomes, model.spaces, basis.theta))};
    each([&](const auto& theta) {
      return thermo::follow_turns(shared, thermo::motion_by_modes(basis, theta, start), turns);
    });
  } else {
    const auto shared = room(study, layout, resolution, basis, model, fluctuations);
    each([&](const auto& theta) { return thermo::follow_two_classes(shared, theta, start); });
  }
  return out;
}

void drop_moments(thermo::JointHistory<double>& history) {
  std::erase_if(history.totals, [](const auto& total) {
    return total.first.starts_with("_heat_x_") || total.first.starts_with("_work_x_");
  });
}

bool fluctuations_wanted(const Options& options) {
  const auto names = {"heat_x_variance", "heat_x_skewness", "work_x_variance", "work_x_skewness", "ift_x", "ift_theta"};
  return std::any_of(names.begin(), names.end(), [&](const char* q) { return printed(q, options); });
}

void add_equilibrium_fluctuations(const Study<double>& study, const Layout<double>& layout,
                                  const Resolution& resolution, const info::Spaces<double>& spaces,
                                  const Vector<double>& fisher, const learner::Terms<double>& terms,
                                  std::span<info::Row<double>> rows) {
  thermo::EquilibriumRoom shared{evolve::sinc_basis(layout.grid), fisher, {}, study.points, 1,
                                 resolution.time_order + 1};
  shared.first_panel = resolution.panel_scale * layout.fastest_time;
  const Matrix<double> energy = thermo::energies(spaces);
  shared.energy_powers = Matrix<double>(energy.rows(), 3);
  Matrix<double> weighted = spaces.conditional * spaces.x_weight.asDiagonal();
  for (int k = 0; k < 3; ++k) {
    weighted = weighted.cwiseProduct(energy);
    shared.energy_powers.col(k) = weighted.rowwise().sum();
  }
  const auto start = log_initial(study, shared.basis);
  std::vector<std::vector<std::map<std::string, double>>> each(layout.ensemble.sets.size());
  num::parallel_for(static_cast<int>(each.size()), study.options->threads, [&](int b) {
    const auto k = static_cast<std::size_t>(b);
    each[k] =
        thermo::equilibrium_fluctuations(shared, dynamics(study, layout.ensemble.sets[k], terms, shared.basis), start);
  });
  for (std::size_t j = 0; j < rows.size(); ++j)
    for (std::size_t b = 0; b < each.size(); ++b) {
      const double p = layout.ensemble.sets[b].weight, noise = each[b][j].at("_noise");
      for (const auto& [name, value] : each[b][j]) {
        if (name == "_noise") continue;
        auto& raw = rows[j][name];
        raw.value += p * value;
        if (name != "ift_x") raw.noise += p * noise * (1 + std::fabs(value));
      }
    }
}

}  // namespace calor::run
