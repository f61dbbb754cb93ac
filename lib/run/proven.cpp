#include "run/proven.hpp"

#include <algorithm>
#include <cmath>

#include "ledger/catalogue.hpp"
#include "num/errors.hpp"
#include "proven/atoms.hpp"
#include "proven/jump.hpp"
#include "proven/langevin.hpp"
#include "proven/regression.hpp"
#include "run/analytic.hpp"
#include "run/jump_rows.hpp"
#include "run/sgld_rows.hpp"
#include "table/format.hpp"

namespace calor::run {

namespace {

using num::Mp100;
using num::Rational;
using proven::Ball;
using proven::BallRow;

constexpr double most_work = 3e8;  // multiplications of balls, some ten seconds
constexpr int doublings = 4;       // of the precision
constexpr int enlargements = 2;    // of a basis
constexpr int guard_digits = 18;   // beyond those asked for, so that small values have digits too

/// The user's points with 0 in front, and where the user's are.
struct Points {
  std::vector<Rational> all;
  std::size_t first = 0;
};

Points points_of(const experiment::Experiment& e) {
  Points out;
  if (e.time.points.front() != 0) out.all.emplace_back(0);
  out.first = out.all.size();
  out.all.insert(out.all.end(), e.time.points.begin(), e.time.points.end());
  return out;
}

/// A ball as a printed number, and how far it misses the goal.
Candidate candidate(const std::string& name, const Ball& ball, int digits) {
  if (ball.infinite()) return {{name, "inf", "0", num::Guarantee::proven}, 0};
  const Rational value = ball.middle();
  const auto text = table::text_of_exact(value, ball.radius(), digits + 5);
  const Mp100 size(abs(value)), goal = accuracy<Mp100>(digits) * (size > 1 ? size : Mp100(1));
  return {{name, text.value, text.error, num::Guarantee::proven}, num::to_double(Mp100(Mp100(text.error) / goal))};
}

bool met(const std::string& name, const Ball& ball, int digits) {
  return (ball.finite() || ball.infinite()) && candidate(name, ball, digits).miss <= 1;
}

/// Balls as numbers with errors, for the identities.
ledger::Book<Mp100> book_of(const std::vector<BallRow>& rows) {
  ledger::Book<Mp100> book;
  for (const auto& row : rows) {
    ledger::Entries<Mp100> entries;
    for (const auto& [name, ball] : row) {
      if (!ball.finite()) continue;
      const Mp100 value(ball.middle()), error(ball.radius());
      entries[name] = {value, error + num::epsilon<Mp100>() * abs(value)};
    }
    book.push_back(std::move(entries));
  }
  return book;
}

/// Residuals that are all round-off: their size says nothing, and would depend on the order of computation.
std::vector<table::Check> checks_of(const std::vector<BallRow>& rows,
                                    const std::vector<ledger::Identity<Mp100>>& identities, int digits) {
  auto checks = ledger::verify(book_of(rows), identities);
  for (auto& check : checks) {
    check.residual = "0";
    check.allowed = "1e-" + std::to_string(digits);
  }
  return checks;
}

bool met(const std::vector<BallRow>& rows, const Job& job) {
  return std::all_of(rows.begin(), rows.end(), [&](const BallRow& row) {
    return std::all_of(row.begin(), row.end(), [&](const auto& entry) {
      return !printed(entry.first, job.options) || met(entry.first, entry.second, job.digits);
    });
  });
}

using Compute = std::function<std::vector<BallRow>(const std::vector<Rational>&)>;

/// Hands in what meets the goal.
void deliver(Job& job, const Points& points, const std::vector<BallRow>& rows, const std::string& method, long bits,
             const std::vector<ledger::Identity<Mp100>>& identities) {
  auto& out = job.collected;
  out.times.resize(job.experiment.time.points.size());
  for (std::size_t j = 0; j < out.times.size(); ++j)
    for (const auto& [name, ball] : rows[points.first + j])
      if (printed(name, job.options) && met(name, ball, job.digits))
        out.times[j][name] = candidate(name, ball, job.digits);
  out.methods.push_back(method);
  out.precisions.push_back("balls of " + std::to_string(bits) + " bits");
  out.checks = checks_of(rows, identities, job.digits);
}

/// more_bits: that balls are expected to lose. True if everything meets the goal.
bool in_balls(Job& job, const std::string& method, const std::vector<ledger::Identity<Mp100>>& identities,
              const Compute& compute, long more_bits = 0) {
  const Points points = points_of(job.experiment);
  std::vector<BallRow> rows;
  bool whole = false;
  long bits = std::lround(std::ceil((job.digits + guard_digits) * 3.33)) + 32 + more_bits;
  for (int k = 0; k <= doublings; ++k, bits *= 2) {
    const proven::Precision here(bits);
    rows = compute(points.all);
    whole = !rows.empty() && met(rows, job);
    if (whole || k == doublings) break;
  }
  if (!rows.empty()) deliver(job, points, rows, method, bits, identities);
  return whole;
}

bool allowed(const Job& job) { return job.options.precision == 0 && job.collected.times.empty(); }

Mp100 temperature_of(const Job& job) {
  return num::from_rational<Mp100>(job.experiment.learner.temperature.values.front());
}

/// Quantities that are printed but missing at a time where the others are there.
std::vector<std::string> absent(const Job& job) {
  std::vector<std::string> out;
  for (const auto& d : ledger::catalogue()) {
    const std::string name(d.name);
    if (!printed(name, job.options)) continue;
    const auto& times = job.collected.times;
    if (!std::all_of(times.begin(), times.end(), [&](const auto& row) { return row.contains(name); }))
      out.push_back(name);
  }
  return out;
}

}  // namespace

void closed_form_in_balls(Job& job) {
  if (!allowed(job) || !has_closed_form(job.experiment)) return;
  if (job.experiment.model.kind == "linear-regression") {
    in_balls(job, "analytic in balls", langevin_identities<Mp100>(job.experiment),
             [&](const std::vector<Rational>& points) { return proven::regression_book(job.experiment, points); });
    return;
  }
  const bool sgld = job.experiment.learner.kind == "sgld";
  in_balls(job, "analytic in balls",
           sgld ? sgld_identities<Mp100>(temperature_of(job), lagging(job.experiment))
                : langevin_identities<Mp100>(job.experiment),
           [&](const std::vector<Rational>& points) {
             std::vector<BallRow> rows;
             for (const auto& t : points) {
               rows.emplace_back();
               for (auto& [name, ball] : closed_form_at<Ball>(job.experiment, Ball(t))) rows.back()[name] = ball;
             }
             return rows;
           });
}

void finite_chain_in_balls(Job& job) {
  if (!allowed(job) || !proven::why_not_proven(job.experiment, most_work).empty()) return;
  in_balls(job, "finite-chain in balls", jump_identities<Mp100>(temperature_of(job)),
           [&](const std::vector<Rational>& points) {
             return proven::jump_book(job.experiment, points, job.options.threads);
           });
}

bool atoms_in_balls(Job& job) {
  if (!allowed(job) || !proven::why_no_atoms(job.experiment).empty()) return false;
  return in_balls(
      job, "atoms in balls", sgld_identities<Mp100>(Mp100(0)),
      [&](const std::vector<Rational>& points) { return proven::atoms_book(job.experiment, points); },
      std::max(0L, proven::atom_bits(job.experiment) - 48));  // of what the guard digits have
}

void relaxation_in_balls(Job& job) {
  if (!job.options.proven || !allowed(job) || !proven::why_not_relaxation(job.experiment).empty()) return;
  const Points points = points_of(job.experiment);
  std::vector<BallRow> rows;
  for (int level = 0; level < enlargements; ++level) {
    auto more = proven::langevin_book(job.experiment, points.all, job.digits, level, job.options.threads);
    if (more.empty()) break;
    rows = std::move(more);
    if (met(rows, job)) break;
  }
  if (rows.empty()) return;
  const bool any = std::any_of(rows.back().begin(), rows.back().end(),
                               [&](const auto& entry) { return met(entry.first, entry.second, job.digits); });
  if (any)
    deliver(job, points, rows, "galerkin in balls", proven::bits_for(job.digits),
            langevin_identities<Mp100>(job.experiment));
}

void complete_by(Job& job, void (*way)(Job&)) {
  if (job.collected.times.empty()) return way(job);
  Options rest = job.options;
  rest.quantities = absent(job);
  if (rest.quantities.empty()) return;
  Job other{job.experiment, rest, job.digits, {}};
  way(other);
  auto& mine = job.collected;
  bool used = false;
  for (std::size_t j = 0; j < other.collected.times.size(); ++j)
    for (const auto& [name, found] : other.collected.times[j]) used = mine.times[j].emplace(name, found).second || used;
  if (!used) return;
  mine.methods.insert(mine.methods.end(), other.collected.methods.begin(), other.collected.methods.end());
  mine.precisions.insert(mine.precisions.end(), other.collected.precisions.begin(), other.collected.precisions.end());
  for (const auto& check : other.collected.checks)
    if (std::none_of(mine.checks.begin(), mine.checks.end(),
                     [&](const auto& c) { return c.identity == check.identity && c.statement == check.statement; }))
      mine.checks.push_back(check);
}

}  // namespace calor::run
