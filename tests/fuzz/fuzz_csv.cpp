// The reader of CSV, its numbers, estimates judged against a small table with the report in every format, and the
// columns as samples of an estimator.

#include <sstream>

#include "target.hpp"
#include "validation/crosscheck/report.hpp"
#include "validation/crosscheck/score.hpp"
#include "validation/estimators/catalogue.hpp"

namespace {

const calor::crosscheck::TruthTable& table() {
  static const auto truth = calor::crosscheck::parse_table(
      R"({"calor": "0", "units": "nats", "experiment": {"data": {"size": 8}, "learner": {"temperature": 0.1}}, "rows": [
        {"t": 0, "m_info": {"value": 0, "error": 0}, "heat_theta": {"value": 0, "error": 0}},
        {"t": 1, "m_info": {"value": 0.25, "error": 1e-12}, "heat_theta": {"value": -0.5, "error": "inf"},
                 "lautum_info": {"value": "inf", "error": 0}}]})",
      "table.json");
  return truth;
}

/// One estimator, chosen by `choice`, with or without a column of counts.
void estimate(const calor::experiment::Csv& csv, std::size_t choice) {
  using namespace calor;
  if (csv.rows.size() > 100) return;
  const auto names = estimators::estimator_names();
  estimators::Request request;
  request.estimator = names[choice / 2 % names.size()];
  request.k = 1;
  request.alphabet = 1000;
  if (choice % 2 == 1) request.counts = csv.header.front();
  fuzz::understood_or_refused(
      [&] { fuzz::require(!estimators::estimate(request, csv).conventions.empty(), "conventions"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace calor;
  const std::string text(fuzz::text_of(data, size));
  fuzz::understood_or_refused([&] { crosscheck::read_answers(text, table()); });
  fuzz::understood_or_refused([&] { crosscheck::leaderboard(text, "board.csv", {}); });
  fuzz::understood_or_refused([&] {
    std::istringstream in(text);
    const auto csv = experiment::parse_csv(in, "fuzz.csv");
    for (std::size_t row = 0; row < csv.rows.size(); ++row) {
      fuzz::require(csv.rows[row].size() == csv.header.size(), "rows as long as the header");
      for (std::size_t column = 0; column < csv.header.size(); ++column)
        fuzz::understood_or_refused([&] { csv.number(row, column); });
    }
    estimate(csv, size);
    fuzz::understood_or_refused([&] { crosscheck::named_quantities(csv); });
    const auto report = crosscheck::judge(table(), crosscheck::read_estimates(csv, table()), csv.name, {});
    for (const auto& name : crosscheck::report_format_names())
      crosscheck::write_report(report, crosscheck::report_format(name));
    fuzz::require(fuzz::is_json(crosscheck::write_report_json(report)), "JSON");
  });
  return 0;
}
