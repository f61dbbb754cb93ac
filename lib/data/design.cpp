#include "data/design.hpp"

#include "num/decompose.hpp"

namespace calor::data {

using num::Rational;

int rank(std::vector<std::vector<Rational>> rows) {
  std::size_t found = 0;
  for (std::size_t column = 0; !rows.empty() && column < rows.front().size(); ++column) {
    std::size_t pivot = found;
    while (pivot < rows.size() && rows[pivot][column] == 0) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[found], rows[pivot]);
    for (std::size_t i = found + 1; i < rows.size(); ++i) {
      if (rows[i][column] == 0) continue;
      const Rational factor = rows[i][column] / rows[found][column];
      for (std::size_t k = column; k < rows[i].size(); ++k) rows[i][k] -= factor * rows[found][k];
    }
    if (++found == rows.size()) break;
  }
  return static_cast<int>(found);
}

template <Real R>
Design<R>::Design(const std::vector<std::vector<Rational>>& inputs) {
  const std::size_t d = inputs.front().size();
  std::vector<std::vector<Rational>> exact(d, std::vector<Rational>(d, 0));
  for (const auto& u : inputs)
    for (std::size_t a = 0; a < d; ++a)
      for (std::size_t b = 0; b < d; ++b) exact[a][b] += u[a] * u[b];
  const auto n = static_cast<Eigen::Index>(d);
  moment = num::Matrix<R>(n, n);
  for (std::size_t a = 0; a < d; ++a)
    for (std::size_t b = 0; b < d; ++b) {
      const Rational mean = exact[a][b] / static_cast<int>(inputs.size());
      moment(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) = num::from_rational<R>(mean);
    }
  rank = data::rank(exact);
  const auto eigen = num::symmetric_eigen<R>(moment);
  eigenvalue = eigen.values.reverse();
  axes = eigen.vectors.rowwise().reverse();
  for (Eigen::Index k = rank; k < n; ++k) eigenvalue[k] = 0;
}

template <Real R>
std::vector<R> Design<R>::statistic(const num::Vector<R>& g, const R& square) const {
  std::vector<R> t{R(1)};
  t.insert(t.end(), g.data(), g.data() + g.size());
  t.push_back(square);
  for (Eigen::Index a = 0; a < g.size(); ++a)
    for (Eigen::Index b = a; b < g.size(); ++b) t.push_back(moment(a, b));
  return t;
}

#define CALOR_INSTANTIATE(R) template struct Design<R>;
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::data
