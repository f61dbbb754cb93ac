#include "analytic/one_bit.hpp"
#include "analytic/two_state.hpp"
#include "close.hpp"
#include "num/errors.hpp"

namespace calor::one_bit_test {

using namespace analytic;
using namespace test;
using num::Mp100;
using num::Rational;

namespace {

template <num::Real R>
TwoState<R> coin(Acceptance acceptance) {
  return two_state_coin<R>(5, Rational(3, 10), {R(-0.5), R(1.25)}, R(0.375), R(0.75), acceptance, R(0.25), R(0.25));
}

template <num::Real R>
R plogp(const R& p) {
  using std::log;
  return p > 0 ? R(p * log(p)) : R(0);
}

// Second route: ρ_t by the Taylor series of the master equation, then every entropy from the table p(B, θ, x).
struct Tables {
  std::vector<std::array<Mp100, 2>> rho;
  Mp100 s_theta = 0, s_theta_b = 0, s_x = 0, s_x_b = 0, s_theta_x = 0, s_theta_x_b = 0, lautum = 0;
};

Tables tables(const TwoState<Mp100>& l, const Mp100& t) {
  Tables out;
  std::array<Mp100, 2> mean{};
  for (const auto& b : l.data) {
    std::array<Mp100, 2> rho{1 - l.start, l.start}, term = rho;
    for (int n = 1; n < 200; ++n) {
      const Mp100 flux = (b.up * term[0] - b.down * term[1]) * t / n;
      term = {-flux, flux};
      rho[0] += term[0], rho[1] += term[1];
    }
    out.rho.push_back(rho);
    for (std::size_t i = 0; i < 2; ++i) mean[i] += b.weight * rho[i];
  }
  const std::size_t outcomes = l.outcomes[0].size();
  std::vector<Mp100> x(outcomes);
  for (std::size_t b = 0; b < l.data.size(); ++b) {
    const auto& rho = out.rho[b];
    const Mp100& w = l.data[b].weight;
    for (std::size_t i = 0; i < 2; ++i)
      out.s_theta_b -= w * plogp(rho[i]), out.lautum += w * mean[i] * log(mean[i] / rho[i]);
    for (std::size_t k = 0; k < outcomes; ++k) {
      const Mp100 p = rho[0] * l.outcomes[0][k] + rho[1] * l.outcomes[1][k];
      x[k] += w * p;
      out.s_x_b -= w * plogp(p);
      for (std::size_t i = 0; i < 2; ++i) out.s_theta_x_b -= w * plogp<Mp100>(rho[i] * l.outcomes[i][k]);
    }
  }
  for (std::size_t k = 0; k < outcomes; ++k) {
    out.s_x -= plogp(x[k]);
    for (std::size_t i = 0; i < 2; ++i) out.s_theta_x -= plogp<Mp100>(mean[i] * l.outcomes[i][k]);
  }
  for (std::size_t i = 0; i < 2; ++i) out.s_theta -= plogp(mean[i]);
  return out;
}

}  // namespace

// Φ(m), Φ(m tanh 1), -m, m - Φ(m) with m = tanh(1)(1 - 1/e), evaluated by mpmath with 60 digits. Three are the issue's
// printed numbers; its m_info, 0.120833856841416, has a digit wrong (…1496, as its own -heat_theta - ep_theta = Φ(m)
// shows).
TEST_CASE("one bit learns one bit: to 50 digits") {
  const auto q = one_bit(OneBit<Mp100>{}, Mp100(1));
  CHECK(close(value_of(q, "m_info"), Mp100("0.120833856841495532864033106564473690681425834755266"), 1e-49, "m_info"));
  CHECK(
      close(value_of(q, "l_info"), Mp100("0.06880798163694800312659783730843853488870688748682973"), 1e-49, "l_info"));
  CHECK(close(value_of(q, "heat_theta"), Mp100("-0.4814193234633218101400046995401041347500904162177624"), 1e-49,
              "heat_theta"));
  CHECK(close(value_of(q, "ep_theta"), Mp100("0.3605854666218262772759715929756304440686645814624964"), 1e-49,
              "ep_theta"));
  const auto rough = one_bit(OneBit<double>{}, 1.0);
  CHECK(close(value_of(rough, "l_info"), 0.0688079816369480, 1e-15));
  CHECK(close(value_of(rough, "heat_theta"), -0.481419323463322, 1e-15));
  CHECK(close(value_of(rough, "ep_theta"), 0.360585466621826, 1e-15));
  CHECK(close(value_of(rough, "m_info"), 0.481419323463322 - 0.360585466621826, 2e-15));
}

TEST_CASE("one bit: its closed form is the two-state learner with one example") {
  for (auto kind : {Acceptance::heat_bath, Acceptance::metropolis, Acceptance::arrhenius})
    for (double t : {0.0, 1e-3, 0.7, 5.0}) {
      const OneBit<Mp100> bit{Mp100(1.5), Mp100(0.625), Mp100(1.25), kind};
      const auto l = two_state_coin<Mp100>(1, Rational(1, 2), {-bit.theta0, bit.theta0}, bit.temperature, bit.rate,
                                           kind, Mp100(0.125), Mp100(0.5));
      const auto q = one_bit(bit, Mp100(t));
      for (const auto& [name, value] : two_state(l, Mp100(t))) CHECK(close(value_of(q, name), value, 1e-47, name));
      check_identities(q, value_of(one_bit(bit, Mp100(0)), "info_x_theta"), 1e-47);
      check_markov(q, 1e-47);
    }
}

TEST_CASE("one bit: I16 in the stationary state, relative accuracy at small times, double, 100 and 200 digits") {
  const OneBit<Mp100> bit{Mp100(2), Mp100(0.5), Mp100(1), Acceptance::heat_bath};
  const auto q = one_bit(bit, Mp100(500));
  CHECK(close<Mp100>(value_of(q, "generalization_gap"),
                     bit.temperature * (value_of(q, "m_info") + value_of(q, "lautum_info")), 1e-47));
  for (double t : {1e-12, 1e-5, 0.5}) {
    const auto a = one_bit(OneBit<double>{}, t);
    const auto b = one_bit(OneBit<Mp100>{}, Mp100(t));
    for (const char* name : {"m_info", "l_info", "ep_theta", "heat_theta", "lautum_info", "ep_x_path"})
      CHECK(close_relative(Mp100(value_of(a, name)), value_of(b, name), 1e-14, name));
    check_same(b, one_bit(OneBit<num::Mp200>{}, num::Mp200(t)), 1e-47);
  }
}

TEST_CASE("two states: every information from the table p(B, θ, x), ρ by a Taylor series") {
  for (auto kind : {Acceptance::heat_bath, Acceptance::metropolis, Acceptance::arrhenius})
    for (double t : {0.1, 1.0, 6.0}) {
      const auto l = coin<Mp100>(kind);
      const auto q = two_state(l, Mp100(t));
      const auto s = tables(l, Mp100(t));
      auto v = [&](const char* name) { return value_of(q, name); };
      CHECK(close<Mp100>(v("m_info"), s.s_theta - s.s_theta_b, 1e-90, "m_info"));
      CHECK(close<Mp100>(v("l_info"), s.s_x - s.s_x_b, 1e-90, "l_info"));
      CHECK(close(v("lautum_info"), s.lautum, 1e-90, "lautum"));
      CHECK(close<Mp100>(v("info_x_theta"), s.s_x + s.s_theta - s.s_theta_x, 1e-90, "info"));
      CHECK(close<Mp100>(v("info_x_theta_given_b"), s.s_x_b + s.s_theta_b - s.s_theta_x_b, 1e-90, "info given b"));
      CHECK(close<Mp100>(v("entropy_x_given_theta"), s.s_theta_x_b - s.s_theta_b, 1e-90, "S(X|Θ,B)"));
      Mp100 heat = 0;
      for (std::size_t b = 0; b < l.data.size(); ++b)
        heat += l.data[b].weight * (s.rho[b][1] - l.start) * (l.data[b].loss[1] - l.data[b].loss[0]);
      CHECK(close(v("heat_theta"), heat, 1e-90, "heat"));
      check_identities(q, value_of(two_state(l, Mp100(0)), "info_x_theta"), 1e-90);
      check_markov(q, 1e-90);
    }
}

TEST_CASE("two states: entropy production by I4, I5 and I7; work of X by quadrature of its rate") {
  for (auto kind : {Acceptance::heat_bath, Acceptance::metropolis, Acceptance::arrhenius}) {
    const auto l = coin<Mp100>(kind);
    for (double t : {0.2, 3.0}) {
      const auto q = two_state(l, Mp100(t));
      CHECK(close(value_of(q, "ep_theta"), two_state_ep_by_heat(l, Mp100(t)), 1e-46, "I4"));
      CHECK(close(value_of(q, "ep_theta"), two_state_ep_by_current(l, Mp100(t)), 1e-44, "I7"));
      const auto wide = coin<Mp100>(kind);
      Mp100 work = 0;  // Simpson's rule on the jump rates times the relative entropies of the two outcome laws
      const int n = 200;
      for (int i = 0; i <= n; ++i) {
        const auto s = tables(wide, Mp100(Mp100(t) * i / n));
        Mp100 rate = 0;
        for (std::size_t b = 0; b < wide.data.size(); ++b)
          for (std::size_t k = 0; k < 2; ++k) {
            const Mp100 ratio = log(wide.outcomes[0][k] / wide.outcomes[1][k]);
            rate += wide.data[b].weight *
                    (wide.data[b].up * s.rho[b][0] * wide.outcomes[0][k] -
                     wide.data[b].down * s.rho[b][1] * wide.outcomes[1][k]) *
                    ratio;
          }
        work += rate * (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2) * Mp100(t) / (3 * n);
      }
      CHECK(close(Mp100(value_of(q, "work_x")), work, 1e-9, "work_x"));
    }
  }
}

TEST_CASE("two states: a start in one state is allowed, nonsense is refused") {
  auto l = coin<double>(Acceptance::metropolis);
  l.start = 0;
  const auto q = two_state(l, 2.0);
  CHECK(value_of(q, "ep_theta") > 0);
  CHECK(close(value_of(q, "ep_theta"), two_state_ep_by_heat(l, 2.0), 1e-14));
  CHECK(close(value_of(q, "ep_theta"), two_state_ep_by_current(l, 2.0), 1e-13));
  l.start = 1.5;
  CHECK_THROWS_AS(two_state(l, 1.0), InputError);
  CHECK_THROWS_AS(two_state(coin<double>(Acceptance::metropolis), -1.0), InputError);
  CHECK_THROWS_AS(one_bit(OneBit<double>{}, -1.0), InputError);
  CHECK_THROWS_AS(one_bit(OneBit<double>{0, 1, 1, Acceptance::heat_bath}, 1.0), InputError);
}

}  // namespace calor::one_bit_test
