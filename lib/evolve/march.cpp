#include "evolve/march.hpp"

#include "evolve/time_nodes.hpp"
#include "num/sum.hpp"

namespace calor::evolve {

using num::Vector;

namespace {

/// p / sum p, of any number of states.
template <num::Real R>
Vector<R> normalised(const Vector<R>& p) {
  num::Sum<R> sum;
  for (const R& x : p) sum.add(x);
  return p / sum.value();
}

template <num::Real R>
RulePair<R> gauss_pair(int order) {
  const std::vector<R> whole{R(1)};
  const auto rule = gauss_nodes<R>(whole, 2, order);
  RulePair<R> out;
  const auto add = [&](const R& t, const R& fine, const R& coarse) {
    out.node.push_back(t);
    out.weight.push_back(fine);
    out.coarse_weight.push_back(coarse);
  };
  for (std::size_t j = 0; j < rule.times.size(); ++j) {
    const R &t = rule.times[j], &w = rule.weight[j];
    if (!(w > 0)) continue;  // the ends
    add(t, R(0), w);
    add(t / 2, w / 2, R(0));
    add((1 + t) / 2, w / 2, R(0));
  }
  return out;
}

/// t = 1/(1 + exp(-pi sinh u)), trapezoidal in u with spacing h, compared with 2h (H. Takahasi, M. Mori, Publ. RIMS 9,
/// 721 (1974)).
template <num::Real R>
RulePair<R> tanh_sinh_pair(double order) {
  using std::cosh, std::exp, std::sinh;
  const R h = R(2) / R(order);
  RulePair<R> out;
  for (const int side : {-1, 1})
    for (int j = side > 0 ? 0 : 1;; ++j) {
      const R u = side * j * h, z = exp(-num::pi<R>() * sinh(u)), t = 1 / (1 + z);
      const R w = h * num::pi<R>() * cosh(u) * t * (z / (1 + z));
      if (w < num::epsilon<R>() * num::epsilon<R>()) break;
      if (!(t < 1)) break;
      out.node.push_back(t);
      out.weight.push_back(w);
      out.coarse_weight.push_back(j % 2 == 0 ? R(2 * w) : R(0));
    }
  return out;
}

template <num::Real R>
class March {
 public:
  March(ChainPropagator<R>& propagator, const Vector<R>& start, const RateFunction<R>& rates, const Quadrature<R>& q)
      : propagator_(propagator), rates_(rates), quadrature_(q), length_(q.first) {
    at_.state = normalised(start);
    const auto rate = rates_(at_.state);
    at_.integral = at_.size = Vector<R>::Zero(rate.value.size());
    const std::vector<R> none{R(0)};
    at_.linear = propagator_.advance(at_.state, none).front().integral;
    at_.linear.setZero();
    at_.round_off = 4 * num::epsilon<R>();
  }

  const Station<R>& to(const R& point) {
    for (int refused = 0; time_ < point;) {
      const R left = point - time_;
      const bool last = !(R(length_ * 1.25) < left);
      const R h = last ? left : R(length_);
      const double quality = panel(h, refused > 60);
      if (quality > 1) {
        ++refused;
        length_ = num::to_double(h) / 2;
        continue;
      }
      refused = 0;
      time_ = last ? point : R(time_ + h);
      if (!last) length_ *= quality < 1e-3 ? 2 : quality < 0.03 ? 1.4 : 1;
      first_ = false;
    }
    return at_;
  }

 private:
  /// Tries a panel of length h; goes there if its error over the tolerance, which is returned, is at most 1 or
  /// `regardless`.
  double panel(const R& h, bool regardless) {
    using std::fabs;
    const RulePair<R>& rule = first_ ? quadrature_.start : quadrature_.inner;
    std::vector<R> times;
    for (const R& t : rule.node) times.push_back(t * h);
    times.push_back(h);
    const auto flights = propagator_.advance(at_.state, times);
    const Eigen::Index n = at_.integral.size();
    Vector<R> fine = Vector<R>::Zero(n), coarse = fine, size = fine;
    for (std::size_t j = 0; j < rule.node.size(); ++j) {
      const auto rate = rates_(flights[j].state);
      fine += h * rule.weight[j] * rate.value;
      coarse += h * rule.coarse_weight[j] * rate.value;
      size += h * rule.weight[j] * rate.size;
    }
    double worst = 0;
    Vector<R> linear = flights.back().integral;
    if (linear.size() == 0) worst = by_quadrature(rule, h, flights, linear);
    for (Eigen::Index i = 0; i < n; ++i) {
      const R total = fabs(R(at_.integral[i] + fine[i])), scale = total > 1 ? total : R(1);
      const R allowed = quadrature_.tolerance * scale + (at_.round_off + 16 * num::epsilon<R>()) * size[i];
      worst = std::max(worst, num::to_double(R(fabs(R(fine[i] - coarse[i])) / allowed)));
    }
    if (worst > 1 && !regardless) return worst;
    at_.integral += fine;
    at_.size += size;
    at_.linear += linear;
    at_.state = normalised(flights.back().state);
    at_.round_off += flights.back().round_off;
    at_.left_out += flights.back().left_out;
    return std::min(worst, 1.0);
  }

  /// Integrals of the functionals over the panel; returns their error over the tolerance.
  double by_quadrature(const RulePair<R>& rule, const R& h, const std::vector<Flight<R>>& flights,
                       Vector<R>& fine) const {
    using std::fabs;
    fine = Vector<R>::Zero(at_.linear.size());
    Vector<R> coarse = fine;
    for (std::size_t j = 0; j < rule.node.size(); ++j) {
      const Vector<R> rate = propagator_.functionals() * flights[j].state;
      fine += h * rule.weight[j] * rate;
      coarse += h * rule.coarse_weight[j] * rate;
    }
    const Vector<R> size = h * (propagator_.functionals().cwiseAbs() * flights.back().state.cwiseAbs());
    double worst = 0;
    for (Eigen::Index i = 0; i < fine.size(); ++i) {
      const R total = fabs(R(at_.linear[i] + fine[i])), scale = total > 1 ? total : R(1);
      const R allowed = R(1e-13) * scale + 64 * num::epsilon<R>() * size[i];
      worst = std::max(worst, num::to_double(R(fabs(R(fine[i] - coarse[i])) / allowed)));
    }
    return worst;
  }

  ChainPropagator<R>& propagator_;
  const RateFunction<R>& rates_;
  const Quadrature<R>& quadrature_;
  double length_;
  R time_ = 0;
  bool first_ = true;
  Station<R> at_;
};

}  // namespace

template <num::Real R>
Quadrature<R> quadrature(int order, bool singular_start, const R& tolerance, double first) {
  auto inner = gauss_pair<R>(order);
  auto start = singular_start ? tanh_sinh_pair<R>(1.5 * order) : inner;
  return {std::move(inner), std::move(start), tolerance, first};
}

template <num::Real R>
std::vector<Station<R>> march(ChainPropagator<R>& propagator, const Vector<R>& start, std::span<const R> points,
                              const RateFunction<R>& rates, const Quadrature<R>& quadrature) {
  March<R> state(propagator, start, rates, quadrature);
  std::vector<Station<R>> out;
  for (const R& point : points) out.push_back(state.to(point));
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                        \
  template Quadrature<R> quadrature(int, bool, const R&, double);                                   \
  template std::vector<Station<R>> march(ChainPropagator<R>&, const Vector<R>&, std::span<const R>, \
                                         const RateFunction<R>&, const Quadrature<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::evolve
