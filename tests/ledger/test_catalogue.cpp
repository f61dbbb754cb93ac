#include <doctest/doctest.h>

#include <set>
#include <string>

#include "ledger/catalogue.hpp"

namespace calor::catalogue_test {

using namespace ledger;

TEST_SUITE("ledger/catalogue") {
  TEST_CASE("the names of experiment.md, in its order; those on request behind") {
    const std::vector<std::string> standard{"m_info",
                                            "l_info",
                                            "r_info",
                                            "info_x_theta",
                                            "info_x_theta_given_b",
                                            "lautum_info",
                                            "entropy_theta",
                                            "entropy_theta_given_b",
                                            "entropy_x",
                                            "entropy_x_given_b",
                                            "entropy_x_given_theta",
                                            "heat_theta",
                                            "work_theta",
                                            "ep_theta",
                                            "ep_theta_naive",
                                            "heat_x",
                                            "work_x",
                                            "flow_x",
                                            "flow_theta",
                                            "ep_x",
                                            "ep_x_given_b",
                                            "ep_x_naive",
                                            "ep_x_path",
                                            "fisher_dissipation",
                                            "reservoir_gap",
                                            "loss_train",
                                            "loss_test",
                                            "generalization_gap"};
    const std::vector<std::string> requested{
        "efficiency",      "ep_theta_housekeeping", "ep_theta_excess", "ep_theta_medium", "heat_x_variance",
        "heat_x_skewness", "work_x_variance",       "work_x_skewness", "ift_x",           "ift_theta"};
    std::vector<std::string> names, on_request;
    for (const auto& d : catalogue()) (d.on_request ? on_request : names).emplace_back(d.name);
    CHECK(names == standard);
    CHECK(on_request == requested);
    CHECK(catalogue().back().on_request);
  }

  TEST_CASE("every definition is complete, names and symbols are unique, LaTeX is balanced ASCII") {
    std::set<std::string_view> names, symbols, latex;
    for (const auto& d : catalogue()) {
      CAPTURE(d.name);
      for (const auto part : {d.title, d.symbol, d.equation, d.latex, d.unit, d.sign, d.source, d.group})
        CHECK_FALSE(part.empty());
      CHECK(names.insert(d.name).second);
      CHECK(symbols.insert(d.symbol).second);
      CHECK(latex.insert(d.latex).second);
      int depth = 0;
      for (const char c : d.latex) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        CHECK(depth >= 0);
        CHECK((c & 0x80) == 0);
        CHECK(c != '$');
      }
      CHECK(depth == 0);
    }
  }

  TEST_CASE("found by name, guessed from a slip") {
    CHECK(find("ep_x_path")->symbol == "Σ_path");
    CHECK(find("m_info ") == nullptr);
    CHECK(find("") == nullptr);
    CHECK(nearest("m_inf") == "m_info");
    CHECK(nearest("fisher_disipation") == "fisher_dissipation");
    CHECK(nearest("entropy") == "entropy_x");
    CHECK(nearest("information") == "");
    CHECK(nearest("zzzzzzzz") == "");
    CHECK(nearest(std::string(100000, 'x')) == "");
  }
}

}  // namespace calor::catalogue_test
