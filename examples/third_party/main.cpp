// A program of a third party: built by
//   g++ -std=c++20 main.cpp $(pkg-config --cflags --libs calor) -o coin
#include <calor/calor.hpp>
#include <cmath>
#include <cstdio>

int main() try {
  const auto coin = calor::Builder()
                        .set("model.kind", "bernoulli")
                        .set("data.size", 8)
                        .set("data.target", {0.3, 0.7})
                        .set("learner.kind", "langevin")
                        .set("learner.mobility", 1)
                        .set("learner.temperature", 0.125)
                        .set("learner.weight_decay", 0.1)
                        .set_toml("learner.initial", "{ mean = [0.0], stddev = [0.5] }")
                        .set("time.points", {0, 1, 10})
                        .build();
  const calor::Result result = calor::solve(coin);
  for (const double t : result.times()) {
    const calor::Value m = result.at("m_info", t), l = result.at("l_info", t);
    std::printf("t = %-3g  memorized %.12f, shown by one sample %.12f (errors %.1e, %.1e)\n", t, m.value, l.value,
                m.error, l.error);
  }
  // README.md: 0.2389 nat after ten units of time.
  return std::abs(result.at("m_info", 10).value - 0.238935963253731) < 1e-10 ? 0 : 1;
} catch (const calor::InputError& e) {
  std::fprintf(stderr, "coin: %s\n", e.what());
  return 2;
}
