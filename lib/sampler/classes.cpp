#include "sampler/classes.hpp"

#include <map>

namespace calor::sampler {

namespace {

/// Numbers equal keys equally, in order of appearance.
template <class Key>
std::vector<int> number(const std::vector<Key>& keys) {
  std::map<Key, int> seen;
  std::vector<int> out;
  for (const auto& key : keys) out.push_back(seen.try_emplace(key, static_cast<int>(seen.size())).first->second);
  return out;
}

/// The chain of the classes as one among outcomes: p of a class, and rates between representatives. Column by column: a
/// move that changes one outcome of class c changes the representative.
template <Real R>
Matrix<R> flips(const std::string& kind, const Vector<R>& p, const std::vector<std::vector<int>>& neighbours,
                const Classes& c, std::size_t first, std::size_t last) {
  Matrix<R> out = Matrix<R>::Zero(c.count(), c.count());
  for (Eigen::Index from = 0; from < c.count(); ++from) {
    const auto x = static_cast<std::size_t>(c.representative[static_cast<std::size_t>(from)]);
    for (std::size_t site = first; site < last; ++site) {
      const int to = c.of[static_cast<std::size_t>(neighbours[x][site])];
      if (to == from) continue;
      const R rate = flip_rate<R>(kind, p[from], p[to]);
      out(to, from) += rate;
      out(from, from) -= rate;
    }
  }
  return out;
}

template <Real R>
Vector<R> total(const Vector<R>& p, const Classes& c) {
  Vector<R> out = p;
  for (Eigen::Index k = 0; k < p.size(); ++k) out[k] *= c.size[static_cast<std::size_t>(k)];
  return out;
}

}  // namespace

Classes classes(const std::vector<std::vector<int>>& statistics, const std::vector<std::vector<int>>& neighbours) {
  Classes out;
  out.of = number(statistics);
  for (bool refined = !neighbours.empty(); refined;) {
    std::vector<std::vector<int>> keys;
    for (std::size_t x = 0; x < out.of.size(); ++x) {
      keys.push_back({out.of[x]});
      for (const int y : neighbours[x]) keys.back().push_back(out.of[static_cast<std::size_t>(y)]);
    }
    auto finer = number(keys);
    refined = finer != out.of;
    out.of = std::move(finer);
  }
  for (std::size_t x = 0; x < out.of.size(); ++x) {
    const auto k = static_cast<std::size_t>(out.of[x]);
    if (k == out.size.size()) out.size.push_back(0), out.representative.push_back(static_cast<int>(x));
    ++out.size[k];
  }
  return out;
}

template <Real R>
Matrix<R> generator(const std::string& kind, const Vector<R>& p, const std::vector<std::vector<int>>& neighbours,
                    const Classes& c, const Matrix<R>& alternation) {
  if (kind == "alternating") return generator(kind, p, neighbours, alternation);
  if (kind != "heat-bath" && kind != "equilibrium") return flips(kind, p, neighbours, c, 0, neighbours.front().size());
  Matrix<R> out = total(p, c) * Vector<R>::Ones(p.size()).transpose();
  return out - Matrix<R>::Identity(p.size(), p.size());
}

template <Real R>
Matrix<R> continuous_kernel(const std::string& kind, const Vector<R>& p,
                            const std::vector<std::vector<int>>& neighbours, const Classes& c, const R& time,
                            const Matrix<R>& alternation) {
  return reversible_kernel<R>(generator(kind, p, neighbours, c, alternation), total(p, c), time);
}

template <Real R>
Matrix<R> discrete_kernel(const experiment::Sampler& s, const Vector<R>& p,
                          const std::vector<std::vector<int>>& neighbours, const Classes& c,
                          const Matrix<R>& alternation) {
  if (s.kind == "alternating") return discrete_kernel(s, p, neighbours, alternation);
  const Matrix<R> one = Matrix<R>::Identity(p.size(), p.size());
  if (s.kind == "equilibrium") return one + generator(s.kind, p, neighbours, c);
  if (s.kind == "heat-bath") return one + num::from_rational<R>(*s.probability) * generator(s.kind, p, neighbours, c);
  Matrix<R> sweep = one, out = one;
  for (std::size_t site = 0; site < neighbours.front().size(); ++site)
    sweep = (one + flips(s.kind, p, neighbours, c, site, site + 1)) * sweep;
  for (int i = 0; i < *s.sweeps; ++i) out = sweep * out;
  return out;
}

#define CALOR_INSTANTIATE(R)                                                                                       \
  template Matrix<R> generator(const std::string&, const Vector<R>&, const std::vector<std::vector<int>>&,         \
                               const Classes&, const Matrix<R>&);                                                  \
  template Matrix<R> continuous_kernel(const std::string&, const Vector<R>&, const std::vector<std::vector<int>>&, \
                                       const Classes&, const R&, const Matrix<R>&);                                \
  template Matrix<R> discrete_kernel(const experiment::Sampler&, const Vector<R>&,                                 \
                                     const std::vector<std::vector<int>>&, const Classes&, const Matrix<R>&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::sampler
