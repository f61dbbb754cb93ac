#include "analytic/joint_gaussian.hpp"

#include "analytic/gaussian_learner.hpp"

namespace calor::analytic {
namespace {

// det of [[v, c], [c, vx]] = det of [[v, cy], [cy, vy]]: from the pair that is less correlated.
template <Number R>
R determinant(const R& v, const R& c, const R& vx, const R& cy, const R& vy) {
  return c * c * vy <= cy * cy * vx ? R(v * vx - c * c) : R(v * vy - cy * cy);
}

template <Number R>
R mutual(const R& v, const R& vx, const R& c, const R& det) {
  using std::log, std::log1p;
  const R square = c * c / (v * vx);
  return square < R(0.5) ? R(-log1p(R(-square)) / 2) : R(log(v * vx / det) / 2);
}

}  // namespace

template <Number R>
R determinant(const JointGaussian<R>& j) {
  return determinant<R>(j.v, j.c, j.vx, j.cy, j.s2 + j.z);
}

template <Number R>
R excess_given_theta(const JointGaussian<R>& j) {
  return j.z - j.cy * j.cy / j.v;
}

template <Number R>
R info_x_theta_given_b(const JointGaussian<R>& j) {
  return mutual<R>(j.v, j.vx, j.c, determinant(j));
}

// I(Θ;B|X) = ½ ln[det_total vx/(det VX)] with det_total = det + v mxx + vx mtt - 2c mtx + det M; numerator minus
// denominator is Var(vx m_θ - c m_x) + vx det M, where vx m_θ - c m_x = (vx - c) m_θ - c m_y and vx - c = s² + z + cy.
template <Number R>
R info_theta_b_given_x(const JointGaussian<R>& j, const R& det) {
  using std::log1p;
  const R lag = j.s2 + j.z + j.cy, det_m = j.mtt * j.myy - j.mty * j.mty;
  const R numerator = lag * lag * j.mtt - 2 * lag * j.c * j.mty + j.c * j.c * j.myy + j.vx * det_m;
  return log1p(R(numerator / (det * (j.vx + j.mxx)))) / 2;
}

template <Number R>
Quantities<R> informations(const JointGaussian<R>& j) {
  using std::log1p;
  const R det = determinant(j), big_v = j.v + j.mtt, big_c = j.c + j.mtx, big_vx = j.vx + j.mxx;
  const R big_det = determinant<R>(big_v, big_c, big_vx, j.cy + j.mty, j.s2 + j.z + j.myy);
  return {{"l_info", log1p(R(j.mxx / j.vx)) / 2},
          {"r_info", info_theta_b_given_x(j, det)},
          {"info_x_theta", mutual(big_v, big_vx, big_c, big_det)},
          {"info_x_theta_given_b", mutual(j.v, j.vx, j.c, det)},
          {"entropy_x", gaussian_entropy(big_vx)},
          {"entropy_x_given_b", gaussian_entropy(j.vx)},
          {"entropy_x_given_theta", gaussian_entropy<R>(det / j.v)}};
}

#define CALOR_INSTANTIATE(R)                                   \
  template R determinant<R>(const JointGaussian<R>&);          \
  template R excess_given_theta<R>(const JointGaussian<R>&);   \
  template R info_x_theta_given_b<R>(const JointGaussian<R>&); \
  template Quantities<R> informations<R>(const JointGaussian<R>&);
CALOR_FOR_EACH_NUMBER(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::analytic
