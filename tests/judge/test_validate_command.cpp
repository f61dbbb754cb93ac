// calor validate as a user runs it.

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/place.hpp"
#include "tests/tools/process.hpp"

namespace calor::validate_command_test {

using tools::test::check_refused;
using tools::test::Folder;
using tools::test::run_program;

TEST_CASE("validate: every format, files and plots") {
  const Folder folder;
  const std::string one_bit = test::source_root() + "/validation/experiments/one_bit.toml";
  const std::vector<std::string> base{"validate", "work",         one_bit,
                                      "--sizes",  "10,20",        "--replicates",
                                      "4",        "--estimators", "jarzynski,mi-plugin,path-likelihood-ratio",
                                      "--untimed"};
  std::string json;
  for (const std::string format : {"text", "csv", "json", "markdown", "latex"}) {
    auto arguments = base;
    arguments.insert(arguments.end(), {"--format", format});
    const auto o = run_program(arguments);
    CAPTURE(o.err);
    CHECK(o.status == 0);
    CHECK(o.out.find("mi-plugin") != std::string::npos);
    if (format == "json") json = o.out;
  }
  const auto parsed = nlohmann::json::parse(json);
  CHECK(parsed["cases"].size() == 2);
  CHECK(parsed["cases"][1]["lines"][0].contains("bias_se"));
  auto arguments = base;
  arguments.insert(arguments.end(), {"--format", "json", "--output", folder / "out", "--threads", "1"});
  CHECK(run_program(arguments).status == 0);
  CHECK(tools::test::read((folder / "out") + "/report.json") == json);  // threads change nothing
  const std::string svg = tools::test::read((folder / "out") + "/one_bit-m_info.svg");
  CHECK(svg.starts_with("<svg"));
  CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("validate: a handful of samples, and laws narrower than a grid, are no internal errors") {
  for (const std::string what : {"letters", "gaussian_memory"}) {
    const auto file = what == "letters" ? what : test::source_root() + "/validation/experiments/" + what + ".toml";
    const auto o =
        run_program({"validate", file, "--sizes", "5", "--replicates", "2", "--format", "json", "--untimed"});
    CAPTURE(o.err);
    CHECK(o.status == 0);
    CHECK(!nlohmann::json::parse(o.out)["cases"].empty());
  }
}

TEST_CASE("validate: wrong use is one line and status 2") {
  check_refused({"validate", "no_such.toml"}, "no_such.toml");
  check_refused({"validate", "letters", "--sizes", "0"}, "--sizes");
  check_refused({"validate", "letters", "--sizes", "10,,20"}, "--sizes");
  check_refused({"validate", "letters", "--sizes", "1e3"}, "--sizes");
  check_refused({"validate", "letters", "--sizes", "10,20,10"}, "named twice");
  check_refused({"validate", "letters", "--output", "", "--replicates", "2", "--sizes", "5"}, "--output");
  check_refused({"validate", "letters", "--replicates", "1"}, "--replicates");
  check_refused({"validate", "letters", "--replicates", "-5"}, "--replicates");
  check_refused({"validate", "letters", "--estimators", "mi-ksg3"}, "mi-ksg3");
  check_refused({"validate", "letters", "--format", "pdf"}, "pdf");
  check_refused({"validate", "letters", "--step", "nan"}, "--step");
  check_refused({"validate", "letters", "--seed", "x"}, "--seed");
  check_refused({"validate", "letters", "--output", "/proc/none/dir", "--replicates", "2", "--sizes", "5"}, "--output");
  check_refused({"validate", "letters", "--sizes", "10000000", "--replicates", "1000"}, "50000000");
  check_refused({"validate", "letters", "--wrong"}, "--wrong");
  check_refused({"validate", "letters", "letters"}, "letters");  // plots of one would overwrite the other's
}

}  // namespace calor::validate_command_test
