#include "proven/information.hpp"

namespace calor::proven {

Ball entropy(const Balls& p) {
  Ball out;
  for (const auto& x : p) out += minus_x_ln_x(x);
  return out;
}

Ball relative_entropy(const Balls& p, const Balls& q) {
  Ball out;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] == Ball(0)) continue;
    out += p[i] * log(p[i] / q[i]);
  }
  return out;
}

Balls mixture(const Balls& weights, const std::vector<Balls>& of) {
  Balls out(of.front().size());
  for (std::size_t b = 0; b < of.size(); ++b)
    for (std::size_t i = 0; i < out.size(); ++i)
      arb_addmul(out[i].get(), weights[b].get(), of[b][i].get(), Precision::bits());
  return out;
}

Ball dot(const Balls& a, const Balls& b) {
  Ball out;
  for (std::size_t i = 0; i < a.size(); ++i) arb_addmul(out.get(), a[i].get(), b[i].get(), Precision::bits());
  return out;
}

Balls row_sums(const Balls& joint, std::size_t columns) {
  Balls out(joint.size() / columns);
  for (std::size_t a = 0; a < joint.size(); ++a) out[a / columns] += joint[a];
  return out;
}

Balls column_sums(const Balls& joint, std::size_t columns) {
  Balls out(columns);
  for (std::size_t a = 0; a < joint.size(); ++a) out[a % columns] += joint[a];
  return out;
}

}  // namespace calor::proven
