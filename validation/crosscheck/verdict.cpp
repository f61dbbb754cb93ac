#include "validation/crosscheck/verdict.hpp"

#include <cmath>
#include <limits>
#include <set>

#include "validation/crosscheck/mistakes.hpp"

namespace calor::crosscheck {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double to_double(const Rational& q) { return num::from_rational<double>(q); }

void judge_infinite(Row& row) {
  row.pass = row.estimate.value.infinite == row.truth.value.infinite;
  row.cap = infinity;
  if (row.pass) row.lre = infinity;
}

void judge_finite(Row& row, const Rule& rule) {
  const Rational &c = row.truth.value.value, &v = row.estimate.value.value;
  const bool vague = !row.truth.error.finite();
  const Rational e = row.truth.error.value, off = abs(v - c), size = abs(c);
  row.absolute = size <= e || vague;
  const auto relative = [&](const Rational& d) { return minus_log10(row.absolute ? d : Rational(d / size)); };
  row.cap = vague ? -infinity : relative(e);
  row.lre = vague ? -infinity : relative(std::max(off, e));
  if (const auto& s = row.estimate.standard_error) {
    const Rational beyond = vague || off <= e ? Rational(0) : Rational(off - e);
    row.z = (v < c ? -1 : 1) * to_double(Rational(beyond / *s));
    row.pass = std::abs(*row.z) <= rule.z;
  } else {
    row.pass = vague || off <= e || *row.lre >= rule.lre;
  }
}

Row judge_one(const TruthTable& table, const Estimate& estimate, const Rule& rule) {
  const Moment& moment = table.members[estimate.member].moments[estimate.moment];
  Row row;
  row.estimate = estimate;
  row.t = moment.t;
  row.truth = moment.quantities.find(estimate.quantity)->second;
  if (row.truth.value.finite() && estimate.value.finite()) {
    judge_finite(row, rule);
  } else {
    judge_infinite(row);
  }
  return row;
}

void add_up(Report& report) {
  std::set<std::tuple<std::size_t, std::size_t, std::string>> places;
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const Row& row = report.rows[i];
    report.passed += row.pass ? 1 : 0;
    places.emplace(row.estimate.member, row.estimate.moment, row.estimate.quantity);
    if (row.judged_by_z()) {
      ++report.with_error;
      report.within_1 += std::abs(*row.z) <= 1 ? 1 : 0;
      report.within_2 += std::abs(*row.z) <= 1.96 ? 1 : 0;
      report.idle += *row.estimate.standard_error > abs(row.truth.value.value) && row.truth.value.value != 0 ? 1 : 0;
      if (!report.worst_z || std::abs(*row.z) > std::abs(*report.rows[*report.worst_z].z)) report.worst_z = i;
    } else {
      report.capped += row.cap < report.rule.lre ? 1 : 0;
      const auto lre = [&](std::size_t k) { return report.rows[k].lre.value_or(-infinity); };
      if (!report.worst_lre || lre(i) < lre(*report.worst_lre)) report.worst_lre = i;
    }
  }
  report.compared = places.size();
}

}  // namespace

double minus_log10(const Rational& q) {
  if (q == 0) return infinity;
  return static_cast<double>(num::Mp100(-log10(num::from_rational<num::Mp100>(q))));
}

Report judge(const TruthTable& table, std::vector<Estimate> estimates, const std::string& estimates_name,
             const Rule& rule) {
  Report report;
  report.estimates = estimates_name;
  report.table = table.name;
  report.title = table.title;
  report.rule = rule;
  report.known = table.values();
  for (const auto& [key, value] : table.members.front().coordinates) report.swept.push_back(key);
  for (const Member& member : table.members) {
    report.coordinates.emplace_back();
    for (const auto& [key, value] : member.coordinates) report.coordinates.back().push_back(value);
  }
  for (const Estimate& estimate : estimates) report.rows.push_back(judge_one(table, estimate, rule));
  add_up(report);
  if (!report.pass()) report.mistakes = recognise(table, report.rows);
  return report;
}

}  // namespace calor::crosscheck
