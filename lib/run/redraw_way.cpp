#include "run/redraw_way.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "experiment/kinds.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "run/analytic.hpp"
#include "run/joint_level.hpp"
#include "run/linear_learners.hpp"
#include "run/linear_way.hpp"
#include "run/redraw_motion.hpp"
#include "run/refine.hpp"
#include "run/sgd_gaussian_way.hpp"
#include "run/sgld_rows.hpp"

namespace calor::run {

namespace {

using analytic::CourseStretch;
using num::Matrix;

constexpr double most_together = 2e10;  // numbers of x and Θ of all data sets at one time

/// Entropies of x, of what x knows, and the energy in excess of equilibrium, at one time.
struct StateOfX {
  double x = 0, x_given_b = 0, x_given_theta = 0, x_given_both = 0, energy = 0;
};

/// Learners whose law is Gaussian; all data sets but for their scatter, which sets the noise of sgd-diffusion: one for
/// each node of a quadrature over it.
class RedrawStudy {
 public:
  RedrawStudy(const experiment::Experiment& e, const std::vector<double>& points, int digits, int level)
      : fine_(redraw_fineness(digits, level)) {
    if (e.learner.kind != "sgd-diffusion") {
      auto learners = linear_learners<double>(e);
      std::vector<Course> courses(learners.size(), linear_course<double>(e.learner));
      add(e, points, 1, std::move(learners), std::move(courses));
    } else if (e.model.dimension == 1) {
      const auto coordinates = gaussian_coordinates<double>(e);
      for (const auto& node : data_scatter(e, scatter_goal<double>(digits, level)))
        add_noisy(e, points, node.weight, coordinates, {node.scatter});
    } else {
      const auto axes = principal_coordinates<double>(e);
      std::vector<double> scatters;
      for (const auto& c : axes) scatters.push_back(c.data.scatter);
      add_noisy(e, points, 1, axes, scatters);
    }
    double moments = static_cast<double>(members_.size() * points.size());
    for (const auto& m : members_) moments += m.motion->moments();
    for (auto& m : members_) m.redraws->share_patience(moments);
  }

  bool fixed() const { return members_.front().redraws->fixed(); }
  double noise() const { return members_.front().redraws->noise(); }

  /// False where state() would throw AccuracyError at point j.
  bool fits(std::size_t j) const {
    return std::all_of(members_.begin(), members_.end(),
                       [&](const Member& m) { return m.redraws->fits(m.motion->at(j)); });
  }

  std::vector<Exchange> exchanged(int threads) const {
    std::vector<std::vector<Exchange>> all(members_.size());
    const int inner = members_.size() > 1 ? 1 : threads;
    num::parallel_for(static_cast<int>(all.size()), threads, [&](int i) {
      const auto& m = members_[static_cast<std::size_t>(i)];
      all[static_cast<std::size_t>(i)] = m.motion->exchanged(*m.redraws, inner);
    });
    std::vector<Exchange> sum(all.front().size());
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += all[i][j] * members_[i].weight;
    return sum;
  }

  /// entropy_theta: S(Θ).
  StateOfX state(std::size_t j, double entropy_theta) const {
    StateOfX out;
    std::vector<RedrawMoment> moments;
    for (const auto& member : members_) {
      moments.push_back(member.motion->at(j));
      const auto& m = moments.back();
      out.x_given_b += member.weight * member.redraws->uncertainty(m, {false, true}).entropy;
      out.x_given_both += member.weight * member.redraws->uncertainty(m, {true, true}).entropy;
      out.energy += member.weight * member.redraws->excess_energy(m);
    }
    if (members_.size() > 1) {
      const info::PlaneMixture all = together(moments);
      const info::MixtureResolution resolution{fine_.efolds, most_together};
      const Eigen::Index n = all.weight.size();
      out.x = info::mixture_entropies({{all.x, Matrix<double>(n, 0), all.xx, Matrix<double>(n, 0)}}, all.weight, 0,
                                      resolution)
                  .entropy;
      out.x_given_theta = info::plane_mixture_entropy(all, resolution) - entropy_theta;
      return out;
    }
    const auto& redraws = *members_.front().redraws;
    out.x = fixed() ? out.x_given_b : redraws.uncertainty(moments.front(), {false, false}).entropy;
    out.x_given_theta = fixed() ? out.x_given_both : redraws.uncertainty(moments.front(), {true, false}).entropy;
    return out;
  }

 private:
  using Course = std::vector<CourseStretch<double>>;
  struct Member {
    double weight;
    std::unique_ptr<Redraws> redraws;
    std::unique_ptr<RedrawMotion> motion;
  };

  void add(const experiment::Experiment& e, const std::vector<double>& points, double weight,
           std::vector<RedrawLaw> learners, std::vector<Course> courses) {
    auto redraws = std::make_unique<Redraws>(std::move(learners), fine_.efolds);
    auto motion = redraw_motion(e, redraws->learners(), std::move(courses), points, fine_);
    members_.push_back({weight, std::move(redraws), std::move(motion)});
  }

  /// scatters: of the gradients, one a coordinate.
  void add_noisy(const experiment::Experiment& e, const std::vector<double>& points, double weight,
                 const std::vector<analytic::GaussianCoordinate<double>>& coordinates,
                 const std::vector<double>& scatters) {
    std::vector<RedrawLaw> learners;
    std::vector<Course> courses;
    for (std::size_t a = 0; a < coordinates.size(); ++a) {
      learners.push_back(coordinate_learner(e, coordinates[a]));
      courses.push_back(scatter_course(e.learner, learners.back(), scatters[a]));
    }
    add(e, points, weight, std::move(learners), std::move(courses));
  }

  /// x and Θ of all data sets, in one dimension.
  info::PlaneMixture together(const std::vector<RedrawMoment>& moments) const {
    std::vector<info::PlaneMixture> parts;
    Eigen::Index size = 0, at = 0;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      parts.push_back(members_[i].redraws->with_theta(moments[i]));
      parts.back().weight *= members_[i].weight;
      size += parts.back().weight.size();
    }
    info::PlaneMixture out;
    for (const auto part : info::PlaneMixture::columns) (out.*part).resize(size);
    for (const auto& p : parts) {
      for (const auto part : info::PlaneMixture::columns) (out.*part).segment(at, p.weight.size()) = p.*part;
      at += p.weight.size();
    }
    return out;
  }

  RedrawFineness fine_;
  std::vector<Member> members_;
};

/// Gives x's numbers to a row that has theta's. `start`: at t = 0.
void set_x(info::Row<double>& row, const StateOfX& state, const StateOfX& start, const Exchange& done, double own_noise,
           bool fixed, bool in_turns, bool at_start) {
  const auto& [x, x_given_b, theta, both, energy] = state;
  const double m_info = row.at("m_info").value;
  const std::map<std::string, double> values{{"l_info", x - x_given_b},
                                             {"r_info", m_info - (x - x_given_b) + theta - both},
                                             {"info_x_theta", x - theta},
                                             {"info_x_theta_given_b", x_given_b - both},
                                             {"entropy_x", x},
                                             {"entropy_x_given_b", x_given_b},
                                             {"entropy_x_given_theta", both},
                                             {"heat_x", done.heat},
                                             {"work_x", done.work},
                                             {"flow_x", done.flow_x},
                                             {"flow_theta", done.flow_theta},
                                             {"ep_x", done.ep},
                                             {"ep_x_given_b", x_given_b - start.x_given_b - done.heat},
                                             {"ep_x_naive", x - start.x - done.heat},
                                             {"reservoir_gap", -done.heat - m_info},
                                             {"_info_x_b_given_theta", theta - both},
                                             {"_phi", energy}};
  for (const char* gone : {"ep_x_path", "ift_x"}) row.erase(gone);
  if (in_turns) row.erase("fisher_dissipation");
  const double size = 1 + std::fabs(x) + std::fabs(done.heat) + std::fabs(done.ep) + std::fabs(done.work);
  static const std::set<std::string> moments{"heat_x", "work_x", "reservoir_gap", "_phi"};  // no entropies in them
  static const std::set<std::string> exchanged{"heat_x", "work_x",       "flow_x",     "flow_theta",
                                               "ep_x",   "ep_x_given_b", "ep_x_naive", "reservoir_gap"};
  const double of_theta = row.at("m_info").noise;
  for (const auto& [name, value] : values) {
    const double noise = (moments.count(name) ? 0.01 : 1) * own_noise * size + 1e-14 * size + of_theta;
    row[name] = at_start && exchanged.count(name) ? info::Raw<double>{0, 0} : info::Raw<double>{value, noise};
  }
  if (at_start) row["l_info"] = row["r_info"] = row["_info_x_b_given_theta"] = {0, 0};
  if (!fixed) return;
  row["l_info"] = row["_info_x_b_given_theta"] = {0, 0};
  row["r_info"] = row.at("m_info");
}

std::vector<info::Row<double>> redraw_rows(const Job& job, const std::vector<double>& points, int level) {
  const auto& e = job.experiment;
  experiment::Experiment theta_alone = e;
  theta_alone.sampler = {};
  const Job alone{theta_alone, job.options, job.digits, {}};
  auto out = linear_rows<double>(alone, points, level);
  const RedrawStudy study(e, points, job.digits, level);
  const auto done = study.exchanged(job.options.threads);
  std::vector<StateOfX> states(points.size());
  num::parallel_for(static_cast<int>(points.size()), job.options.threads, [&](int i) {
    const auto j = static_cast<std::size_t>(i);
    states[j] = study.state(j, out[j].at("entropy_theta").value);
  });
  for (std::size_t j = 0; j < points.size(); ++j)
    set_x(out[j], states[j], states.front(), done[j], study.noise(), study.fixed(), experiment::takes_turns(e),
          points[j] == 0);
  return out;
}

/// Whether the first levels of so many digits fit, at the points.
bool digits_fit(const experiment::Experiment& e, const std::vector<double>& points, int digits) {
  const RedrawStudy study(e, points, digits, 1);
  for (std::size_t j = 0; j < points.size(); ++j)
    if (!study.fits(j)) return false;
  return true;
}

void require_room(const Job& job, const std::vector<double>& points) {
  const auto& e = job.experiment;
  if (digits_fit(e, points, job.digits)) return;
  int most = job.digits - 1;
  while (most > 0 && !digits_fit(e, points, most)) --most;
  throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                      " digits: the density of x takes more numbers than can be summed; allowed: " +
                      (most > 0 ? "at most " + std::to_string(most) + " digits, " : "") +
                      "fewer times or parameters, or one data set by data.values");
}

}  // namespace

bool redraws_linearly(const experiment::Experiment& e) {
  if (e.sampler.kind != "heat-bath" || (!of_regression(e) && e.model.kind != "gaussian-mean")) return false;
  const auto& l = e.learner;
  if (l.kind == "sgd-diffusion") {
    const bool given = e.data.source == experiment::Data::Source::values;
    return e.model.kind == "gaussian-mean" && (e.model.dimension == 1 || (given && round_start(l)));
  }
  if (cold(l)) return false;
  return l.kind == "langevin" || (l.kind == "sgld" && sees_all(e));
}

bool mixes_redraws(const Job& job) {
  const auto& e = job.experiment;
  if (job.options.method != Method::automatic || !redraws_linearly(e)) return false;
  const bool on_grid = e.model.kind != "gaussian-mean" || e.model.dimension == 1;
  return !on_grid || (job.digits <= most_redraw_digits && !fluctuations_wanted(job.options));
}

void gaussian_redraws(Job& job) {
  const auto& e = job.experiment;
  require_turns(e);
  if (job.digits > most_redraw_digits)
    throw AccuracyError(e.at("accuracy.digits") + std::to_string(job.digits) +
                        " digits are out of reach of a Gaussian x that is redrawn, which is computed in double "
                        "precision; allowed: at most " +
                        std::to_string(most_redraw_digits));
  const auto study = make_study<double>(e, job.options);
  require_room(job, study.points);
  const auto identities =
      e.learner.kind == "sgld"
          ? sgld_identities<double>(num::from_rational<double>(e.learner.temperature.values.front()), true)
          : langevin_identities<double>(e);
  auto book = refine<double>([&](int k) { return redraw_rows(job, study.points, k); }, 4,
                             Goal<double>{accuracy<double>(job.digits), job.wanted(), 3}, identities);
  settle_infinities(book);
  collect(job, book, study, "mixture over redraws", identities);
}

}  // namespace calor::run
