// Two ways to advance a chain must overlap: uniformization with its tail bounds, Arb's matrix exponential.

#include <doctest/doctest.h>

#include "proven/chain.hpp"
#include "run/support.hpp"

namespace calor::chain_test {

using namespace proven;
using run::test::Dice;

namespace {

Chain random_chain(Dice& dice, int states) {
  Chain chain{states, {}};
  for (int i = 0; i + 1 < states; ++i) {
    chain.moves.push_back({i, i + 1, Ball(dice.log_uniform(0.01, 10))});
    chain.moves.push_back({i + 1, i, Ball(dice.log_uniform(0.01, 10))});
  }
  for (int extra = dice.below(4); extra > 0; --extra) {
    const int from = dice.below(states), to = dice.below(states);
    if (from != to) chain.moves.push_back({from, to, Ball(dice.log_uniform(0.01, 10))});
  }
  return chain;
}

}  // namespace

TEST_SUITE("proven/chain") {
  TEST_CASE("uniformization and matrix exponential overlap") {
    const Precision bits(150);
    Dice dice(64);
    for (int run = 0; run < 60; ++run) {
      const int states = 2 + dice.below(6);
      const Chain chain = random_chain(dice, states);
      Balls start(static_cast<std::size_t>(states)), up, mixed;
      start[static_cast<std::size_t>(dice.below(states))] = Ball(1);
      for (int i = 0; i < states; ++i) {
        up.emplace_back(dice.uniform(0, 1));
        mixed.emplace_back(dice.uniform(-3, 3));
      }
      const std::vector<Balls> functionals{up, mixed};
      const Ball time(dice.log_uniform(1e-4, 50));
      const auto a = advance_by_uniformization(chain, start, functionals, time);
      const auto b = advance_by_exponential(chain, start, functionals, time);
      Ball total;
      for (std::size_t i = 0; i < a.state.size(); ++i) {
        CHECK(arb_overlaps(a.state[i].get(), b.state[i].get()) != 0);
        CHECK(arb_rel_accuracy_bits(a.state[i].get()) > 60);
        total += a.state[i];
      }
      CHECK(total.contains(calor::num::Rational(1)));
      for (std::size_t f = 0; f < 2; ++f) {
        CHECK(arb_overlaps(a.integrals[f].get(), b.integrals[f].get()) != 0);
        CHECK(a.integrals[f].radius() < calor::num::parse_decimal("1e-35"));
      }
    }
  }

  TEST_CASE("two states relax in closed form") {
    const Precision bits(200);
    const Ball w(0.75), v(0.5), t(1.25);
    const Chain chain{2, {{0, 1, w}, {1, 0, v}}};
    const std::vector<Balls> ones{{Ball(1), Ball(1)}};
    const auto flight = advance_by_uniformization(chain, {Ball(1), Ball(0)}, ones, t);
    const Ball exact = w / (w + v) * (1 - exp(-(w + v) * t));
    CHECK(arb_overlaps(flight.state[1].get(), exact.get()) != 0);
    CHECK(arb_overlaps(flight.integrals[0].get(), t.get()) != 0);
  }
}

}  // namespace calor::chain_test
