#include "analytic/regression_stream.hpp"

#include <algorithm>
#include <cmath>

#include "num/decompose.hpp"
#include "num/errors.hpp"

namespace calor::analytic {

using num::Matrix;
using num::Vector;

namespace {

constexpr double most_mixture_work = 1e9;

template <num::Real R>
struct StreamPart {
  R weight;
  Vector<R> mean;
  Matrix<R> covariance;
};

template <num::Real R>
R ln_two_pi() {
  using std::log;
  return log(2 * num::pi<R>());
}

template <num::Real R>
void require_mixture_work(double nodes, double components) {
  if (nodes * components * (sizeof(R) > sizeof(double) ? 200 : 1) <= most_mixture_work) return;
  const auto whole = [](double x) {
    return x < 1e15 ? std::to_string(static_cast<long>(x)) : std::string("1e15 or more");
  };
  throw AccuracyError("the density of a stream's learner is a mixture of " + whole(components) + " Gaussians on " +
                      whole(nodes) +
                      " nodes, more work than is reasonable; ask for fewer digits, steps or distinct rows");
}

/// Spacing over the least width at which the trapezoidal rule integrates f ln f of any mixture to exp(-goal): Gaussians
/// x widths apart have zeros at π/x from the real axis, where they weigh exp(-x²/8); the worst of
/// exp(-2π²/(x h) - x²/8) over x is exp(-0.9449 (2π²/h)^{2/3}).
double mixture_step(double goal) { return 2 * M_PI * M_PI / std::pow(goal / 0.9449, 1.5); }

/// -∫ f ln f, f = Σ weight N(mean, variance) on a line.
template <num::Real R>
R parts_on_line(const std::vector<StreamPart<R>>& parts, double goal) {
  using std::exp, std::log, std::sqrt;
  R low = num::infinity<R>(), high = -low, least = low;
  const double reach = std::sqrt(2 * goal);
  for (const auto& p : parts) {
    const R width = sqrt(p.covariance(0, 0));
    least = std::min(least, width);
    low = std::min(low, R(p.mean[0] - reach * width));
    high = std::max(high, R(p.mean[0] + reach * width));
  }
  const double count = std::ceil(num::to_double(R((high - low) / least)) / mixture_step(goal));
  require_mixture_work<R>(count, static_cast<double>(parts.size()));
  const R h = (high - low) / static_cast<int>(count);
  std::vector<R> f(static_cast<std::size_t>(count) + 1, R(0));
  for (const auto& p : parts) {
    const R width = sqrt(p.covariance(0, 0)), height = p.weight / (width * sqrt(2 * num::pi<R>()));
    const auto at = [&](const R& x) { return num::to_double(R((x - low) / h)); };
    const auto first = static_cast<std::size_t>(std::max(0.0, std::ceil(at(p.mean[0] - reach * width))));
    const auto last = std::min(f.size() - 1, static_cast<std::size_t>(std::max(0.0, at(p.mean[0] + reach * width))));
    for (std::size_t k = first; k <= last; ++k) {
      const R z = (low + h * static_cast<int>(k) - p.mean[0]) / width;
      f[k] += height * exp(-z * z / 2);
    }
  }
  R sum = 0;
  for (const R& y : f)
    if (y > 0) sum -= h * y * log(y);
  return sum;
}

/// The same in the plane, in coordinates in which the whole mixture has covariance 1.
template <num::Real R>
R parts_in_plane(const std::vector<StreamPart<R>>& parts, double goal) {
  using std::exp, std::log, std::sqrt;
  Vector<R> centre = Vector<R>::Zero(2);
  for (const auto& p : parts) centre += p.weight * p.mean;
  Matrix<R> whole = Matrix<R>::Zero(2, 2);
  for (const auto& p : parts) whole += p.weight * (p.covariance + (p.mean - centre) * (p.mean - centre).transpose());
  const num::Cholesky<R> root(whole);
  std::vector<StreamPart<R>> round;
  R least = num::infinity<R>();
  Vector<R> low = Vector<R>::Constant(2, least), high = -low;
  const double reach = std::sqrt(2 * goal);
  for (const auto& p : parts) {
    const Matrix<R> half = root.solve_half(p.covariance), both = root.solve_half(half.transpose());
    round.push_back({p.weight, root.solve_half(p.mean - centre), (both + both.transpose()) / 2});
    least = std::min(least, R(sqrt(num::symmetric_eigenvalues<R>(round.back().covariance)[0])));
    for (int a = 0; a < 2; ++a) {
      const R wide = reach * sqrt(round.back().covariance(a, a));
      low[a] = std::min(low[a], R(round.back().mean[a] - wide));
      high[a] = std::max(high[a], R(round.back().mean[a] + wide));
    }
  }
  int count[2];
  R h[2];
  double nodes = 1;
  for (int a = 0; a < 2; ++a) {
    const double n = std::ceil(num::to_double(R((high[a] - low[a]) / least)) / mixture_step(goal));
    require_mixture_work<R>(nodes *= n, static_cast<double>(parts.size()));
    count[a] = static_cast<int>(n);
    h[a] = (high[a] - low[a]) / count[a];
  }
  Matrix<R> f = Matrix<R>::Zero(count[0] + 1, count[1] + 1);
  for (const auto& p : round) {
    const R det = p.covariance(0, 0) * p.covariance(1, 1) - p.covariance(0, 1) * p.covariance(0, 1),
            xx = p.covariance(1, 1) / det, xy = -p.covariance(0, 1) / det, yy = p.covariance(0, 0) / det,
            height = p.weight / (2 * num::pi<R>() * sqrt(det));
    for (int j = 0; j <= count[1]; ++j)
      for (int i = 0; i <= count[0]; ++i) {
        const R x = low[0] + h[0] * i - p.mean[0], y = low[1] + h[1] * j - p.mean[1],
                square = xx * x * x + 2 * xy * x * y + yy * y * y;
        if (square < R(2 * goal + 20)) f(i, j) += height * exp(-square / 2);
      }
  }
  R sum = 0;
  for (const R& y : f.reshaped())
    if (y > 0) sum -= y * log(y);
  return h[0] * h[1] * sum + root.log_det() / 2;
}

template <num::Real R>
R parts_entropy(const std::vector<StreamPart<R>>& parts, double goal) {
  const auto d = parts.front().mean.size();
  if (parts.size() == 1)
    return (num::Cholesky<R>(parts.front().covariance).log_det() + static_cast<int>(d) * (ln_two_pi<R>() + 1)) / 2;
  if (d > 2)
    throw AccuracyError("the density of a stream's learner is a mixture in " + std::to_string(d) +
                        " dimensions; allowed: at most 2, or rows of which every batch has the same second moments");
  return d == 1 ? parts_on_line(parts, goal) : parts_in_plane(parts, goal);
}

}  // namespace

template <num::Real R>
RegressionStreamWalk<R>::RegressionStreamWalk(const RegressionStream<R>& problem) : p_(problem) {
  const auto d = p_.truth.size();
  Branch b;
  b.mean = p_.start_mean;
  b.v = p_.start_variance.asDiagonal();
  b.c = b.answer = b.seen = Matrix<R>::Zero(d, d);
  branches_ = {b};
  note_condition(b.v);
}

template <num::Real R>
void RegressionStreamWalk<R>::note_condition(const Matrix<R>& covariance) {
  if (covariance.rows() == 1) return;
  const Vector<R> values = num::symmetric_eigenvalues<R>(covariance);
  const R least = values.minCoeff();
  condition_ = least > 0 ? std::max(condition_, R(values.maxCoeff() / least)) : num::infinity<R>();
}

/// Mean over the rows of I(X;Θ|B).
template <num::Real R>
R RegressionStreamWalk<R>::information(const Matrix<R>& v) const {
  using std::log1p;
  R sum = 0;
  for (const auto& u : p_.inputs.rowwise()) sum += log1p(R(u.dot(v * u.transpose()) / p_.s2)) / 2;
  return sum / static_cast<int>(p_.inputs.rows());
}

/// ⟨(Θ - w*)(Θ - w*)ᵀ⟩.
template <num::Real R>
Matrix<R> RegressionStreamWalk<R>::deviation(const Branch& b) const {
  const Vector<R> off = b.mean - p_.truth;
  return b.v + b.c + off * off.transpose();
}

// With δ = θ - w* and residuals ε_i, the batch's loss is const + δᵀMδ/2s² - (1/m) Σ ε_i u_i·δ/s² + λ|θ|²/2, and after
// the step Cov(δ, ε_i) = η σ*² u_i/(m s²). Its gradient is Aθ - c, with Cov(θ', c) = ηK.
template <num::Real R>
typename RegressionStreamWalk<R>::Branch RegressionStreamWalk<R>::moved(const Branch& from, const StreamBatch<R>& batch,
                                                                        const R& eta, const R& temperature) const {
  using std::log1p;
  const auto d = p_.truth.size();
  const Matrix<R>& m = batch.moment;
  const Matrix<R> one = Matrix<R>::Identity(d, d), a = m / p_.s2 + p_.weight_decay * one, keep = one - eta * a,
                  noise = p_.variance / (p_.batch_size * p_.s2 * p_.s2) * m;
  const Vector<R> centre = m * p_.truth / p_.s2;
  Branch to = from;
  to.weight *= batch.weight;
  to.mean = keep * from.mean + eta * centre;
  to.v = keep * from.v * keep + 2 * eta * temperature * one;
  to.c = keep * from.c * keep + eta * eta * noise;
  to.answer = keep * from.answer + eta * m;
  to.seen += m;

  const auto loss = [&](const Branch& b) {
    return R(((m * deviation(b)).trace() / p_.s2 + p_.weight_decay * ((b.v + b.c).trace() + b.mean.squaredNorm())) / 2);
  };
  const auto pull = [&](const Branch& b) { return Vector<R>(a * b.mean - centre); };
  const R before = loss(from), after = loss(to) - eta * p_.variance * m.trace() / (p_.batch_size * p_.s2 * p_.s2);
  const Vector<R> pull0 = pull(from), pull1 = pull(to);
  const Matrix<R> slope = a * (from.v + from.c) * a + noise + pull0 * pull0.transpose();
  const R steep = (a * (to.v + to.c) * a).trace() - 2 * eta * (a * noise).trace() + noise.trace() + pull1.squaredNorm();
  to.heat_theta += after - before;
  if (steps_ > 0)
    to.work_theta += before - from.last_loss;
  else
    to.first_loss = before;
  to.last_loss = after;
  to.medium -= (after - before - eta / 4 * (steep - slope.trace())) / temperature;

  // X ~ p(.|θ) while θ moves, then anew from p(.|θ')
  const Matrix<R> step = eta * eta * slope + 2 * eta * temperature * one, back = keep * from.v,
                  known = back.transpose() * num::Cholesky<R>(to.v).solve(back);
  R work = 0, between = 0;  // mean over the rows; S(X|Θ',B) - S(X|Θ,B)
  for (const auto& u : p_.inputs.rowwise()) {
    work += u.dot(step * u.transpose()) / (2 * p_.s2);
    const R kept = u.dot((from.v - known) * u.transpose()) / p_.s2;
    between += log1p(std::max(kept, R(0))) / 2;
  }
  const int rows = static_cast<int>(p_.inputs.rows());
  work /= rows;
  between /= rows;
  to.work_x += work;
  to.ep_x += work - between;
  to.flow_theta -= between;
  to.flow_x += information(to.v) - information(from.v) + between;
  return to;
}

template <num::Real R>
void RegressionStreamWalk<R>::step(const R& learning_rate, const R& temperature) {
  std::vector<Branch> next;
  for (const auto& b : branches_)
    for (const auto& batch : p_.batches) next.push_back(moved(b, batch, learning_rate, temperature));
  branches_ = std::move(next);
  for (const auto& b : branches_) {
    note_condition(b.v);
    note_condition(b.v + b.c);
  }
  ++steps_;
}

// lautum_info = -S(Θ) - ⟨ln ρ(Θ|B)⟩ with Θ and B independent: with the sequences' own means and spreads.
template <num::Real R>
Quantities<R> RegressionStreamWalk<R>::quantities(const MixtureResolution& resolution,
                                                  const Quantities<R>* start) const {
  using std::log, std::log1p;
  const int d = static_cast<int>(p_.truth.size()), rows = static_cast<int>(p_.inputs.rows());
  const auto mean_of = [&](const auto& f) {
    R sum = 0;
    for (const auto& b : branches_) sum += b.weight * f(b);
    return sum;
  };
  std::vector<StreamPart<R>> theta;
  Vector<R> centre = Vector<R>::Zero(d);
  Matrix<R> whole = Matrix<R>::Zero(d, d), off = whole;
  for (const auto& b : branches_) {
    theta.push_back({b.weight, b.mean, b.v + b.c});
    centre += b.weight * b.mean;
    off += b.weight * deviation(b);
  }
  for (const auto& t : theta) whole += t.weight * (t.covariance + (t.mean - centre) * (t.mean - centre).transpose());
  const R unit = (ln_two_pi<R>() + 1) / 2, x_given_theta = unit + log(p_.s2) / 2;
  const R theta_given_b = mean_of([&](const Branch& b) { return R(d * unit + num::Cholesky<R>(b.v).log_det() / 2); });
  const R s_theta = parts_entropy(theta, resolution.goal);
  R s_x = 0;
  std::vector<std::pair<Vector<R>, R>> known;  // rows that are the same, or mirror images, show the same
  for (const auto& row : p_.inputs.rowwise()) {
    const Vector<R> u = row.transpose();
    auto at = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == u || k.first == -u; });
    if (at == known.end()) {
      std::vector<StreamPart<R>> x;
      for (const auto& t : theta)
        x.push_back({t.weight, Vector<R>::Constant(1, u.dot(t.mean)),
                     Matrix<R>::Constant(1, 1, R(u.dot(t.covariance * u) + p_.s2))});
      if (u.isZero(0)) x = {{R(1), x.front().mean, x.front().covariance}};
      known.emplace_back(u, parts_entropy(x, resolution.goal));
      at = known.end() - 1;
    }
    s_x += at->second / rows;
  }
  const R x_theta_given_b = mean_of([&](const Branch& b) { return information(b.v); });
  const R x_given_b = x_given_theta + x_theta_given_b;
  const bool begun = steps_ > 0;
  const R m_info = begun ? R(s_theta - theta_given_b) : R(0), l_info = begun ? R(s_x - x_given_b) : R(0);
  const R cross = mean_of([&](const Branch& b) {
    const Vector<R> apart = centre - b.mean;
    const num::Cholesky<R> root(b.v);
    return R((d * ln_two_pi<R>() + root.log_det() + root.solve(whole + b.c + apart * apart.transpose()).trace()) / 2);
  });
  const R work_x = mean_of([](const Branch&b) { return b.work_x; }),
          medium = mean_of([](const Branch&b) { return b.medium; });
  const R ep_theta = begun ? R(theta_given_b - value_of(*start, "entropy_theta_given_b") + medium) : R(0);
  Quantities<R> q{{"m_info", m_info},
                  {"l_info", l_info},
                  {"r_info", m_info - l_info},
                  {"info_x_theta", s_x - x_given_theta},
                  {"info_x_theta_given_b", x_theta_given_b},
                  {"lautum_info", begun ? R(cross - s_theta) : R(0)},
                  {"entropy_theta", s_theta},
                  {"entropy_theta_given_b", theta_given_b},
                  {"entropy_x", s_x},
                  {"entropy_x_given_b", x_given_b},
                  {"entropy_x_given_theta", x_given_theta},
                  {"ep_theta_medium", medium},
                  {"ep_theta", ep_theta},
                  {"ep_theta_naive", ep_theta + m_info},
                  {"heat_x", -work_x},
                  {"work_x", work_x},
                  {"ep_x_path", work_x},
                  {"ep_x_given_b", begun ? R(x_given_b - value_of(*start, "entropy_x_given_b") + work_x) : R(0)},
                  {"ep_x_naive", begun ? R(s_x - value_of(*start, "entropy_x") + work_x) : R(0)},
                  {"reservoir_gap", work_x - m_info}};
  for (const auto& [name, part] : {std::pair{"heat_theta", &Branch::heat_theta},
                                   std::pair{"work_theta", &Branch::work_theta}, std::pair{"flow_x", &Branch::flow_x},
                                   std::pair{"flow_theta", &Branch::flow_theta}, std::pair{"ep_x", &Branch::ep_x}})
    q.emplace_back(name, mean_of([&](const Branch& b) { return b.*part; }));
  q.emplace_back("_condition", condition_);
  q.emplace_back("_stream_loss", mean_of([](const Branch& b) { return R(b.last_loss - b.first_loss); }));

  const Matrix<R> design = p_.inputs.transpose() * p_.inputs / R(rows);
  const R test = (ln_two_pi<R>() + log(p_.s2) + (p_.variance + (design * off).trace()) / p_.s2) / 2;
  q.emplace_back("loss_test", test);
  if (!begun) return q;
  const int steps = static_cast<int>(steps_);
  const R train = (ln_two_pi<R>() + log(p_.s2)) / 2 + mean_of([&](const Branch& b) {
                    const R told = 2 * p_.variance / (p_.batch_size * p_.s2) * b.answer.trace();
                    return R((p_.variance + ((b.seen * deviation(b)).trace() - told) / steps) / (2 * p_.s2));
                  });
  q.emplace_back("loss_train", train);
  q.emplace_back("generalization_gap", test - train);
  return q;
}

#define CALOR_INSTANTIATE(R) template class RegressionStreamWalk<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
