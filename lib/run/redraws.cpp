#include "run/redraws.hpp"

#include <algorithm>
#include <cmath>

#include "num/decompose.hpp"

namespace calor::run {

using Eigen::Index;
using info::MixtureCoordinate;
using info::MixtureEntropies;
using num::Matrix;
using num::Vector;

namespace {

// Numbers of one level that take minutes: in products of matrices, and by sums over one coordinate.
constexpr double patience = 2e12, patience_alone = 1e11;

Matrix<double> theta_covariance(const RedrawLaw& p, const ThetaAt& at, bool b_known) {
  Matrix<double> out = at.v;
  if (!b_known) out.diagonal() += at.answer.cwiseProduct(at.answer).cwiseProduct(p.gradient_variance);
  return out;
}

/// Of Θ now with u·Θ at an earlier time.
Vector<double> theta_with_past(const RedrawLaw& p, const ThetaAt& now, const ThetaAt& then, const Vector<double>& u,
                               bool b_known) {
  Vector<double> out = then.to_now.cwiseProduct(Vector<double>(then.v * u));
  if (!b_known) out += now.answer.cwiseProduct(p.gradient_variance).cwiseProduct(then.answer).cwiseProduct(u);
  return out;
}

Vector<double> theta_mean(const RedrawLaw& p, const ThetaAt& at) {
  return at.decay.cwiseProduct(p.start_mean) + at.answer.cwiseProduct(p.gradient);
}

/// x_j, given when it was redrawn last and what is known.
MixtureCoordinate coordinate(const RedrawLaw& p, Index channel, const std::vector<ThetaAt>& past,
                             const Knowledge& known) {
  const Vector<double> u = p.inputs.row(channel);
  const auto n = static_cast<Index>(past.size()), d = p.parameters();
  const ThetaAt& now = past.back();
  const num::Cholesky<double> root(theta_covariance(p, now, known.b));
  const Vector<double> spread = p.gradient_variance.cwiseSqrt();
  MixtureCoordinate out{Vector<double>(n), Matrix<double>(n, (known.theta ? d : 0) + (known.b ? d : 0)),
                        Vector<double>(n), Matrix<double>(n, known.theta && known.b ? d : 0)};
  for (Index k = 0; k < n; ++k) {
    const ThetaAt& then = past[static_cast<std::size_t>(k)];
    out.mean[k] = u.dot(theta_mean(p, then));
    out.variance[k] = p.s2 + u.dot(theta_covariance(p, then, known.b) * u);
    if (known.b) out.load.row(k).tail(d) = u.cwiseProduct(then.answer).cwiseProduct(spread);
    if (!known.theta) continue;
    const Vector<double> c = theta_with_past(p, now, then, u, known.b), half = root.solve_half(c);
    out.load.row(k).head(d) = half;
    out.variance[k] = std::max(p.s2, out.variance[k] - half.squaredNorm());
    if (known.b) out.slope.row(k) = root.solve_vector(c);
  }
  return out;
}

double mean_pull(const RedrawLaw& p, const Vector<double>& q) {
  double sum = 0;
  for (Index i = 0; i < p.parameters(); ++i) sum += q[i] * p.pull(i);
  return sum;
}

}  // namespace

ThetaAt law_at_start(const RedrawLaw& p) {
  const auto d = p.parameters();
  return {Vector<double>::Ones(d), Vector<double>::Zero(d), p.start, 0, Vector<double>::Ones(d)};
}

ThetaAt after_move(const ThetaAt& from, const analytic::LinearMove<double>& move) {
  ThetaAt out{move.decay.cwiseProduct(from.decay), move.decay.cwiseProduct(from.answer) + move.answer,
              move.decay.asDiagonal() * from.v * move.decay.asDiagonal(), from.clock + move.clock, from.to_now};
  out.v.diagonal() += move.noise;
  return out;
}

Redraws::Redraws(std::vector<RedrawLaw> learners, double efolds)
    : learners_(std::move(learners)), sites_(sites(learners_)), resolution_{efolds, patience} {}

void Redraws::share_patience(double times) {
  const bool alone = sites_.front().coordinates.size() == 1;
  resolution_.most_work =
      (alone ? patience_alone / static_cast<double>(sites_.size()) : patience) / std::max(times, 1.0);
}

double Redraws::noise() const { return 20 * std::exp(-resolution_.efolds); }

/// Rows of the design that are the same are taken together.
std::vector<Redraws::Site> Redraws::sites(const std::vector<RedrawLaw>& learners) {
  std::vector<Site> out;
  if (learners.size() == 1 && learners.front().channels() > 1) {
    const auto& u = learners.front().inputs;
    for (Index j = 0; j < u.rows(); ++j) {
      const auto same = std::find_if(out.begin(), out.end(),
                                     [&](const Site& s) { return u.row(s.coordinates.front().second) == u.row(j); });
      if (same != out.end())
        same->weight += learners.front().weight;
      else
        out.push_back({{{0, j}}, learners.front().weight});
    }
    return out;
  }
  out.emplace_back();
  for (std::size_t a = 0; a < learners.size(); ++a) out.front().coordinates.emplace_back(a, 0);
  return out;
}

std::vector<MixtureCoordinate> Redraws::coordinates(const Site& site, const RedrawMoment& m, const Knowledge& known,
                                                    const std::vector<double>& diffusion) const {
  std::vector<MixtureCoordinate> out;
  for (const auto& [a, j] : site.coordinates) {
    out.push_back(coordinate(learners_[a], j, m.past[a], known));
    if (!diffusion.empty()) out.back().slope *= std::sqrt(diffusion[a]);
  }
  return out;
}

MixtureEntropies Redraws::uncertainty(const RedrawMoment& m, const Knowledge& known,
                                      const std::vector<double>& diffusion) const {
  MixtureEntropies out;
  for (const auto& site : sites_) {
    const auto e = info::mixture_entropies(coordinates(site, m, known, diffusion), m.weight, m.fresh(), resolution_);
    out.entropy += site.weight * e.entropy;
    out.fresh += site.weight * e.fresh;
    out.slope_square += site.weight * e.slope_square;
  }
  return out;
}

bool Redraws::fits(const RedrawMoment& m) const {
  std::vector<Knowledge> asked{{true, true}, {false, true}};
  if (!fixed()) asked.insert(asked.end(), {{true, false}, {false, false}});
  return std::all_of(sites_.begin(), sites_.end(), [&](const Site& site) {
    return std::all_of(asked.begin(), asked.end(), [&](const Knowledge& known) {
      return info::mixture_fits(coordinates(site, m, known, {}), m.weight, m.fresh(), resolution_);
    });
  });
}

/// Sum over sites, coordinates and redraws of their weights times f(learner, its number, u, then, now).
template <class F>
double Redraws::over_redraws(const RedrawMoment& m, const F& f) const {
  double sum = 0;
  for (const auto& site : sites_)
    for (const auto& [a, j] : site.coordinates) {
      const Vector<double> u = learners_[a].inputs.row(j);
      for (Index k = 0; k < m.weight.size(); ++k)
        if (m.weight[k] > 0)
          sum += site.weight * m.weight[k] * f(learners_[a], a, u, m.past[a][static_cast<std::size_t>(k)], m.now(a));
    }
  return sum;
}

double Redraws::excess_energy(const RedrawMoment& m) const {
  return over_redraws(
      m, [](const RedrawLaw& p, std::size_t, const Vector<double>& u, const ThetaAt& then, const ThetaAt& now) {
        const Vector<double> q = u.cwiseProduct(then.answer - now.answer), then_vu = then.v * u, now_vu = now.v * u;
        const double pull = mean_pull(p, q);
        return (u.dot(then_vu) + u.dot(now_vu) - 2 * u.dot(then.to_now.cwiseProduct(then_vu)) + pull * pull +
                q.cwiseProduct(q).dot(p.gradient_variance)) /
               (2 * p.s2);
      });
}

double Redraws::power(const RedrawMoment& m, const std::vector<double>& mobility,
                      const std::vector<double>& temperature) const {
  return over_redraws(
      m, [&](const RedrawLaw& p, std::size_t a, const Vector<double>& u, const ThetaAt& then, const ThetaAt& now) {
        const Vector<double> q = u.cwiseProduct(then.answer - now.answer), e = u.cwiseProduct(now.decay),
                             then_vu = then.v * u, now_vu = now.v * u, lag = then.to_now.cwiseProduct(then_vu) - now_vu;
        const double means = mean_pull(p, q) * mean_pull(p, e) + q.cwiseProduct(e).dot(p.gradient_variance);
        return mobility[a] * (u.cwiseProduct(p.curvature).dot(lag) - means + temperature[a] * u.squaredNorm()) / p.s2;
      });
}

info::PlaneMixture Redraws::with_theta(const RedrawMoment& m) const {
  const RedrawLaw& p = learners_.front();
  const Vector<double> u = p.inputs.row(0);
  const ThetaAt& now = m.now(0);
  const Index n = m.weight.size();
  info::PlaneMixture out{m.weight,          Vector<double>(n), Vector<double>(n),
                         Vector<double>(n), Vector<double>(n), Vector<double>(n)};
  for (Index k = 0; k < n; ++k) {
    const ThetaAt& then = m.past[0][static_cast<std::size_t>(k)];
    out.x[k] = u.dot(theta_mean(p, then));
    out.y[k] = theta_mean(p, now)[0];
    out.xx[k] = p.s2 + u.dot(theta_covariance(p, then, false) * u);
    out.xy[k] = theta_with_past(p, now, then, u, false)[0];
    out.yy[k] = theta_covariance(p, now, false)(0, 0);
  }
  return out;
}

}  // namespace calor::run
