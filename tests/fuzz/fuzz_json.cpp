// The reader of tables, and a verdict on each of their own values: all pass.

#include "target.hpp"
#include "validation/crosscheck/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace calor;
  fuzz::understood_or_refused([&] {
    const auto table = crosscheck::parse_table(fuzz::text_of(data, size), "fuzz.json");
    std::vector<crosscheck::Estimate> own;
    for (std::size_t m = 0; m < table.members.size(); ++m) {
      for (std::size_t i = 0; i < table.members[m].moments.size(); ++i) {
        for (const auto& [name, truth] : table.members[m].moments[i].quantities)
          own.push_back({1, m, i, name, "", truth.value, std::nullopt});
      }
    }
    const auto report = crosscheck::judge(table, own, "own", {});
    fuzz::require(report.pass(), "a table agrees with itself");
    crosscheck::write_report_text(report);
  });
  return 0;
}
