#pragma once
// Comparison to a stated tolerance, shared by the tests of analytic/.

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "analytic/quantities.hpp"

namespace calor::test {

/// |a - b| <= tolerance max(1, |b|); says both values when it fails.
template <num::Real R>
bool close(const R& a, const R& b, double tolerance, const std::string& what = "") {
  using std::abs;
  const R size = abs(b) > 1 ? R(abs(b)) : R(1), gap = abs(a - b);
  const bool ok = a == b || gap <= R(tolerance) * size;  // equal infinities are close
  if (!ok) MESSAGE(what << ": " << num::to_text(a, 30) << " against " << num::to_text(b, 30));
  return ok;
}

/// |a - b| <= tolerance |b|.
template <num::Real R>
bool close_relative(const R& a, const R& b, double tolerance, const std::string& what = "") {
  using std::abs;
  const bool ok = abs(a - b) <= R(tolerance) * abs(b);
  if (!ok) MESSAGE(what << ": " << num::to_text(a, 30) << " against " << num::to_text(b, 30));
  return ok;
}

/// Identities of theory.md that hold at any time for any learner with a sampler: I1 is not among them (it needs
/// I(X;B|Θ)). `info_at_0` is I(X;Θ|B) = I(X;Θ) at t = 0, `energy_change` is Δ⟨φ⟩ by another route.
template <num::Real R>
void check_identities(const analytic::Quantities<R>& q, const R& info_at_0, double tolerance) {
  auto v = [&](const char* name) { return analytic::value_of(q, name); };
  CHECK(close<R>(v("ep_theta_naive"), v("ep_theta") + v("m_info"), tolerance, "I6"));
  CHECK(close<R>(v("flow_x") + v("flow_theta"), v("info_x_theta_given_b") - info_at_0, tolerance, "I10 flows"));
  CHECK(close<R>(v("ep_x_given_b"), v("ep_x") + v("flow_x"), tolerance, "I12 given b"));
  CHECK(close<R>(v("ep_x_naive"), v("ep_x_given_b") + v("l_info"), tolerance, "I12 naive"));
  CHECK(close<R>(v("reservoir_gap"), -v("heat_x") - v("m_info"), tolerance, "I14"));
  CHECK(close<R>(v("entropy_theta") - v("entropy_theta_given_b"), v("m_info"), tolerance, "m_info"));
  CHECK(close<R>(v("entropy_x") - v("entropy_x_given_b"), v("l_info"), tolerance, "l_info"));
  CHECK(close<R>(v("entropy_x_given_b") - v("entropy_x_given_theta"), v("info_x_theta_given_b"), tolerance,
                 "info given b"));
  if (analytic::find(q, "loss_test"))
    CHECK(close<R>(v("generalization_gap"), v("loss_test") - v("loss_train"), tolerance, "gap"));
  CHECK(v("ep_x") >= 0);
  CHECK(v("ep_theta") >= 0);
  CHECK(v("m_info") >= 0);
}

/// I2: with the equilibrium sampler B–Θ–X is a Markov chain.
template <num::Real R>
void check_markov(const analytic::Quantities<R>& q, double tolerance) {
  auto v = [&](const char* name) { return analytic::value_of(q, name); };
  CHECK(close<R>(v("r_info"), v("m_info") - v("l_info"), tolerance, "I2 r_info"));
  CHECK(close<R>(v("info_x_theta"), v("l_info") + v("info_x_theta_given_b"), tolerance, "I2 info_x_theta"));
}

/// Every value of `a` within `tolerance` of that in `b`, the names being the same.
template <num::Real A, num::Real B>
void check_same(const analytic::Quantities<A>& a, const analytic::Quantities<B>& b, double tolerance) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].first == b[i].first);
    CHECK(close<A>(a[i].second, A(b[i].second), tolerance, a[i].first));
  }
}

/// Every value within `tolerance` of the one in ball arithmetic, whose radius is as small.
inline void check_against_balls(const analytic::Quantities<num::Mp100>& q,
                                const analytic::Quantities<proven::Ball>& balls, double tolerance) {
  for (const auto& [name, ball] : balls) {
    REQUIRE(ball.finite());
    const auto middle = num::from_rational<num::Mp100>(ball.middle()),
               radius = num::from_rational<num::Mp100>(ball.radius());
    CHECK(close<num::Mp100>(radius, num::Mp100(0), tolerance, name + ", radius"));
    CHECK(close<num::Mp100>(analytic::value_of(q, name), middle, tolerance, name));
  }
}

}  // namespace calor::test
