#include "analytic/bernoulli.hpp"

#include "analytic/exponentials.hpp"
#include "num/errors.hpp"

namespace calor::analytic {
namespace {

using num::Rational;

void check(long size, const std::vector<Rational>& target) {
  if (size < 1) throw InputError("data.size = " + std::to_string(size) + ", allowed is >= 1");
  Rational sum = 0;
  for (const auto& p : target) {
    if (p < 0) throw InputError("data.target: probability " + num::decimal_text(p) + ", allowed is >= 0");
    sum += p;
  }
  if (sum != 1) throw InputError("data.target: sum of probabilities = " + num::decimal_text(sum) + ", allowed is 1");
}

// Appends the types that begin with `counts` and have `left` draws for the outcomes from `next` on; `weight` collects
// N!/(n_1! … left!) Π p^n, built up as Π C(left, n) p^n.
void extend(std::vector<TypeWeight>& out, const std::vector<Rational>& p, std::vector<long> counts, long left,
            const Rational& weight) {
  const std::size_t next = counts.size();
  counts.push_back(0);
  if (next + 1 == p.size()) {
    Rational last = weight;
    for (long i = 0; i < left; ++i) last *= p[next];
    counts[next] = left;
    out.push_back({counts, last});
    return;
  }
  Rational w = weight;
  for (long n = 0; n <= left; ++n) {
    counts[next] = n;
    extend(out, p, counts, left - n, w);
    w *= p[next] * Rational(left - n, n + 1);
  }
}

template <num::Real R>
R plogp(const Rational& p) {
  using std::log;
  const R x = num::from_rational<R>(p);
  return x > 0 ? R(x * log(x)) : R(0);
}

}  // namespace

std::vector<TypeWeight> multinomial_weights(long size, const std::vector<Rational>& target) {
  check(size, target);
  std::vector<TypeWeight> out;
  extend(out, target, {}, size, Rational(1));
  return out;
}

std::vector<Rational> binomial_weights(long size, const Rational& p) {
  std::vector<Rational> out;
  for (const auto& type : multinomial_weights(size, {p, Rational(1 - p)})) out.push_back(type.weight);
  return out;
}

template <num::Real R>
R entropy(const std::vector<R>& p) {
  using std::log;
  R sum = 0;
  for (const R& x : p) sum -= x > 0 ? R(x * log(x)) : R(0);
  return sum;
}

template <num::Real R>
R type_entropy(long size, const std::vector<Rational>& target) {
  R sum = 0;
  for (const auto& type : multinomial_weights(size, target)) sum -= plogp<R>(type.weight);
  return sum;
}

template <num::Real R>
Quantities<R> memorised_limit(long size, const std::vector<Rational>& target) {
  R m_info = 0, l_info = 0, given_b = 0, entropy_x = 0;
  bool unseen = false;
  for (const auto& p : target) entropy_x -= plogp<R>(p);
  for (const auto& type : multinomial_weights(size, target)) {
    if (type.weight == 0) continue;
    const R w = num::from_rational<R>(type.weight);
    m_info -= plogp<R>(type.weight);
    for (std::size_t i = 0; i < target.size(); ++i) {
      if (target[i] == 0) continue;
      const Rational frequency(type.counts[i], size), deviation = (frequency - target[i]) / target[i];
      l_info += w * num::from_rational<R>(target[i]) * entropy_excess(num::from_rational<R>(deviation));
      given_b -= w * plogp<R>(frequency);
      unseen = unseen || type.counts[i] == 0;
    }
  }
  const R test = unseen ? num::infinity<R>() : entropy_x;
  return {{"m_info", m_info},
          {"l_info", l_info},
          {"r_info", m_info - l_info},
          {"info_x_theta", l_info},
          {"info_x_theta_given_b", R(0)},
          {"entropy_x", entropy_x},
          {"entropy_x_given_b", given_b},
          {"entropy_x_given_theta", given_b},
          {"loss_train", given_b},
          {"loss_test", test},
          {"generalization_gap", test - given_b}};
}

#define CALOR_INSTANTIATE(R)                                           \
  template R entropy<R>(const std::vector<R>&);                        \
  template R type_entropy<R>(long, const std::vector<num::Rational>&); \
  template Quantities<R> memorised_limit<R>(long, const std::vector<num::Rational>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
CALOR_INSTANTIATE(num::Mp200)  // what tests compare 100 digits with
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
