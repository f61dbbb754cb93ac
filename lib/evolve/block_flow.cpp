#include "evolve/block_flow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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

class Series {
 public:
  Series(const DriftDiffusion& p, const std::vector<Feed>& feeds)
      : p_(p), feeds_(feeds), derivatives_(p.grid), generator_(p, derivatives_), n_(p.grid.size()) {
    for (const auto& f : feeds) {
      const auto most = [](const Field& g) { return g.size() ? g.cwiseAbs().maxCoeff() : 0.0; };
      feed_bound_.pace = std::max(feed_bound_.pace, 2 * most(f.constant));
      feed_bound_.heat = std::max(feed_bound_.heat, 2 * most(f.heated));
      feed_bound_.noise = std::max(feed_bound_.noise, 2 * most(f.noised));
    }
  }

  /// Expands from `start`, for a length of at most `length`; returns for how long.
  double expand(double start, double length, const Field& psi) {
    double end = start + length;
    const auto poly = polynomial(p_, start, end);
    length = end - start;
    const auto size = [&](const Coefficients& c) {
      const auto& b = generator_.bound();
      return std::fabs(c.pace) * b.pace + feed_bound_.pace + std::fabs(c.heat) * (b.heat + feed_bound_.heat) +
             std::fabs(c.noise) * (b.noise + feed_bound_.noise);
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
      Field next = apply(paced, heated, noised, tau / static_cast<double>(k) * terms_.back());
      const double size = next.norm(), before = terms_.back().norm();
      if (!(size <= growth * scale)) return 0;
      largest_ = std::max(largest_, size);
      terms_.push_back(std::move(next));
      if (size + before <= epsilon / 8 * scale) return 1;
    }
    const double left = std::max(terms_.back().norm(), terms_[terms_.size() - 2].norm()) / scale;
    return std::min(1.0, std::pow(epsilon / 8 / left, 1.0 / static_cast<double>(most_terms - 2)));
  }

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

  const DriftDiffusion& p_;
  const std::vector<Feed>& feeds_;
  Derivatives derivatives_;
  Generator generator_;
  Eigen::Index n_;
  Coefficients feed_bound_{0, 0, 0};
  std::vector<Field> terms_;
  double tau_ = 1, last_ = 0, largest_ = 0;  // last_: length to try next
};

}  // namespace

void block_flow(const DriftDiffusion& p, const std::vector<Feed>& feeds, const Field& start,
                std::span<const double> times, const BlockVisit& visit) {
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
  const Eigen::Index n = p.grid.size();
  Field out(psi.size()), part(n);
  for (Eigen::Index b = 0; b < psi.size(); b += n) {
    generator.apply(psi.segment(b, n), part);
    out.segment(b, n) = part;
  }
  return out;
}

}  // namespace calor::evolve
