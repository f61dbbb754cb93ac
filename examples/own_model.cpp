// A model that Calor does not have, plugged in by a program of one's own: x counts the successes of two tosses,
//   p(x|theta) = binom(2, x) e^{x theta} / (1 + e^theta)^2,   x = 0, 1, 2.
// Four such pairs tell as much as eight tosses of the coin, so its memorized information is that of the coin with eight
// tosses, if time and temperature are scaled with the loss (a pair's loss is two tosses'). The program checks that.

#include <calor/calor.hpp>
#include <cmath>
#include <cstdio>

using calor::num::Real;

namespace {

/// -ln p = l_0(theta) + x l_1(theta) - ln binom(2, x): T(x) = (1, x, [x = 1]), l_0 = 2 ln(1 + e^theta), l_1 = -theta,
/// l_2 = -ln 2.
template <Real R>
class Pair final : public calor::model::Model<R> {
 public:
  int parameters() const override { return 1; }
  int components() const override { return 3; }
  int outcomes() const override { return 3; }

  void components_at(std::span<const R> theta, std::span<calor::model::Jet<R>> out) const override {
    using std::exp, std::log;
    const R t = theta[0], e = exp(t < 0 ? t : R(-t)), p = t < 0 ? R(e / (1 + e)) : R(1 / (1 + e));
    out[0] = {2 * ((t > 0 ? t : R(0)) + log(1 + e)), {2 * p}, {2 * p * (1 - p)}};
    out[1] = {-t, {R(-1)}, {R(0)}};
    out[2] = {-log(R(2)), {R(0)}, {R(0)}};
  }

  std::vector<int> statistic(int x) const override { return {1, x, x == 1 ? 1 : 0}; }
  bool constant(int component) const override { return component == 2; }
  R analytic_strip() const override { return calor::num::pi<R>(); }  // 1 + e^theta = 0 at theta = i pi
};

calor::Builder experiment(const char* kind, double size, const std::vector<double>& target, double scale) {
  calor::Builder b;
  b.set("model.kind", kind).set("data.size", size).set("data.target", target);
  b.set("learner.kind", "langevin").set("learner.mobility", 1 / scale).set("learner.temperature", 0.125 * scale);
  b.set("learner.weight_decay", 0.1 * scale).set_toml("learner.initial", "{ mean = [0.0], stddev = [0.5] }");
  b.set("time.points", {0, 1, 10}).set("accuracy.digits", 8);
  return b;
}

}  // namespace

int main() try {
  calor::model::register_model<Pair>({"pair", 1, 3});
  const calor::Result pairs = calor::solve(experiment("pair", 4, {0.09, 0.42, 0.49}, 2).build());
  const calor::Result coin = calor::solve(experiment("bernoulli", 8, {0.3, 0.7}, 1).build());
  bool same = true;
  for (const double t : pairs.times()) {
    const calor::Value a = pairs.at("m_info", t), b = coin.at("m_info", t);
    std::printf("t = %-4g m_info: four pairs %s, eight tosses %s\n", t, a.value_text.c_str(), b.value_text.c_str());
    same = same && std::abs(a.value - b.value) <= a.error + b.error;
  }
  return same ? 0 : 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "own_model: %s\n", e.what());
  return 2;
}
