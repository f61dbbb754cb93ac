#include "proven/density_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "num/parallel.hpp"
#include "proven/series.hpp"

namespace calor::proven {

namespace {

constexpr double disc_share = 7;  // radius of the disc, in half-widths of a panel
constexpr double disc_size = 0.5;

/// Upper and lower end of a ball, exactly.
Ball top(const Ball& x) {
  Ball out;
  arb_get_ubound_arf(arb_midref(out.get()), x.get(), Precision::bits());
  return out;
}
Ball bottom(const Ball& x) { return -top(-x); }

/// A density as it is made on panels: weights w_i of the data sets i.
struct Shares {
  std::vector<std::size_t> sets;
  Balls weights;
};

/// What one panel says of one density.
struct OnPanel {
  bool positive = false;
  Ball integral;      // of f ln f
  Ball log_size;      // >= |ln f|
  Ball least;         // <= f
  double height = 0;  // f at the centre, roughly
};

/// Of one data set on one panel.
struct SetOnPanel {
  Ball boltzmann;  // >= e^{-L/T}
};

struct Shape {
  const Setting& setting;
  const Balls& statistics;
  long terms;
  Ball half_width;

  Ball tilt(std::size_t set) const { return statistics[set] / (2 * setting.temperature); }  // in theta
};

/// All densities on one panel, x in [at - half_width, at + half_width].
class Panel {
 public:
  Panel(const Shape& shape, const Ball& at)
      : shape_(shape),
        at_(at),
        theta_(Ball(shape.setting.centre) + Ball(shape.setting.width) * at),
        disc_(Ball(disc_share) * shape.half_width),
        exponent_(exponent()),
        factor_(exp(exponent_)),
        hermite_(hermite_series(shape.setting.size, at)) {}

  /// One density's members as polynomials times tilts: sums of these are all densities.
  struct Term {
    Series series;  // e^{s_B theta/2T} P
    Ball size;      // sum_k |p_k| (2 disc)^k e^{s_B theta_0/2T}
    Ball square;    // int psi_h² over the panel
  };

  /// Polynomials of densities given by the rows of `coefficients`: psi_h = e^{-x²/2} sum_k out[row][k] s^k.
  BallMatrix polynomials(const BallMatrix& coefficients) const { return coefficients * hermite_; }

  Term term(std::size_t set, const BallMatrix& polynomials, long row) const {
    const auto& s = shape_.setting;
    Series p(shape_.terms), whole(s.size);
    for (long k = 0; k < s.size; ++k) {
      whole.set(k, polynomials.at(row, k));
      if (k < shape_.terms) p.set(k, polynomials.at(row, k));
    }
    const Ball tilt = shape_.tilt(set), lift = exp(tilt * theta_);
    Term out{p * exponential(tilt * Ball(s.width), shape_.terms), lift * whole.size(2 * disc_, 0), square(p, whole)};
    out.series *= lift;
    return out;
  }

  OnPanel density(const Shares& shares, const std::vector<const Term*>& of) const {
    const auto& s = shape_.setting;
    Series f(shape_.terms);
    for (std::size_t i = 0; i < of.size(); ++i) {
      Series one = of[i]->series;
      one *= shares.weights[i];
      f += one;
    }
    OnPanel out;
    const Ball start = f.at(0);
    out.height = num::to_double(start) * std::exp(num::to_double(exponent_.at(0)));
    if (!(start > Ball(0))) return out;
    Ball slope = f.at(1) / start;
    arb_get_mid_arb(slope.get(), slope.get());
    Ball size(0);  // of f e^{-slope s} on twice the disc
    for (std::size_t i = 0; i < of.size(); ++i)
      size +=
          shares.weights[i] * of[i]->size * exp(abs(shape_.tilt(shares.sets[i]) * Ball(s.width) - slope) * 2 * disc_);
    const Series flat = f * exponential(-slope, shape_.terms);
    const auto variation = [&](const Ball& radius) {
      const Ball ratio = radius / (2 * disc_);
      return top((flat.size(radius, 1) + size * pow(ratio, shape_.terms) / (1 - ratio)) / start);
    };
    const Ball q = variation(disc_), near = variation(shape_.half_width);
    if (!(q < Ball(0.9)) || !(near < Ball(0.9))) return out;
    const Ball log_start = log(start);
    const auto log_size = [&](const Ball& radius, const Ball& share) {
      return top(abs(exponent_.at(0) + log_start) + change(radius) + abs(slope) * radius - log1p(-share));
    };
    Series logarithm = log(flat);
    logarithm.set(1, logarithm.at(1) + slope);
    logarithm += exponent_;
    const Series integrand = factor_ * f * logarithm;
    const Ball largest = exp(exponent_.at(0) + change(disc_) + abs(slope) * disc_) * start * (1 + q);
    out.integral = (integrand.integral(shape_.half_width).widened(rest(largest * log_size(disc_, q)))) * Ball(s.width);
    out.log_size = log_size(shape_.half_width, near);
    out.least =
        bottom(exp(exponent_.at(0) - change(shape_.half_width) - abs(slope) * shape_.half_width) * start * (1 - near));
    out.positive = out.integral.finite() && out.least > Ball(0);
    return out;
  }

  /// Bound of e^{-L_B/T} on the panel.
  Ball boltzmann(std::size_t set) const {
    const auto& s = shape_.setting;
    const auto c = s.family.at(theta_);
    const Ball loss = c.a - shape_.statistics[set] * theta_ + s.weight_decay * theta_ * theta_ / 2;
    const Ball r = Ball(s.width) * shape_.half_width;
    const Ball slope = Ball(s.family.largest) + abs(shape_.statistics[set]) + s.weight_decay * (abs(theta_) + r);
    return top(exp((slope * r - loss) / s.temperature));
  }

 private:
  /// ln of what all densities share: -A/2T - lambda theta²/4T - x²/2 - ln(width)/2.
  Series exponent() const {
    const auto& s = shape_.setting;
    const Ball width(s.width), half = 1 / (2 * s.temperature);
    Series z(shape_.terms);
    for (std::size_t i = 0; i < s.family.values.size(); ++i) {
      const Ball value(s.family.values[i]);
      Series one = exponential(value * width, shape_.terms);
      one *= Ball(s.family.outcomes[i]) * exp(value * theta_);
      z += one;
    }
    Series out = log(z);
    out *= -half;
    const Ball decay = s.weight_decay * half / 2;
    out.set(0, out.at(0) - decay * theta_ * theta_ - at_ * at_ / 2 - log(width) / 2);
    out.set(1, out.at(1) - 2 * decay * theta_ * width - at_);
    out.set(2, out.at(2) - decay * width * width - Ball(1) / 2);
    return out;
  }

  /// Bound of the change of the exponent within |s| <= radius. Not finite if that reaches a zero of Z.
  Ball change(const Ball& radius) const {
    const auto& s = shape_.setting;
    const Ball r = Ball(s.width) * radius, angle = r * Ball(s.family.range) / 2;
    if (!(angle < Ball(1.5))) return num::infinity<Ball>();
    const Ball mean = s.family.bounds(r).mean, half = 1 / (2 * s.temperature);
    return half * (r * mean + s.weight_decay * (abs(theta_) * r + r * r / 2)) + abs(at_) * radius + radius * radius / 2;
  }

  /// What the terms left out contribute to an integral, |integrand| <= largest on the disc.
  Ball rest(const Ball& largest) const {
    const Ball ratio = 1 / Ball(disc_share);
    return 2 * shape_.half_width * largest * pow(ratio, shape_.terms) / (1 - ratio);
  }

  Ball square(const Series& p, const Series& whole) const {
    Series gauss(shape_.terms);  // -(at + s)²
    gauss.set(0, -(at_ * at_));
    gauss.set(1, -2 * at_);
    gauss.set(2, Ball(-1));
    const Ball size = whole.size(disc_, 0);
    const Ball largest = size * size * exp(2 * abs(at_) * disc_ + disc_ * disc_ - at_ * at_);
    return (p * p * exp(gauss)).integral(shape_.half_width).widened(rest(largest));
  }

  const Shape& shape_;
  Ball at_, theta_, disc_;
  Series exponent_, factor_;
  BallMatrix hermite_;
};

/// Everything the panels know, [panel][...].
struct Findings {
  std::vector<std::vector<OnPanel>> density;           // [panel][density]
  std::vector<std::vector<std::vector<Ball>>> square;  // [panel][set][time]
  std::vector<std::vector<Ball>> boltzmann;            // [panel][set]
};

/// |(u + |theta - centre|) e^{-L/2T}|² beyond one end of the core, and sup e^{-L/T} there. L >= L(end) + L'(end)(theta
/// - end): with g = |L'|/T and U = u + |end - centre|, int (U + y)² e^{-g y} dy = U²/g + 2U/g² + 2/g³.
struct Tail {
  Ball norm_square, largest;
};

Tail tail(const Setting& s, const Ball& statistic, const Ball& end, bool right, const Ball& u) {
  const auto c = s.family.at(end);
  const Ball loss = c.a - statistic * end + s.weight_decay * end * end / 2;
  const Ball slope = (c.mean - statistic + s.weight_decay * end) / s.temperature, g = right ? slope : -slope;
  if (!(g > Ball(0))) return {num::infinity<Ball>(), num::infinity<Ball>()};
  const Ball largest = exp(-loss / s.temperature), from = u + abs(end - Ball(s.centre));
  return {largest * (from * from / g + 2 * from / (g * g) + 2 / (g * g * g)), largest};
}

class Assembly {
 public:
  Assembly(const Shape& shape, const Findings& found, long half_panels, int digits)
      : shape_(shape), found_(found), half_(half_panels), digits_(digits) {}

  Ball entropy(std::size_t density, const Shares& shares, std::size_t time,
               const std::vector<std::vector<Member>>& members) const {
    const auto& s = shape_.setting;
    Balls error;
    for (const auto set : shares.sets) error.push_back(members[set][time].error);
    const auto [first, last] = core(density, shares, error);
    if (first > last) return num::infinity<Ball>();
    Ball integral(0);
    Balls linear(shares.sets.size()), ratio(shares.sets.size()), square(shares.sets.size());
    const Ball length = 2 * Ball(s.width) * shape_.half_width;
    for (std::size_t p = first; p <= last; ++p) {
      const auto& f = found_.density[p][density];
      integral += f.integral;
      for (std::size_t i = 0; i < shares.sets.size(); ++i) {
        const auto& boltzmann = found_.boltzmann[p][shares.sets[i]];
        linear[i] += (1 + f.log_size) * (1 + f.log_size) * boltzmann * length;
        const Ball here = top(boltzmann / f.least);
        if (here > ratio[i]) ratio[i] = here;
        square[i] += found_.square[p][shares.sets[i]][time];
      }
    }
    const Ball u = Ball(2 * (digits_ + 8)), left = edge(first), right = edge(last + 1), centre(s.centre);
    Ball up = exp(-1 - u) * (exp(left - centre) + exp(centre - right)), down(0), first_order(0), second_order(0);
    for (std::size_t i = 0; i < shares.sets.size(); ++i) {
      const auto set = shares.sets[i];
      const auto& w = shares.weights[i];
      first_order += w * error[i] * sqrt(linear[i]);
      second_order += w * error[i] * error[i] * ratio[i];
      Ball whole(0);
      for (const auto& c : members[set][time].coefficients) whole += c * c;
      const Ball beyond = top(whole - square[i]);
      const Ball norm = (beyond > Ball(0) ? sqrt(beyond) : Ball(0)) + error[i];
      const Tail a = tail(s, shape_.statistics[set], left, false, u),
                 b = tail(s, shape_.statistics[set], right, true, u);
      up += w * sqrt(a.norm_square + b.norm_square) * norm;
      down += w * (a.largest + b.largest) * norm * norm;
    }
    if (!(left < centre) || !(centre < right)) return num::infinity<Ball>();
    return (-integral + between_zero_and(top(up)) - between_zero_and(top(second_order + down))).widened(first_order);
  }

 private:
  Ball edge(std::size_t panel) const {
    const auto& s = shape_.setting;
    return Ball(s.centre) + Ball(s.width) * shape_.half_width * Ball(2 * (static_cast<long>(panel) - half_) - 1);
  }

  /// Panels first..last around the maximum of f where the second-order error is small; none if first > last.
  std::pair<std::size_t, std::size_t> core(std::size_t density, const Shares& shares, const Balls& error) const {
    const auto good = [&](std::size_t p) {
      const auto& f = found_.density[p][density];
      if (!f.positive) return false;
      Ball sum(0);
      for (std::size_t i = 0; i < error.size(); ++i)
        sum += shares.weights[i] * found_.boltzmann[p][shares.sets[i]] * error[i] * error[i];
      return sum / f.least < pow(Ball(10), -(digits_ + 4));
    };
    std::size_t peak = 0;
    for (std::size_t p = 0; p < found_.density.size(); ++p)
      if (found_.density[p][density].height > found_.density[peak][density].height) peak = p;
    if (!good(peak)) return {1, 0};
    std::size_t first = peak, last = peak;
    while (first > 0 && good(first - 1)) --first;
    while (last + 1 < found_.density.size() && good(last + 1)) ++last;
    return {first, last};
  }

  const Shape& shape_;
  const Findings& found_;
  long half_;
  int digits_;
};

}  // namespace

std::vector<Entropies> density_entropies(const Setting& s, const Balls& weights, const Balls& statistics,
                                         const std::vector<std::vector<Member>>& members, int digits, int threads) {
  const std::size_t sets = members.size(), times = members.front().size();
  // the disc must stay clear of the zeros of Z
  const double disc = std::min(disc_size, 1.2 / (s.width * static_cast<double>(s.family.range)));
  const double half_width = std::exp2(std::floor(4 * std::log2(disc / disc_share)) / 4);
  const double rounded = std::floor(half_width * 4096) / 4096;
  const long terms = static_cast<long>(std::ceil((2 * (digits + 6) + 10) / std::log10(disc_share)));
  const Shape shape{s, statistics, terms, Ball(rounded)};
  const long half = static_cast<long>(std::ceil((std::sqrt(2.0 * s.size) + 1) / (2 * rounded)));
  const long panels = 2 * half + 1;

  // densities: [set * times + time], then the mixtures
  std::vector<Shares> shares;
  for (std::size_t b = 0; b < sets; ++b)
    for (std::size_t t = 0; t < times; ++t) shares.push_back({{b}, {Ball(1)}});
  Shares all{{}, weights};
  for (std::size_t b = 0; b < sets; ++b) all.sets.push_back(b);
  if (sets > 1)
    for (std::size_t t = 0; t < times; ++t) shares.push_back(all);

  Findings found{std::vector<std::vector<OnPanel>>(static_cast<std::size_t>(panels)),
                 std::vector<std::vector<std::vector<Ball>>>(static_cast<std::size_t>(panels)),
                 std::vector<std::vector<Ball>>(static_cast<std::size_t>(panels))};
  // the polynomials are large where the densities are small
  const long bits = Precision::bits(), many = bits + 3 * s.size;
  BallMatrix coefficients(static_cast<long>(sets * times), s.size);
  for (std::size_t b = 0; b < sets; ++b)
    for (std::size_t t = 0; t < times; ++t)
      for (long j = 0; j < s.size; ++j)
        coefficients.set(static_cast<long>(b * times + t), j, members[b][t].coefficients[static_cast<std::size_t>(j)]);
  num::parallel_for(static_cast<int>(panels), threads, [&](int number) {
    const auto p = static_cast<std::size_t>(number);
    const Precision here(many);
    const Panel panel(shape, 2 * shape.half_width * Ball(number - half));
    const BallMatrix polynomials = panel.polynomials(coefficients);
    const Precision fewer(bits);
    std::vector<std::vector<Panel::Term>> terms_of(sets);
    for (std::size_t b = 0; b < sets; ++b) {
      found.square[p].emplace_back();
      for (std::size_t t = 0; t < times; ++t) {
        terms_of[b].push_back(panel.term(b, polynomials, static_cast<long>(b * times + t)));
        found.square[p][b].push_back(terms_of[b][t].square);
        found.density[p].push_back(panel.density(shares[b * times + t], {&terms_of[b][t]}));
      }
      found.boltzmann[p].push_back(panel.boltzmann(b));
    }
    if (sets == 1) return;
    for (std::size_t t = 0; t < times; ++t) {
      std::vector<const Panel::Term*> of;
      for (std::size_t b = 0; b < sets; ++b) of.push_back(&terms_of[b][t]);
      found.density[p].push_back(panel.density(all, of));
    }
  });

  const Assembly assembly(shape, found, half, digits);
  std::vector<Entropies> out(times);
  for (std::size_t t = 0; t < times; ++t) {
    for (std::size_t b = 0; b < sets; ++b)
      out[t].given_data += weights[b] * assembly.entropy(b * times + t, shares[b * times + t], t, members);
    out[t].mixture = sets == 1 ? out[t].given_data : assembly.entropy(sets * times + t, all, t, members);
  }
  return out;
}

}  // namespace calor::proven
