#pragma once
// Small tables and estimates as text.

#include <string>

#include "validation/crosscheck/verdict.hpp"

namespace calor::crosscheck::test {

/// Times 0, 1, 2; N = 8, T = 0.125. m_info 0, 0.1, 0.3 ± 1e-12; l_info 0, 0.01, 0.02 ± 1e-12;
/// heat_theta 0, -0.5, -0.7 ± 1e-12; lautum_info 0, inf, inf; ep_x 1e-15 ± 1e-14 at all times.
std::string table_text();

/// The same twice, as a sweep over sampler.rate = 1 and 10; the second has m_info 0.2 at t = 1.
std::string sweep_text();

TruthTable table();

std::vector<Estimate> estimates(const std::string& csv, const TruthTable& table);

Report report(const std::string& csv, const TruthTable& table = test::table(), const Rule& rule = {});

/// The message with which `csv` is refused, "" if it is not.
std::string refusal(const std::string& csv, const TruthTable& table = test::table());

}  // namespace calor::crosscheck::test
