#include "grid/plan.hpp"

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"

namespace calor::grid {

namespace {

constexpr double most_intervals = 4e6;

struct Point {
  double loss = 0, slope = 0, curvature = 0;
};

Point at(const Landscape& l, int b, double theta) {
  Point p;
  l.loss(b, theta, p.loss, p.slope, p.curvature);
  return p;
}

/// Where theta' = -mu L' carries theta until time t: the extremes of its path. After 4000 steps theta rests.
Interval flow(const Landscape& l, int b, double theta, double t) {
  Interval path{theta, theta};
  double elapsed = 0;
  for (int step = 0; step < 4000 && elapsed < t; ++step) {
    const Point p = at(l, b, theta);
    const double rate = l.mobility * std::max(std::fabs(p.curvature), 1e-12);
    const double dt = path_step(t - elapsed, elapsed, rate);
    const double middle = theta - dt / 2 * l.mobility * p.slope;
    const double move = -dt * l.mobility * at(l, b, middle).slope;
    theta += move;
    elapsed += dt;
    path.start = std::min(path.start, theta);
    path.end = std::max(path.end, theta);
    if (std::fabs(move) < 1e-9 * (1 + std::fabs(theta)) && elapsed > 0.01 * t) break;
  }
  return path;
}

/// Walks from theta in steps that grow until f falls below 0; returns the place, or `limit`.
double walk(double theta, double step, double limit, const std::function<double(double)>& f) {
  const double sign = limit > theta ? 1 : -1;
  while (sign * (limit - theta) > 0) {
    if (f(theta) < 0) return theta;
    theta += sign * step;
    step *= 1.02;
  }
  return limit;
}

/// Minimum of a unimodal loss within [a, b] by golden section.
double minimiser(const Landscape& l, int b, Interval in) {
  constexpr double golden = 0.6180339887498949;
  double x = in.end - golden * (in.end - in.start), y = in.start + golden * (in.end - in.start);
  double fx = at(l, b, x).loss, fy = at(l, b, y).loss;
  for (int i = 0; i < 60; ++i) {
    if (fx < fy) {
      in.end = y, y = x, fy = fx;
      x = in.end - golden * (in.end - in.start), fx = at(l, b, x).loss;
    } else {
      in.start = x, x = y, fx = fy;
      y = in.start + golden * (in.end - in.start), fy = at(l, b, y).loss;
    }
  }
  return (in.start + in.end) / 2;
}

Interval hull(const Interval& a, const Interval& b) { return {std::min(a.start, b.start), std::max(a.end, b.end)}; }

Interval meet(const Interval& a, const Interval& b) { return {std::max(a.start, b.start), std::min(a.end, b.end)}; }

Interval reach(const Landscape& l, int b, double decades, double& lowest) {
  const double temperature = l.temperature[static_cast<std::size_t>(b)];
  const double v0 = l.initial_stddev * l.initial_stddev, d = l.mobility * temperature;
  const double z = std::sqrt(2 * decades), s0 = z * l.initial_stddev, s1 = z * std::sqrt(v0 + 2 * d * l.final_time);
  const Interval start{l.initial_mean - s0, l.initial_mean + s0};
  const Interval path = flow(l, b, l.initial_mean, l.final_time);
  const Interval free{path.start - s1, path.end + s1};
  lowest = minimiser(l, b, free);
  const double floor = at(l, b, lowest).loss;
  const double width = std::min(s1, z * std::sqrt(temperature / std::max(at(l, b, lowest).curvature, 1e-300)));
  const auto above = [&](double theta) { return 2 * temperature * decades - (at(l, b, theta).loss - floor); };
  const Interval confined{walk(lowest, 0.02 * width, free.start, above), walk(lowest, 0.02 * width, free.end, above)};
  return meet(hull(start, confined), free);
}

}  // namespace

double spacing_for(double sigma, double strip, double decades) {
  const double gaussian = std::sqrt(2 * decades) / sigma;
  if (gaussian * sigma * sigma <= strip) return M_PI / gaussian;
  return M_PI / ((decades + strip * strip / (2 * sigma * sigma)) / strip);
}

double mixture_spacing(double sigma, double farthest, double decades) {
  const auto worst = [&](double c) {
    const double x = std::min(std::cbrt(4 * c), farthest);
    return c / x + x * x / 8;
  };
  double low = 1e-3, high = 1e6;
  for (int i = 0; i < 80; ++i) {
    const double c = std::sqrt(low * high);
    (worst(c) < decades ? low : high) = c;
  }
  return 2 * M_PI * M_PI * sigma / high;
}

Plan plan(const Landscape& l, double decades, double spacing_decades) {
  Plan out;
  const double v0 = l.initial_stddev * l.initial_stddev;
  double narrow = v0, fastest = HUGE_VAL, stiffest = 0, smallest_well = HUGE_VAL;
  std::vector<double> minima(static_cast<std::size_t>(l.sets));
  for (int b = 0; b < l.sets; ++b) {
    const Interval in = reach(l, b, decades, minima[static_cast<std::size_t>(b)]);
    out.interval = b ? hull(out.interval, in) : in;
    double steepest = 0;
    for (int i = 0; i <= 64; ++i) {
      const Point p = at(l, b, in.start + (in.end - in.start) * i / 64);
      steepest = std::max(steepest, p.curvature);
    }
    const double start_slope = std::fabs(at(l, b, l.initial_mean).slope);
    // a density narrows no further than the steepest well's T/L'', and not before the well has had time to act
    const double shrink = 1 - std::exp(-2 * l.mobility * steepest * l.final_time);
    const double temperature = l.temperature[static_cast<std::size_t>(b)];
    const double well = l.coldest[static_cast<std::size_t>(b)] / std::max(steepest, 1e-300);
    stiffest = std::max(stiffest, steepest);
    smallest_well = std::min(smallest_well, well);
    narrow = std::min(narrow, v0 * (1 - shrink) + well * shrink);
    fastest = std::min({fastest, v0 / (2 * l.mobility * temperature), 1 / (l.mobility * std::max(steepest, 1e-300)),
                        l.initial_stddev / (l.mobility * std::max(start_slope, 1e-300))});
  }
  out.narrowest = std::sqrt(narrow);
  out.fastest_time = fastest;
  out.settled = std::sqrt(smallest_well);
  out.coldest = *std::min_element(l.coldest.begin(), l.coldest.end());
  out.spacing = spacing_for(out.narrowest, l.strip, spacing_decades);
  out.settled_spacing = spacing_for(out.settled, l.strip, spacing_decades);
  std::sort(minima.begin(), minima.end());
  double gap = 0;
  for (std::size_t b = 1; b < minima.size(); ++b) gap = std::max(gap, minima[b] - minima[b - 1]);
  // widths and gaps of the same moment: while the start decays by a factor 1 - s, the gaps open to s of their last
  const double end = -std::expm1(-l.mobility * stiffest * l.final_time);
  for (int k = 1; gap > 0 && k <= 20; ++k) {
    const double s = end * k / 20, width = std::sqrt(v0 * (1 - s) * (1 - s) + smallest_well * s * (2 - s));
    const double needed = mixture_spacing(width, gap * s / width, 1.5 * spacing_decades);
    out.spacing = std::min(out.spacing, needed);
    out.settled_spacing = std::min(out.settled_spacing, needed);
  }
  return out;
}

double path_step(double left, double elapsed, double rate) {
  return std::min({left, std::clamp(0.02 * elapsed, 0.1 / rate, 0.5 / rate), 1 + elapsed});
}

int axis_nodes(double length, double spacing) {
  const double intervals = std::ceil(length / spacing);
  if (!(intervals >= 1 && intervals <= most_intervals))
    throw AccuracyError("the density is so narrow in so wide a range that a grid needs " + num::to_text(intervals, 2) +
                        " points; allowed: less extreme times, widths, rates and temperatures");
  return static_cast<int>(intervals) + 1;
}

template <num::Real R>
Grid<R> uniform(const Interval& in, double spacing) {
  const int n = axis_nodes(in.end - in.start, spacing);
  return {R(in.start), (R(in.end) - R(in.start)) / (n - 1), n};
}

template <num::Real R>
Grid<R> exactly_uniform(const Interval& in, double spacing) {
  int exponent = 0;
  const double mantissa = std::frexp((in.end - in.start) / (axis_nodes(in.end - in.start, spacing) - 1), &exponent);
  const double step = std::ldexp(std::floor(std::ldexp(mantissa, 24)), exponent - 24);
  const double first = std::floor(in.start / step), last = std::ceil(in.end / step);
  return {R(first) * R(step), R(step), static_cast<int>(last - first) + 1};
}

#define CALOR_INSTANTIATE(R)                            \
  template Grid<R> uniform<R>(const Interval&, double); \
  template Grid<R> exactly_uniform<R>(const Interval&, double);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::grid
