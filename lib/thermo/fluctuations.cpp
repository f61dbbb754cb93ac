#include "thermo/fluctuations.hpp"

namespace calor::thermo {

using info::Row;
using num::Matrix;
using num::Vector;

namespace {

/// w -> w + sign phi on densities weighted by the powers 0 .. 3 of w: M_k -> sum_l C(k,l) (sign phi)^{k-l} M_l.
template <num::Real R>
void shift(const Matrix<R>& energy, int sign, const Matrix<R>& zeroth, std::array<Matrix<R>, 3>& powers) {
  const Eigen::Array<R, Eigen::Dynamic, Eigen::Dynamic> phi = R(sign) * energy.array();
  const Matrix<R> one = powers[0], two = powers[1];
  powers[0] = (one.array() + phi * zeroth.array()).matrix();
  powers[1] = (two.array() + 2 * phi * one.array() + phi * phi * zeroth.array()).matrix();
  powers[2] =
      (powers[2].array() + 3 * phi * two.array() + 3 * phi * phi * one.array() + phi * phi * phi * zeroth.array())
          .matrix();
}

}  // namespace

template <num::Real R>
Fluctuations<R>::Fluctuations(const Matrix<R>& start) : tilted_(start) {
  heat_.fill(Matrix<R>::Zero(start.rows(), start.cols()));
  work_ = heat_;
}

template <num::Real R>
void Fluctuations<R>::theta_moved(const Matrix<R>& energy, const Matrix<R>& before, const Matrix<R>& after,
                                  const Move& move) {
  shift(energy, -1, before, work_);
  for (auto& p : work_) p = move(p);
  shift(energy, 1, after, work_);
  for (auto& p : heat_) p = move(p);
  tilted_ = move(tilted_);
}

// e^{-sigma} = [P'(x')/p(x')] [p(x)/P(x)] along a turn x -> x' that leaves p(.|theta) invariant.
template <num::Real R>
void Fluctuations<R>::x_moved(const Matrix<R>& energy, const Matrix<R>& conditional, const Matrix<R>& before,
                              const Matrix<R>& after, const Move& move, const Vector<R>& floor) {
  for (auto& p : work_) p = move(p);
  shift(energy, -1, before, heat_);
  for (auto& p : heat_) p = move(p);
  shift(energy, 1, after, heat_);
  const auto& p = conditional;
  Matrix<R> ratio(p.rows(), p.cols());
  Eigen::Matrix<bool, Eigen::Dynamic, 1> known = Eigen::Matrix<bool, Eigen::Dynamic, 1>::Constant(p.rows(), true);
  for (Eigen::Index k = 0; k < p.cols(); ++k)
    for (Eigen::Index i = 0; i < p.rows(); ++i) {
      if (floor.size() && !(before(i, k) > floor[i])) known[i] = false;
      ratio(i, k) = before(i, k) > 0 ? R(tilted_(i, k) * p(i, k) / before(i, k)) : R(0);
    }
  ratio = move(ratio);
  for (Eigen::Index k = 0; k < p.cols(); ++k)
    for (Eigen::Index i = 0; i < p.rows(); ++i)
      tilted_(i, k) = !known[i] ? after(i, k) : p(i, k) > 0 ? R(ratio(i, k) * after(i, k) / p(i, k)) : R(0);
}

template <num::Real R>
std::map<std::string, R> Fluctuations<R>::totals(const Vector<R>& theta_weight, const Vector<R>& x_weight) const {
  std::map<std::string, R> out;
  const auto total = [&](const Matrix<R>& f) { return theta_weight.dot(Vector<R>(f * x_weight)); };
  for (std::size_t k = 0; k < 3; ++k) {
    out["_heat_x_" + std::to_string(k + 1)] = total(heat_[k]);
    out["_work_x_" + std::to_string(k + 1)] = total(work_[k]);
  }
  out["ift_x"] = total(tilted_);
  return out;
}

template <num::Real R>
void cumulants(Row<R>& row, const std::string& name) {
  using std::sqrt, std::fabs;
  const auto one = row["_" + name + "_1"], two = row["_" + name + "_2"], three = row["_" + name + "_3"];
  for (const char* k : {"_2", "_3"}) row.erase("_" + name + k);
  const R m = one.value, v = two.value - m * m, third = three.value - 3 * m * two.value + 2 * m * m * m;
  const R v_noise = two.noise + 2 * fabs(m) * one.noise;
  const R third_noise = three.noise + 3 * fabs(m) * two.noise + (3 * fabs(two.value) + 6 * m * m) * one.noise;
  row[name + "_variance"] = {v, v_noise};
  if (v > 4 * v_noise) {
    const R scale = v * sqrt(v);
    row[name + "_skewness"] = {third / scale, (third_noise + R(1.5) * fabs(third) * v_noise / v) / scale};
  }
}

template <num::Real R>
void finish_fluctuations(Row<R>& row) {
  for (const char* name : {"heat_x", "work_x"})
    if (row.count("_" + std::string(name) + "_3")) cumulants(row, name);
  for (const std::string name : {"ift_x", "ift_theta"})
    if (const auto at = row.find(name); at != row.end()) {
      at->second.noise +=
          64 * num::epsilon<R>() * fabs(at->second.value);  // of the weights of data sets, which add up to 1
      row["_" + name] = {at->second.value - 1, at->second.noise};
    }
}

#define CALOR_INSTANTIATE(R)                            \
  template class Fluctuations<R>;                       \
  template void cumulants(Row<R>&, const std::string&); \
  template void finish_fluctuations(Row<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::thermo
