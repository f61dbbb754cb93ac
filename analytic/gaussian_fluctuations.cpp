#include "analytic/gaussian_fluctuations.hpp"

#include <array>
#include <map>

#include "num/eigen.hpp"
#include "num/errors.hpp"

// Derivation. du = -κu dt + √(2D) dW with D = μT at fixed X, so d/du there is ∂ = ∂_u - ∂_Y; dY = -γY dt + √(2γs²) dW'
// at fixed Θ; φ = Y²/2s². Both sums grow by the change of φ within their move, so for functions g(u, Y)
//   d/dt E[w^k g] = E[w^k (L_Θ + L_X) g] + k E[w^{k-1} A g] + k(k-1) E[w^{k-2} C g],
// where e^{-ζφ} L_Θ e^{ζφ} g = L_Θ g + ζ A g + ζ² C g:
//   L_Θ = -κu∂ + D∂²,  A g = (κuY + D)/s² g - 2D Y/s² ∂g,  C = D Y²/s⁴,
// and for q, with the moves of X,
//   L_X = -γY ∂_Y + γs² ∂_Y²,  A g = γ(1 - Y²/s²) g + 2γY ∂_Y g,  C = γ Y²/s².
// u_0 ~ N(m_0 - α E b̄, v_0 + α² Var b̄) over the data sets too, Y_0 ~ N(0, s²) independent.
namespace calor::analytic {
namespace {

using num::Matrix;
using num::Vector;

/// A polynomial in (u, Y): coefficients of u^a Y^b.
template <num::Real R>
using Polynomial = std::map<std::array<int, 2>, R>;

template <num::Real R>
void add(Polynomial<R>& to, int a, int b, const R& c) {
  if (a >= 0 && b >= 0) to[{a, b}] += c;
}

template <num::Real R>
Polynomial<R> times(const Polynomial<R>& p, int a, int b, const R& c) {
  Polynomial<R> out;
  for (const auto& [power, value] : p) add<R>(out, power[0] + a, power[1] + b, value * c);
  return out;
}

template <num::Real R>
Polynomial<R> sum(std::initializer_list<Polynomial<R>> terms) {
  Polynomial<R> out;
  for (const auto& p : terms)
    for (const auto& [power, value] : p) add<R>(out, power[0], power[1], value);
  return out;
}

template <num::Real R>
Polynomial<R> by_u(const Polynomial<R>& p) {
  Polynomial<R> out;
  for (const auto& [power, value] : p) add<R>(out, power[0] - 1, power[1], value * power[0]);
  return out;
}

template <num::Real R>
Polynomial<R> by_y(const Polynomial<R>& p) {
  Polynomial<R> out;
  for (const auto& [power, value] : p) add<R>(out, power[0], power[1] - 1, value * power[1]);
  return out;
}

/// ∂: Θ moves, X does not.
template <num::Real R>
Polynomial<R> by_theta(const Polynomial<R>& p) {
  return sum<R>({by_u(p), times<R>(by_y(p), 0, 0, R(-1))});
}

/// E[q^k u^a Y^b] for a + b <= 2(3 - k), k = 0 .. 3, in one vector.
class Index {
 public:
  Index() {
    for (int k = 0; k < 4; ++k)
      for (int a = 0; a <= 2 * (3 - k); ++a)
        for (int b = 0; a + b <= 2 * (3 - k); ++b) at_[{k, a, b}] = count_++;
  }
  int operator()(int k, int a, int b) const { return at_.at({k, a, b}); }
  int size() const { return count_; }
  const std::map<std::array<int, 3>, int>& all() const { return at_; }

 private:
  std::map<std::array<int, 3>, int> at_;
  int count_ = 0;
};

template <num::Real R>
struct Coordinate {
  R kappa, diffusion, s2, rate;
  R mean, variance;  // of u_0

  Polynomial<R> theta(const Polynomial<R>& g) const {
    const auto d = by_theta(g);
    return sum<R>({times<R>(d, 1, 0, R(-kappa)), times<R>(by_theta(d), 0, 0, diffusion)});
  }
  Polynomial<R> theta_first(const Polynomial<R>& g) const {
    return sum<R>({times<R>(g, 1, 1, R(kappa / s2)), times<R>(g, 0, 0, R(diffusion / s2)),
                   times<R>(by_theta(g), 0, 1, R(-2 * diffusion / s2))});
  }
  Polynomial<R> theta_second(const Polynomial<R>& g) const { return times<R>(g, 0, 2, R(diffusion / (s2 * s2))); }
  Polynomial<R> x(const Polynomial<R>& g) const {
    const auto d = by_y(g);
    return sum<R>({times<R>(d, 0, 1, R(-rate)), times<R>(by_y(d), 0, 0, R(rate * s2))});
  }
  Polynomial<R> x_first(const Polynomial<R>& g) const {
    return sum<R>({times<R>(g, 0, 0, rate), times<R>(g, 0, 2, R(-rate / s2)), times<R>(by_y(g), 0, 1, R(2 * rate))});
  }
  Polynomial<R> x_second(const Polynomial<R>& g) const { return times<R>(g, 0, 2, R(rate / s2)); }
};

/// The matrix of d/dt of the moments: moves of Θ and of X, each alone if asked, and what is counted.
template <num::Real R>
Matrix<R> generator(const Index& index, const Coordinate<R>& c, bool theta_moves, bool x_moves, bool count_work) {
  Matrix<R> out = Matrix<R>::Zero(index.size(), index.size());
  for (const auto& [key, row] : index.all()) {
    const int k = key[0];
    const auto put = [&, to = row](const Polynomial<R>& p, int power, const R& factor) {
      for (const auto& [at, value] : p)
        if (value != 0) out(to, index(power, at[0], at[1])) += factor * value;
    };
    const Polynomial<R> g{{{key[1], key[2]}, R(1)}};
    if (theta_moves) {
      put(c.theta(g), k, R(1));
      if (count_work && k > 0) put(c.theta_first(g), k - 1, R(k));
      if (count_work && k > 1) put(c.theta_second(g), k - 2, R(k * (k - 1)));
    }
    if (x_moves) {
      put(c.x(g), k, R(1));
      if (!count_work && k > 0) put(c.x_first(g), k - 1, R(k));
      if (!count_work && k > 1) put(c.x_second(g), k - 2, R(k * (k - 1)));
    }
  }
  return out;
}

/// exp(M) by Taylor's series of M/2^n and n squarings.
template <num::Real R>
Matrix<R> exponential(Matrix<R> m) {
  using std::ldexp;
  const double norm = num::to_double(R(m.cwiseAbs().colwise().sum().maxCoeff()));
  int halvings = 0;
  while (std::ldexp(norm, -halvings) > 0.25) ++halvings;
  m *= R(std::ldexp(1.0, -halvings));
  const Matrix<R> one = Matrix<R>::Identity(m.rows(), m.cols());
  Matrix<R> term = one, out = one;
  for (int k = 1; k < 200; ++k) {
    term = Matrix<R>(term * m) / R(k);
    out += term;
    if (term.cwiseAbs().maxCoeff() < num::epsilon<R>() * num::epsilon<R>()) break;
  }
  for (int k = 0; k < halvings; ++k) out = Matrix<R>(out * out);
  return out;
}

/// E z^n for z ~ N(mean, variance).
template <num::Real R>
R gaussian_moment(int n, const R& mean, const R& variance) {
  R before = 1, here = mean;
  if (n == 0) return before;
  for (int k = 2; k <= n; ++k) {
    const R next = mean * here + (k - 1) * variance * before;
    before = here;
    here = next;
  }
  return here;
}

template <num::Real R>
Vector<R> start(const Index& index, const Coordinate<R>& c) {
  Vector<R> out = Vector<R>::Zero(index.size());
  for (const auto& [key, at] : index.all())
    if (key[0] == 0) out[at] = gaussian_moment<R>(key[1], c.mean, c.variance) * gaussian_moment<R>(key[2], R(0), c.s2);
  return out;
}

int choose(int n, int k) { return k == 0 || k == n ? 1 : n * choose(n - 1, k - 1) / k; }

/// Y is drawn anew: E[(q + φ' - φ)^k u^a Y'^b]; work: without φ' - φ.
template <num::Real R>
Matrix<R> redraw(const Index& index, const Coordinate<R>& c, bool count_work) {
  Matrix<R> out = Matrix<R>::Zero(index.size(), index.size());
  for (const auto& [key, row] : index.all()) {
    const int k = key[0], a = key[1], b = key[2];
    for (int j = count_work ? k : 0; j <= k; ++j)
      for (int l = 0; l <= k - j; ++l) {  // φ'^(k-j-l) (-φ)^l
        const int fresh = k - j - l;
        R factor = R(choose(k, j) * choose(k - j, l)) * gaussian_moment<R>(b + 2 * fresh, R(0), c.s2);
        for (int i = 0; i < k - j; ++i) factor /= 2 * c.s2;
        out(row, index(j, a, 2 * l)) += l % 2 ? R(-factor) : factor;
      }
  }
  return out;
}

template <num::Real R>
struct Cumulants {
  R variance = 0, third = 0;

  void add(const Index& index, const Vector<R>& moments) {
    const R m = moments[index(1, 0, 0)], two = moments[index(2, 0, 0)], three = moments[index(3, 0, 0)];
    variance += two - m * m;
    third += three - 3 * m * two + 2 * m * m * m;
  }
};

template <num::Real R>
void put(Quantities<R>& q, const std::string& name, const Cumulants<R>& c) {
  using std::sqrt;
  q.emplace_back(name + "_variance", c.variance);
  if (c.variance > 0) q.emplace_back(name + "_skewness", c.third / (c.variance * sqrt(c.variance)));
}

template <num::Real R>
Coordinate<R> coordinate(const GaussianLearner<R>& l, const GaussianCoordinate<R>& c, const R& rate) {
  const auto w = theta_law(l, c, R(0));
  return {w.kappa,
          w.kappa * w.v_eq,
          l.stddev * l.stddev,
          rate,
          c.initial_mean - w.alpha * c.data.mean,
          c.initial_variance + w.alpha * w.alpha * c.data.variance};
}

/// advance(coordinate, count_work, moments at the start) -> moments at the end.
template <num::Real R, class Advance>
Quantities<R> over_coordinates(const GaussianLearner<R>& l, const R& rate, const Advance& advance) {
  const Index index;
  Cumulants<R> heat, work;
  for (const auto& each : l.coordinates) {
    const auto c = coordinate(l, each, rate);
    heat.add(index, advance(index, c, false, start(index, c)));
    work.add(index, advance(index, c, true, start(index, c)));
  }
  Quantities<R> out;
  put(out, "heat_x", heat);
  put(out, "work_x", work);
  return out;
}

template <num::Real R>
Quantities<R> nothing_yet() {
  return {{"heat_x_variance", R(0)}, {"work_x_variance", R(0)}};
}

}  // namespace

template <num::Real R>
Quantities<R> ou_fluctuations(const GaussianLearner<R>& l, const R& rate, const R& t) {
  check(l);
  if (!(rate > 0)) throw InputError("ou sampler: rate = " + num::to_text(rate, 6) + ", allowed is > 0");
  if (!(t > 0)) return nothing_yet<R>();
  return over_coordinates<R>(l, rate, [&](const Index& index, const Coordinate<R>& c, bool work, Vector<R> m) {
    return Vector<R>(exponential<R>(t * generator(index, c, true, true, work)) * m);
  });
}

template <num::Real R>
Quantities<R> lagged_fluctuations(const GaussianLearner<R>& l, const R& rate, const R& tau, long steps) {
  check(l);
  if (!(rate > 0)) throw InputError("ou sampler: rate = " + num::to_text(rate, 6) + ", allowed is > 0");
  if (steps == 0) return nothing_yet<R>();
  const bool fresh = !(rate < num::infinity<R>());
  return over_coordinates<R>(
      l, fresh ? R(1) : rate, [&](const Index& index, const Coordinate<R>& c, bool work, Vector<R> m) {
        const Matrix<R> theta = exponential<R>(tau * generator(index, c, true, false, work));
        const Matrix<R> x =
            fresh ? redraw(index, c, work) : exponential<R>(tau * generator(index, c, false, true, work));
        const Matrix<R> turn = x * theta;
        for (long n = 0; n < steps; ++n) m = Vector<R>(turn * m);
        return m;
      });
}

template <num::Real R>
Quantities<R> equilibrium_fluctuations(const GaussianLearner<R>& l, const R& t) {
  check(l);
  if (!(t > 0)) return nothing_yet<R>();
  const R d = R(static_cast<int>(l.coordinates.size())), a = l.mobility * l.temperature * t / (l.stddev * l.stddev);
  return {{"heat_x_variance", d * (1 + 2 * a)},
          {"heat_x_skewness", R(0)},
          {"work_x_variance", d * 2 * a},
          {"work_x_skewness", R(0)}};
}

#define CALOR_INSTANTIATE(R)                                                                       \
  template Quantities<R> ou_fluctuations(const GaussianLearner<R>&, const R&, const R&);           \
  template Quantities<R> lagged_fluctuations(const GaussianLearner<R>&, const R&, const R&, long); \
  template Quantities<R> equilibrium_fluctuations(const GaussianLearner<R>&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
