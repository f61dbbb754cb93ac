#include "evolve/block_flow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "evolve/chebyshev.hpp"
#include "evolve/drift_generator.hpp"
#include "num/errors.hpp"

namespace calor::evolve {

namespace {

using Field = num::Vector<double>;

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr std::size_t most_terms = 64;
constexpr double first_arc = 60;  // bound of |L| times the first arc: the bound is several times too large
constexpr double growth = 300;    // of the largest term over the start: round-off grows by as much

/// The coefficients of L as a polynomial of the time since `from`.
std::array<Coefficients, 3> polynomial(const DriftDiffusion& p, double from, double& end) {
  if (p.course.empty()) return {Coefficients{1, 0, 1}, Coefficients{0, 0, 0}, Coefficients{0, 0, 0}};
  std::size_t k = 0;
  while (k + 1 < p.course.size() && p.course[k + 1].start <= from) ++k;
  if (k + 1 < p.course.size()) end = std::min(end, p.course[k + 1].start);
  const auto& piece = p.course[k];
  const double s = from - piece.start;
  const auto &a = piece.terms[0], &b = piece.terms[1], &c = piece.terms[2];
  return {a + s * b + (s * s) * c, b + (2 * s) * c, c};
}

/// The right-hand side of all blocks.
class Coupled {
 public:
  Coupled(const DriftDiffusion& p, const std::vector<Feed>& feeds)
      : p_(p), feeds_(feeds), derivatives_(p.grid), generator_(p, derivatives_), n_(p.size()) {
    for (const auto& f : feeds) {
      const auto most = [](const Field& g) { return g.size() ? g.cwiseAbs().maxCoeff() : 0.0; };
      feed_bound_.pace = std::max(feed_bound_.pace, 2 * most(f.constant));
      feed_bound_.heat = std::max(feed_bound_.heat, 2 * most(f.heated));
      feed_bound_.noise = std::max(feed_bound_.noise, 2 * most(f.noised));
    }
  }

  const Coefficients& bound() const { return generator_.bound(); }
  const Coefficients& feed_bound() const { return feed_bound_; }

  Field apply(const Field& paced, const Field& heated, const Field& noised, const Field& fed) const {
    const bool course = !p_.course.empty();
    Field out(paced.size()), part(n_);
    for (Eigen::Index b = 0; b < paced.size(); b += n_) {
      const Field u = paced.segment(b, n_), h = heated.segment(b, n_), c = noised.segment(b, n_);
      generator_.apply(u, course ? &h : nullptr, course ? &c : &u, part);
      out.segment(b, n_) = part;
    }
    for (const auto& f : feeds_) {
      const auto add = [&](const Field& rate, const Field& in) {
        if (rate.size()) out.segment(f.to * n_, n_) += rate.cwiseProduct(in.segment(f.from * n_, n_));
      };
      add(f.constant, fed);
      add(f.heated, heated);
      add(f.noised, noised);
    }
    return out;
  }

 private:
  const DriftDiffusion& p_;
  const std::vector<Feed>& feeds_;
  Derivatives derivatives_;
  Generator generator_;
  Eigen::Index n_;
  Coefficients feed_bound_{0, 0, 0};
};

class Series {
 public:
  Series(const DriftDiffusion& p, const std::vector<Feed>& feeds) : p_(p), right_(p, feeds) {}

  /// Expands from `start`, for a length of at most `length`; returns for how long.
  double expand(double start, double length, const Field& psi) {
    double end = start + length;
    const auto poly = polynomial(p_, start, end);
    length = end - start;
    const auto size = [&](const Coefficients& c) {
      const auto &b = right_.bound(), &fed = right_.feed_bound();
      return std::fabs(c.pace) * b.pace + fed.pace + std::fabs(c.heat) * (b.heat + fed.heat) +
             std::fabs(c.noise) * (b.noise + fed.noise);
    };
    double tau = std::min(length, last_ > 0 ? last_ : first_arc / size(poly[0]));
    for (int halvings = 0; halvings < 40; ++halvings, tau /= 2) {
      const double share = series(poly, tau, psi);
      if (share <= 0.3) continue;
      tau_ = tau;
      last_ = share * tau * (terms_.size() < most_terms / 2 ? 2 : terms_.size() < most_terms * 3 / 4 ? 1.3 : 1);
      return std::min(share * tau, length);
    }
    throw AccuracyError("drift-diffusion: the series in time does not converge");
  }

  Field at(double elapsed) const {
    const double x = elapsed / tau_;
    Field sum = terms_.back();
    for (std::size_t k = terms_.size() - 1; k-- > 0;) {
      sum *= x;
      sum += terms_[k];
    }
    return sum;
  }
  double largest_term() const { return largest_; }

 private:
  /// Terms of psi(start + tau x); up to which x they may be used: 0, or the rest is below round-off.
  double series(const std::array<Coefficients, 3>& poly, double tau, const Field& psi) {
    const double scale = psi.norm();
    terms_.assign(1, psi);
    largest_ = scale;
    while (terms_.size() < most_terms) {
      const std::size_t k = terms_.size();
      Field paced = Field::Zero(psi.size()), heated = paced, noised = paced;
      double power = tau / static_cast<double>(k);
      for (std::size_t m = 0; m < 3 && m < k; ++m, power *= tau) {
        const Field& c = terms_[k - 1 - m];
        if (poly[m].pace != 0) paced += power * poly[m].pace * c;
        if (poly[m].heat != 0) heated += power * poly[m].heat * c;
        if (poly[m].noise != 0) noised += power * poly[m].noise * c;
      }
      Field next = right_.apply(paced, heated, noised, tau / static_cast<double>(k) * terms_.back());
      const double size = next.norm(), before = terms_.back().norm();
      if (!(size <= growth * scale)) return 0;
      largest_ = std::max(largest_, size);
      terms_.push_back(std::move(next));
      if (size + before <= epsilon / 8 * scale) return 1;
    }
    const double left = std::max(terms_.back().norm(), terms_[terms_.size() - 2].norm()) / scale;
    return std::min(1.0, std::pow(epsilon / 8 / left, 1.0 / static_cast<double>(most_terms - 2)));
  }

  const DriftDiffusion& p_;
  Coupled right_;
  std::vector<Field> terms_;
  double tau_ = 1, last_ = 0, largest_ = 0;  // last_: length to try next
};

constexpr double longest_stretch = 2;     // times the bound of the feeds: round-off grows by about e^(half of that)
constexpr std::size_t most_at_once = 24;  // states that one expansion holds

/// exp(tA) of a symmetric L with feeds by Chebyshev expansions on [-upper, 0]: what the feeds add to the spectrum makes
/// T_k grow a little.
class Expansions {
 public:
  Expansions(const DriftDiffusion& p, const std::vector<Feed>& feeds) : right_(p, feeds) {
    const Eigen::Index n = p.size();
    Eigen::Index blocks = 1;
    for (const auto& f : feeds) blocks = std::max({blocks, f.to + 1, f.from + 1});
    // what feeds a block and gets nothing back makes powers of t, no exponentials
    std::vector<std::vector<char>> leads(static_cast<std::size_t>(blocks),
                                         std::vector<char>(static_cast<std::size_t>(blocks)));
    for (const auto& f : feeds) leads[static_cast<std::size_t>(f.from)][static_cast<std::size_t>(f.to)] = 1;
    for (std::size_t k = 0; k < leads.size(); ++k)
      for (auto& row : leads)
        for (std::size_t j = 0; row[k] && j < leads.size(); ++j) row[j] |= leads[k][j];
    num::Matrix<double> in = num::Matrix<double>::Zero(n, blocks), out = in;
    for (const auto& f : feeds)
      for (const Field* rate : {&f.constant, &f.noised})
        if (rate->size() && leads[static_cast<std::size_t>(f.to)][static_cast<std::size_t>(f.from)]) {
          in.col(f.to) += rate->cwiseAbs();
          out.col(f.from) += rate->cwiseAbs();
        }
    fed_ = std::sqrt(in.maxCoeff() * out.maxCoeff());
    upper_ = right_.bound().noise + fed_;
  }

  /// How long one expansion may be.
  double stretch() const { return fed_ > 0 ? longest_stretch / fed_ : HUGE_VAL; }

  /// States at these times since psi, one a column; false where the terms grow too much.
  bool states(const Field& psi, std::span<const double> elapsed, num::Matrix<double>& out) {
    std::vector<std::vector<double>> series;
    std::size_t terms = 0;
    for (const double t : elapsed) {
      auto c = scaled_bessel<double>(t * upper_ / 2);
      while (c.size() > 1 && c.back() < epsilon / 32) c.pop_back();
      terms = std::max(terms, c.size());
      series.push_back(std::move(c));
    }
    out = num::Matrix<double>::Zero(psi.size(), static_cast<Eigen::Index>(elapsed.size()));
    Field before, here = psi;
    const double start = psi.norm();
    largest_ = start;
    for (std::size_t k = 0; k < terms; ++k) {
      if (k > 0) {
        Field next = (k == 1 ? 1.0 : 2.0) * (here + (2 / upper_) * right_.apply(here, here, here, here));
        if (k > 1) next -= before;
        before = std::exchange(here, std::move(next));
        const double size = here.norm();
        largest_ = std::max(largest_, size);
        if (!(size <= growth * start)) return false;
      }
      for (std::size_t j = 0; j < series.size(); ++j)
        if (k < series[j].size()) out.col(static_cast<Eigen::Index>(j)) += (k ? 2 : 1) * series[j][k] * here;
    }
    return true;
  }
  double largest_term() const { return largest_; }

 private:
  Coupled right_;
  double fed_ = 0, upper_ = 1, largest_ = 0;
};

void symmetric_flow(const DriftDiffusion& p, const std::vector<Feed>& feeds, const Field& start,
                    std::span<const double> times, const BlockVisit& visit) {
  Expansions expansions(p, feeds);
  Field psi = start;
  double now = times.front(), square = 0, stretch = expansions.stretch();
  std::size_t next = 0;
  for (; next < times.size() && times[next] <= now; ++next) visit(next, psi, 4 * epsilon * psi.norm());
  num::Matrix<double> states;
  for (int halvings = 0; next < times.size();) {
    std::vector<double> elapsed;
    for (std::size_t j = next; j < times.size() && times[j] <= now + stretch && elapsed.size() < most_at_once; ++j)
      elapsed.push_back(times[j] - now);
    const std::size_t seen = elapsed.size();
    if (seen == 0) elapsed.push_back(stretch);
    if (!expansions.states(psi, elapsed, states)) {
      if (++halvings > 40) throw AccuracyError("drift-diffusion: the expansion in time does not converge");
      stretch = elapsed.back() / 2;
      continue;
    }
    square += expansions.largest_term() * expansions.largest_term();
    for (std::size_t j = 0; j < seen; ++j) {
      psi = states.col(static_cast<Eigen::Index>(j));
      visit(next + j, psi, 4 * epsilon * psi.norm() + 2 * epsilon * std::sqrt(square));
    }
    next += seen;
    psi = states.rightCols(1);
    now = seen ? times[next - 1] : now + stretch;
  }
}

}  // namespace

void block_flow(const DriftDiffusion& p, const std::vector<Feed>& feeds, const Field& start,
                std::span<const double> times, const BlockVisit& visit) {
  if (p.mesh && p.symmetric) return symmetric_flow(p, feeds, start, times, visit);
  Series series(p, feeds);
  Field psi = start;
  double now = times.front(), square = 0;
  std::size_t next = 0;
  const auto round_off = [&] { return 4 * epsilon * psi.norm() + 2 * epsilon * std::sqrt(square); };
  for (; next < times.size() && times[next] <= now; ++next) visit(next, psi, 4 * epsilon * psi.norm());
  while (next < times.size()) {
    const double left = times.back() - now, length = series.expand(now, left, psi);
    const double end = length == left ? times.back() : now + length;
    square += series.largest_term() * series.largest_term();
    for (; next < times.size() && times[next] < end; ++next) {
      psi = series.at(times[next] - now);
      visit(next, psi, round_off());
    }
    psi = series.at(length);
    now = end;
    for (; next < times.size() && times[next] <= now; ++next) visit(next, psi, round_off());
  }
}

double share_of_a_node(Eigen::Index size) { return std::min(1.0, 16 / std::sqrt(static_cast<double>(size))); }

Field block_motion(const DriftDiffusion& p, double time, const Field& psi) {
  const DriftDiffusion here = p.course.empty() ? p : p.with(p.coefficients(time));
  const Derivatives derivatives(p.grid);
  const Generator generator(here, derivatives);
  const Eigen::Index n = p.size();
  Field out(psi.size()), part(n);
  for (Eigen::Index b = 0; b < psi.size(); b += n) {
    generator.apply(psi.segment(b, n), part);
    out.segment(b, n) = part;
  }
  return out;
}

}  // namespace calor::evolve
