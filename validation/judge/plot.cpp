#include <fmt/format.h>

#include <cmath>

#include "validation/judge/report.hpp"

namespace calor::judge {

namespace {

constexpr double left = 70, right = 200, top = 40, bottom = 46, wide = 430, high = 280;
const char* colours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f"};

/// Logarithmic ranges of both axes, in decades.
struct Frame {
  double x0 = 1e300, x1 = -1e300, y0 = 1e300, y1 = -1e300;

  void hold(double x, double y) {
    if (!(x > 0 && y > 0 && std::isfinite(y))) return;
    x0 = std::min(x0, std::log10(x));
    x1 = std::max(x1, std::log10(x));
    y0 = std::min(y0, std::log10(y));
    y1 = std::max(y1, std::log10(y));
  }
  void widen() {
    y0 = std::max(std::floor(y0), y1 - 6);
    y1 = std::ceil(y1 + 1e-9);
    x0 -= 0.1;
    x1 += 0.1;
  }
  double x(double v) const { return left + (std::log10(v) - x0) / (x1 - x0) * wide; }
  double y(double v) const {
    const double at = v > 0 ? std::log10(v) : y0;
    return top + (y1 - std::max(y0, std::min(y1, at))) / (y1 - y0) * high;
  }
};

std::string escaped(const std::string& s) {
  std::string out;
  for (const char c : s) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::string label(double x, double y, const std::string& s, const char* more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, more, escaped(s));
}

std::string axes(const Frame& f, const std::vector<Line>& lines) {
  std::string out = fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#444\"/>\n",
                                left, top, wide, high);
  for (double d = std::ceil(f.y0); d <= f.y1 + 1e-9; ++d) {
    const double y = f.y(std::pow(10, d));
    out += fmt::format("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>\n", left,
                       left + wide, y);
    out += label(left - 6, y + 4, fmt::format("1e{:.0f}", d), "text-anchor=\"end\"");
  }
  std::vector<std::size_t> seen;
  for (const Line& l : lines) {
    if (std::find(seen.begin(), seen.end(), l.n) != seen.end()) continue;
    seen.push_back(l.n);
    out += label(f.x(static_cast<double>(l.n)), top + high + 16, std::to_string(l.n), "text-anchor=\"middle\"");
  }
  out += label(left + wide / 2, top + high + 36, "sample size", "text-anchor=\"middle\"");
  return out;
}

std::string curve(const Frame& f, const std::vector<Line>& lines, double (*value)(const Line&), const char* colour,
                  const char* style) {
  std::string points;
  for (const Line& l : lines) {
    const double v = value(l);
    if (v > 0 && std::isfinite(v)) points += fmt::format("{:.1f},{:.1f} ", f.x(static_cast<double>(l.n)), f.y(v));
  }
  if (points.empty()) return "";
  points.pop_back();
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" {}/>\n", points, colour, style);
}

double bias(const Line& l) { return std::abs(l.bias.value); }
double rmse(const Line& l) { return l.rmse.value; }
double predicted(const Line& l) { return std::abs(l.predicted); }

std::string dots(const Frame& f, const std::vector<Line>& lines, const char* colour) {
  std::string out;
  for (const Line& l : lines) {
    const double b = bias(l), x = f.x(static_cast<double>(l.n));
    if (!std::isfinite(b)) continue;
    out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x, f.y(b), colour);
    out += fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n", x,
                       f.y(b - l.bias.error), f.y(b + l.bias.error), colour);
  }
  return out;
}

std::vector<std::pair<std::string, std::vector<Line>>> by_estimator(const std::vector<Line>& lines) {
  std::vector<std::pair<std::string, std::vector<Line>>> out;
  for (const Line& l : lines) {
    if (out.empty() || out.back().first != l.estimator) out.push_back({l.estimator, {}});
    out.back().second.push_back(l);
  }
  return out;
}

}  // namespace

std::string plot(const std::vector<Line>& lines, const std::string& title) {
  Frame f;
  for (const Line& l : lines)
    for (const double v : {bias(l), rmse(l)}) f.hold(static_cast<double>(l.n), v);
  if (f.x0 > f.x1) f.x0 = f.x1 = f.y0 = f.y1 = 0;
  f.widen();
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      left + wide + right, top + high + bottom);
  out += label(left, 24, title, "font-size=\"14\"") + axes(f, lines);
  double at = top + 12;
  std::size_t number = 0;
  for (const auto& [name, some] : by_estimator(lines)) {
    const char* colour = colours[number++ % std::size(colours)];
    out += curve(f, some, bias, colour, "stroke-width=\"1.5\"") + dots(f, some, colour);
    out += curve(f, some, rmse, colour, "stroke-width=\"0.7\" stroke-opacity=\"0.6\"");
    out += curve(f, some, predicted, colour, "stroke-width=\"1.5\" stroke-dasharray=\"5 4\"");
    out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"/>\n", left + wide + 16, at - 4, colour);
    out += label(left + wide + 26, at, name);
    at += 18;
  }
  at += 10;
  for (const char* line : {"dots, thick: |bias|", "thin: RMSE", "dashed: predicted |bias|"}) {
    out += label(left + wide + 12, at, line, "fill=\"#555\"");
    at += 16;
  }
  return out + "</svg>\n";
}

}  // namespace calor::judge
