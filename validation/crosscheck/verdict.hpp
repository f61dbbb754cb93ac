#pragma once
// The judgement of estimates against true values.
//
// With c ± e the true value and its error, v the estimate:
//   LRE = -log10( max(|v - c|, e) / |c| ), the log relative error of NIST's Statistical Reference Datasets, capped by
//         the table's own digits; without the division where c is 0 or not told from 0 (|c| <= e); +inf where v = c, e
//         = 0.
//   z   = sign(v - c) max(0, |v - c| - e) / stderr.
// A row with a standard error passes if |z| <= rule.z; one without if LRE >= rule.lre, or if LRE is at its cap:
// |v - c| <= e. An infinite true value asks for the same infinity.

#include <optional>
#include <string>
#include <vector>

#include "validation/crosscheck/estimates.hpp"
#include "validation/crosscheck/truth.hpp"

namespace calor::crosscheck {

struct Rule {
  double lre = 6;
  double z = 4;
};

struct Row {
  Estimate estimate;
  Number t;
  Truth truth;
  bool absolute = false;      // LRE without the division
  std::optional<double> lre;  // nothing where an infinity is involved on one side only; may be +inf
  double cap = 0;             // the largest LRE that the table's digits allow; may be +inf
  std::optional<double> z;    // with a standard error
  bool pass = false;

  bool judged_by_z() const { return z.has_value(); }
};

struct Report {
  std::string estimates, table;  // names of the files
  std::string title;
  Rule rule;
  std::vector<std::string> swept;                     // swept keys
  std::vector<std::vector<std::string>> coordinates;  // [member][key]
  std::vector<Row> rows;
  std::size_t passed = 0;
  std::size_t known = 0;                   // values in the table
  std::size_t compared = 0;                // of these, how many the rows are about
  std::optional<std::size_t> worst_lre;    // index of a row judged by LRE
  std::optional<std::size_t> worst_z;      // index of a row judged by z
  std::size_t within_1 = 0, within_2 = 0;  // rows with |v - c| <= 1 and 1.96 standard errors, widened by e
  std::size_t with_error = 0;              // rows judged by z
  std::size_t capped = 0;                  // rows judged by LRE whose cap is below the rule
  std::size_t idle = 0;                    // rows whose standard error exceeds |c|: they can hardly fail
  std::vector<std::string> mistakes;       // what the failures look like, one sentence each

  bool pass() const { return passed == rows.size(); }
};

Report judge(const TruthTable& table, std::vector<Estimate> estimates, const std::string& estimates_name,
             const Rule& rule);

/// -log10 q for q >= 0, rounded to a double; +inf for 0.
double minus_log10(const Rational& q);

}  // namespace calor::crosscheck
