#include "proven/envelope.hpp"

#include <cmath>

namespace calor::proven {

// 2 pi strip/step = decades + what the envelope adds, and d X² - s X = the same on the line.
Trapezoid trapezoid_for(const Bound& bound, double strip, double decades) {
  const auto number = [](const Ball& x) { return num::to_double(x); };
  const auto need = [&](const Envelope& e) { return decades + std::fmax(0, number(e.log_scale)) + 4; };
  const double s = number(bound.strip.slope), d = number(bound.strip.decay);
  const double step = 2 * M_PI * strip / (need(bound.strip) + s * s / (4 * d));
  const double slope = number(bound.line.slope), decay = number(bound.line.decay);
  const double reach = (slope + std::sqrt(slope * slope + 4 * decay * need(bound.line))) / (2 * decay);
  // few bits, so that the nodes are exact
  const double power = std::exp2(std::floor(std::log2(step)) - 6), rounded = std::floor(step / power) * power;
  return {rounded, static_cast<long>(std::ceil(reach / rounded)) + 1};
}

Ball trapezoid_error(const Trapezoid& rule, const Bound& bound, double strip) {
  const auto& [scale, s, d] = bound.strip;
  const Ball pi = num::pi<Ball>(), step(rule.step), x = step * Ball(rule.half);
  const Ball whole = 2 * sqrt(pi / d) * exp(scale + s * s / (4 * d));
  const Ball aliases = 2 * whole / expm1(2 * pi * Ball(strip) / step);
  const auto& [top, slope, decay] = bound.line;
  const Ball fall = 2 * decay * x - slope;
  if (!(fall > Ball(0))) return num::infinity<Ball>();
  return aliases + 2 * exp(top + slope * x - decay * x * x) / fall;
}

}  // namespace calor::proven
