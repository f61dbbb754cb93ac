#include "learner/course.hpp"

#include <algorithm>
#include <set>

namespace calor::learner {

using evolve::Linear;
using experiment::Rational;
using experiment::Schedule;

namespace {

/// value at the piece's start, slope
struct Exact {
  Rational value, slope;
};

/// The schedule on the piece from a to b, exactly; constant outside its times.
Exact on(const Schedule& s, const Rational& a, const Rational& b) {
  if (s.values.empty()) return {Rational(1), Rational(0)};
  if (s.constant() || a >= s.times.back()) return {s.values.back(), Rational(0)};
  if (b <= s.times.front()) return {s.values.front(), Rational(0)};
  std::size_t k = 0;
  while (k + 2 < s.times.size() && s.times[k + 1] <= a) ++k;
  const Rational slope = (s.values[k + 1] - s.values[k]) / (s.times[k + 1] - s.times[k]);
  return {s.values[k] + slope * (a - s.times[k]), slope};
}

template <Real R>
Linear<R> to_real(const Exact& f, const Rational& factor) {
  return {num::from_rational<R>(Rational(f.value * factor)), num::from_rational<R>(Rational(f.slope * factor))};
}

}  // namespace

bool scheduled(const experiment::Learner& l) {
  return !l.mobility.constant() || !l.temperature.constant() || !l.learning_rate.constant();
}

template <Real R>
std::vector<Piece<R>> course(const experiment::Learner& l) {
  std::set<Rational> cuts{Rational(0)};
  if (!scheduled(l)) return {};
  for (const Schedule* s : {&l.mobility, &l.temperature, &l.learning_rate})
    cuts.insert(s->times.begin(), s->times.end());
  std::vector<Piece<R>> out;
  for (auto at = cuts.begin(); at != cuts.end(); ++at) {
    const auto after = std::next(at);
    const Rational &a = *at, b = after == cuts.end() ? Rational(a + 1) : *after;
    Piece<R> piece{
        num::from_rational<R>(a), to_real<R>(on(l.mobility, a, b), 1), to_real<R>(on(l.temperature, a, b), 1), {}};
    if (l.kind == "sgd-diffusion") piece.noise = to_real<R>(on(l.learning_rate, a, b), Rational(1, 2 * l.batch_size));
    out.push_back(std::move(piece));
  }
  return out;
}

template <Real R>
std::vector<R> knots(const std::vector<Piece<R>>& course) {
  std::vector<R> out;
  for (std::size_t k = 1; k < course.size(); ++k) out.push_back(course[k].start);
  return out;
}

template <Real R>
R clock(const std::vector<Piece<R>>& course, const R& t) {
  R sum = 0;
  for (std::size_t k = 0; k < course.size() && course[k].start < t; ++k) {
    const R length = (k + 1 < course.size() ? std::min(t, course[k + 1].start) : t) - course[k].start;
    sum += length * course[k].mobility.at(length / 2);
  }
  return sum;
}

template <Real R>
std::vector<evolve::Stretch<R>> stretches(const std::vector<Piece<R>>& course, const R& covariance) {
  std::vector<evolve::Stretch<R>> out;
  for (const auto& p : course)
    out.push_back({p.start, p.mobility,
                   Linear<R>{p.temperature.value + covariance * p.noise.value,
                             p.temperature.slope + covariance * p.noise.slope}});
  return out;
}

#define CALOR_INSTANTIATE(R)                                            \
  template std::vector<Piece<R>> course<R>(const experiment::Learner&); \
  template std::vector<R> knots(const std::vector<Piece<R>>&);          \
  template R clock(const std::vector<Piece<R>>&, const R&);             \
  template std::vector<evolve::Stretch<R>> stretches(const std::vector<Piece<R>>&, const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::learner
