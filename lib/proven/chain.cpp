#include "proven/chain.hpp"

#include <algorithm>
#include <cmath>

#include "proven/information.hpp"
#include "proven/poisson.hpp"

namespace calor::proven {

namespace {

Balls exit_rates(const Chain& chain) {
  Balls out(static_cast<std::size_t>(chain.states));
  for (const auto& move : chain.moves) out[static_cast<std::size_t>(move.from)] += move.rate;
  return out;
}

/// An exact number above every exit rate by a margin, so that the diagonal of U keeps its relative accuracy.
Ball uniform_rate_upper(const Balls& exits) {
  double most = 0;
  for (const auto& rate : exits) {
    arf_t upper;
    arf_init(upper);
    arb_get_ubound_arf(upper, rate.get(), 64);
    most = std::max(most, arf_get_d(upper, ARF_RND_UP));
    arf_clear(upper);
  }
  return Ball(most > 0 ? most * 1.125 : 1.0);
}

Ball largest_size(const Balls& f) {
  Ball out(0);
  for (const auto& x : f) arb_max(out.get(), out.get(), abs(x).get(), Precision::bits());
  return out;
}

/// One application of U.
struct Jumps {
  std::vector<Move> share;  // rate / L
  Balls stay;               // 1 - exit rate / L

  Jumps(const Chain& chain, const Balls& exits, const Ball& rate) : share(chain.moves) {
    for (auto& move : share) move.rate /= rate;
    for (const auto& exit : exits) stay.push_back(1 - exit / rate);
  }
  void apply(const Balls& from, Balls& to) const {
    const long bits = Precision::bits();
    for (std::size_t i = 0; i < stay.size(); ++i) arb_mul(to[i].get(), from[i].get(), stay[i].get(), bits);
    for (const auto& move : share)
      arb_addmul(to[static_cast<std::size_t>(move.to)].get(), from[static_cast<std::size_t>(move.from)].get(),
                 move.rate.get(), bits);
  }
};

double fastest(const Chain& chain) {
  double most = 0;
  for (const auto& rate : exit_rates(chain)) most = std::max(most, num::to_double(rate));
  return most;
}

}  // namespace

Flight advance_by_uniformization(const Chain& chain, const Balls& state, std::span<const Balls> functionals,
                                 const Ball& time) {
  const Balls exits = exit_rates(chain);
  const Ball rate = uniform_rate_upper(exits);
  const long bits = Precision::bits();
  const auto series = poisson_series(rate * time, bits);
  const Jumps jumps(chain, exits, rate);
  Balls beyond(series.weight.size());  // P(N > k), from the far end so that no digits cancel
  Ball sum = between_zero_and(series.tail_upper);
  for (std::size_t k = series.weight.size(); k-- > 0;) {
    beyond[k] = sum;
    sum += series.weight[k];
  }
  Flight out{Balls(state.size()), Balls(functionals.size())};
  Balls power = state, next(state.size());
  for (std::size_t k = 0; k < series.weight.size(); ++k) {
    for (std::size_t i = 0; i < state.size(); ++i)
      arb_addmul(out.state[i].get(), power[i].get(), series.weight[k].get(), bits);
    for (std::size_t f = 0; f < functionals.size(); ++f)
      arb_addmul(out.integrals[f].get(), beyond[k].get(), dot(functionals[f], power).get(), bits);
    jumps.apply(power, next);
    std::swap(power, next);
  }
  for (auto& p : out.state) p += between_zero_and(series.tail_upper);
  for (std::size_t f = 0; f < functionals.size(); ++f)
    out.integrals[f] = (out.integrals[f].widened(series.excess_upper * largest_size(functionals[f]))) / rate;
  return out;
}

Flight advance_by_exponential(const Chain& chain, const Balls& state, std::span<const Balls> functionals,
                              const Ball& time) {
  const long n = chain.states, extra = static_cast<long>(functionals.size());
  BallMatrix generator(n + extra, n + extra), start(n + extra, 1);
  for (const auto& move : chain.moves) {
    const Ball amount = move.rate * time;
    generator.add(move.to, move.from, amount);
    generator.add(move.from, move.from, -amount);
  }
  for (long f = 0; f < extra; ++f)
    for (long i = 0; i < n; ++i)
      generator.set(n + f, i, functionals[static_cast<std::size_t>(f)][static_cast<std::size_t>(i)] * time);
  for (long i = 0; i < n; ++i) start.set(i, 0, state[static_cast<std::size_t>(i)]);
  const BallMatrix end = exp(generator) * start;
  Flight out;
  for (long i = 0; i < n; ++i) out.state.push_back(end.at(i, 0));
  for (long f = 0; f < extra; ++f) out.integrals.push_back(end.at(n + f, 0));
  return out;
}

double uniformization_work(const Chain& chain, std::size_t functionals, double time) {
  const double mean = 1.125 * fastest(chain) * time, terms = 2 * mean + static_cast<double>(Precision::bits()) + 10;
  return terms * (static_cast<double>(chain.moves.size()) + chain.states * (2.0 + static_cast<double>(functionals)));
}

double exponential_work(const Chain& chain, std::size_t functionals, double time) {
  const double n = chain.states + static_cast<double>(functionals);
  return n * n * n * (20 + std::max(0.0, std::log2(1 + fastest(chain) * time)));
}

Flight advance(const Chain& chain, const Balls& state, std::span<const Balls> functionals, const Ball& time) {
  const double t = num::to_double(time);
  return uniformization_work(chain, functionals.size(), t) < exponential_work(chain, functionals.size(), t)
             ? advance_by_uniformization(chain, state, functionals, time)
             : advance_by_exponential(chain, state, functionals, time);
}

}  // namespace calor::proven
