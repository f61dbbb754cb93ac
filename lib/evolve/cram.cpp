#include "evolve/cram.hpp"

#include <Eigen/Core>

namespace calor::evolve {

using C = std::complex<double>;

const std::array<C, 8> Cram16::residue{
    C(5.464930576870210e+3, -3.797983575308356e+4), C(9.045112476907548e+1, -1.115537522430261e+3),
    C(2.344818070467641e+2, -4.228020157070496e+2), C(9.453304067358312e+1, -2.951294291446048e+2),
    C(7.283792954673409e+2, -1.205646080220011e+5), C(3.648229059594851e+1, -1.155509621409682e+2),
    C(2.547321630156819e+1, -2.639500283021502e+1), C(2.394538338734709e+1, -5.650522971778156e+0)};

const std::array<C, 8> Cram16::pole{C(3.509103608414918, 8.436198985884374),  C(5.948152268951177, 3.587457362018322),
                                    C(-5.264971343442647, 16.22022147316793), C(1.419375897185666, 10.92536348449672),
                                    C(6.416177699099435, 1.194122393370139),  C(4.993174737717997, 5.996881713603942),
                                    C(-1.413928462488886, 13.49772569889275), C(-10.84391707869699, 19.27744616718165)};

namespace {

constexpr int width = 4;  // times worked on at once: their recurrences are independent
using Lane = Eigen::Array<double, width, 1>;

struct Complex {
  Lane re, im;
};

Complex operator*(const Complex& a, const Complex& b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
Complex operator*(const Lane& a, const Complex& b) { return {a * b.re, a * b.im}; }

Complex reciprocal(const Complex& a) {
  const Lane scale = (a.re * a.re + a.im * a.im).inverse();
  return {a.re * scale, -a.im * scale};
}

struct Workspace {
  std::vector<Complex> pivot;     // reciprocals
  std::vector<Complex> solution;  // forward, then final
};

/// p <- p - 2 Re(residue (pole - t W)^-1 p). The matrix M = pole - t W has columns with excess `pole`. Elimination
/// without its diagonal (Grassmann, Taksar, Heyman, Oper. Res. 33, 1107 (1985), with a shift): the excess s of the
/// columns left obeys
///   d_i = s_i + t up_i,  s_{i+1} = pole + t down_i s_i / d_i,
/// where all terms lie in the cone 0 <= arg <= arg(pole) < 120°: nothing cancels.
void apply_factor(const Chain& chain, const Lane& t, C pole, C residue, std::vector<Lane>& p, Workspace& w) {
  const std::size_t n = chain.size();
  const Complex shift{Lane::Constant(pole.real()), Lane::Constant(pole.imag())};
  Complex excess = shift, right{p[0], Lane::Zero()};
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const Lane up = t * chain.up[i], down = t * chain.down[i];
    w.pivot[i] = reciprocal({excess.re + up, excess.im});
    w.solution[i] = right * w.pivot[i];
    const Complex kept = excess * w.pivot[i];
    excess = {shift.re + down * kept.re, shift.im + down * kept.im};
    right = {p[i + 1] + up * w.solution[i].re, up * w.solution[i].im};
  }
  w.solution[n - 1] = right * reciprocal(excess);
  for (std::size_t i = n - 1; i-- > 0;) {
    const Lane down = t * chain.down[i];
    const Complex carried = down * (w.pivot[i] * w.solution[i + 1]);
    w.solution[i].re += carried.re;
    w.solution[i].im += carried.im;
  }
  for (std::size_t i = 0; i < n; ++i)
    p[i] -= 2 * (residue.real() * w.solution[i].re - residue.imag() * w.solution[i].im);
}

}  // namespace

std::vector<std::vector<double>> exponential_by_cram(const Chain& chain, std::span<const double> start,
                                                     std::span<const double> times) {
  const std::size_t n = chain.size();
  std::vector<std::vector<double>> out(times.size(), std::vector<double>(n));
  Workspace w{std::vector<Complex>(n), std::vector<Complex>(n)};
  std::vector<Lane> p(n);
  for (std::size_t first = 0; first < times.size(); first += width) {
    Lane t;
    for (int k = 0; k < width; ++k) t[k] = times[std::min(first + static_cast<std::size_t>(k), times.size() - 1)];
    for (std::size_t i = 0; i < n; ++i) p[i].setConstant(start[i]);
    for (std::size_t k = 0; k < Cram16::pole.size(); ++k)
      apply_factor(chain, t, Cram16::pole[k], Cram16::residue[k], p, w);
    for (std::size_t j = first; j < std::min(first + width, times.size()); ++j)
      for (std::size_t i = 0; i < n; ++i) out[j][i] = p[i][static_cast<int>(j - first)] * Cram16::at_infinity;
  }
  return out;
}

}  // namespace calor::evolve
