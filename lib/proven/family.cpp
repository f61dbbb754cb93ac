#include "proven/family.hpp"

#include <arb.h>

#include <algorithm>
#include <map>

namespace calor::proven {

namespace {

using num::Rational;

Ball cos(const Ball& x) {
  Ball out;
  arb_cos(out.get(), x.get(), Precision::bits());
  return out;
}

}  // namespace

Cumulants Family::at(const Ball& theta) const {
  const Balls p = probabilities(theta);
  Ball z(0), mean(0), square(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Ball m = Ball(outcomes[i]) * p[i];
    z += Ball(outcomes[i]) * exp(Ball(values[i]) * theta);
    mean += Ball(values[i]) * m;
    square += Ball(values[i] * values[i]) * m;
  }
  return {log(z), mean, square - mean * mean};
}

Balls Family::probabilities(const Ball& theta) const {
  Balls out;
  for (const long s : values) {
    Ball inverse(0);  // sum_x' exp((s_x' - s) theta): no overflow, no cancellation
    for (std::size_t i = 0; i < values.size(); ++i) inverse += Ball(outcomes[i]) * exp(Ball(values[i] - s) * theta);
    out.push_back(1 / inverse);
  }
  return out;
}

FamilyBounds Family::bounds(const Ball& strip) const {
  const Ball shrink = 1 / cos(strip * Ball(range) / 2), most(largest);
  return {strip, shrink, most * shrink, most * most * (shrink + shrink * shrink)};
}

std::optional<Family> family_of(const experiment::Experiment& e) {
  const auto& m = e.model;
  const bool one = m.kind == "bernoulli" || (m.kind == "categorical" && m.outcomes == 2) ||
                   (m.kind == "ising" && m.edges.size() + (m.fields ? static_cast<std::size_t>(m.spins) : 0) == 1);
  if (!one) return {};
  Family out;
  out.count = outcomes_of(m);
  std::map<long, std::pair<long, Ball>> found;
  const bool ensemble = e.data.source == experiment::Data::Source::target;
  for (int x = 0; x < out.count; ++x) {
    auto& [n, p] = found[statistic_of(m, x)];
    ++n;
    if (ensemble) p += Ball(e.data.probabilities[static_cast<std::size_t>(x)]);
  }
  for (const auto& [s, group] : found) {
    out.values.push_back(s);
    out.outcomes.push_back(group.first);
    if (ensemble) out.target.push_back(group.second);
    out.largest = std::max(out.largest, std::abs(s));
  }
  out.range = out.values.back() - out.values.front();
  return out;
}

Rational mean_statistic(const experiment::Model& m, const DataSet& set) {
  Rational sum = 0;
  long n = 0;
  for (std::size_t x = 0; x < set.counts.size(); ++x) {
    sum += Rational(set.counts[x]) * statistic_of(m, static_cast<int>(x));
    n += set.counts[x];
  }
  return sum / n;
}

}  // namespace calor::proven
