#include "analytic/linear_turns.hpp"

#include "analytic/exponentials.hpp"

namespace calor::analytic {

using num::Matrix;
using num::Vector;

template <num::Real R>
LinearTurn<R> LinearTurn<R>::sgld(const LinearGaussian<R>& p, const R& learning_rate, const R& temperature,
                                  const R& keep) {
  LinearTurn<R> turn;
  const auto d = p.parameters();
  turn.move.decay = (R(1) - learning_rate * p.curvature.array()).matrix();
  turn.move.answer = Vector<R>::Constant(d, learning_rate);
  turn.move.noise = Vector<R>::Constant(d, R(2 * learning_rate * temperature));
  turn.keep = keep;
  turn.discrete = true;
  turn.learning_rate = learning_rate;
  turn.temperature = temperature;
  return turn;
}

template <num::Real R>
R LinearTurns<R>::lag_square() const {
  R sum = 0;
  for (Eigen::Index j = 0; j < p_.channels(); ++j) sum += now_.z[j] + mean_lag_square(p_, now_, j);
  return sum;
}

// θ' - θ = -k θ + b g + √noise ξ, k = 1 - decay, b = answer; y' = y - u·(θ' - θ). E[θ' - θ|B] = -b e r with
// r = h m_0 - g, because k = h b and h E[Θ|B] - g = e r.
template <num::Real R>
void LinearTurns<R>::move_theta(const LinearTurn<R>& turn) {
  const auto& move = turn.move;
  const Vector<R> keep = move.decay, lost = (R(1) - move.decay.array()).matrix();
  for (Eigen::Index j = 0; j < p_.channels(); ++j) {
    const Vector<R> u = p_.inputs.row(j), ku = lost.cwiseProduct(u), vku = now_.v * ku;
    const Vector<R> cy = now_.cy.col(j);
    now_.z[j] += 2 * ku.dot(cy) + ku.dot(vku) + move.noise.dot(u.cwiseProduct(u));
    now_.cy.col(j) = keep.cwiseProduct(cy + vku) - move.noise.cwiseProduct(u);
    now_.c.col(j) = keep.cwiseProduct(Vector<R>(now_.c.col(j)));
    now_.lag.col(j) += u.cwiseProduct(move.answer).cwiseProduct(now_.decay);
  }
  now_.v = keep.asDiagonal() * now_.v * keep.asDiagonal();
  now_.v.diagonal() += move.noise;
  now_.answer = keep.cwiseProduct(now_.answer) + move.answer;
  now_.decay = keep.cwiseProduct(now_.decay);
}

template <num::Real R>
void LinearTurns<R>::move_x(const R& keep) {
  const R rest = 1 - keep;
  for (Eigen::Index j = 0; j < p_.channels(); ++j) {
    const Vector<R> u = p_.inputs.row(j), vu = now_.v * u, c = now_.c.col(j);
    now_.vx[j] =
        keep * keep * now_.vx[j] + rest * rest * u.dot(vu) + 2 * keep * rest * u.dot(c) + p_.s2 * rest * (1 + keep);
    now_.c.col(j) = keep * c + rest * vu;
    now_.cy.col(j) *= keep;
    now_.z[j] *= keep * keep;
    now_.ax.col(j) = keep * Vector<R>(now_.ax.col(j)) + rest * u.cwiseProduct(now_.answer);
    now_.lag.col(j) *= keep;
  }
}

// X's move: D(N(σ², offset o) ‖ p) = ½ [w - ln(1 + w) + o²/s²], w = (σ² - s²)/s²; w shrinks by keep², o by keep.
template <num::Real R>
void LinearTurns<R>::take(const LinearTurn<R>& turn) {
  const R energy0 = energy(p_, now_), square0 = gradient_square(p_, now_), lag0 = lag_square(),
          info0 = info_x_theta_given_b(p_, now_);
  if (!turn.discrete) {
    for (Eigen::Index i = 0; i < p_.parameters(); ++i) {
      const R &h = p_.curvature[i], e = now_.decay[i];
      done_.medium += (h * h * now_.v(i, i) + e * e * p_.pull_square(i)) * turn.move.forgetting[i] +
                      h * h * turn.move.noisy[i] - h * turn.move.clock;
    }
  }
  move_theta(turn);
  if (turn.discrete) {
    const R shadow = energy(p_, now_) - energy0 - turn.learning_rate / 4 * (gradient_square(p_, now_) - square0);
    done_.medium -= shadow / turn.temperature;
  }
  const R lag1 = lag_square(), info1 = info_x_theta_given_b(p_, now_), f2 = turn.keep * turn.keep;
  const num::Cholesky<R> root(now_.v);
  for (Eigen::Index j = 0; j < p_.channels(); ++j) {
    const R w = excess_given_theta(now_, root, j) / p_.s2, offset = lag_square_given_theta(p_, now_, root, j) / p_.s2;
    done_.ep_x += p_.weight * (log_deficit(w) - log_deficit<R>(f2 * w) + (1 - f2) * offset) / 2;
  }
  move_x(turn.keep);
  done_.work_x += p_.weight * (lag1 - lag0) / (2 * p_.s2);
  done_.heat_x += p_.weight * (lag_square() - lag1) / (2 * p_.s2);
  done_.flow_theta += info1 - info0;
  done_.flow_x += info_x_theta_given_b(p_, now_) - info1;
}

#define CALOR_INSTANTIATE(R)     \
  template struct LinearTurn<R>; \
  template class LinearTurns<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
