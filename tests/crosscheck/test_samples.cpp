// Samples as files: NumPy's header, CSV with the same numbers, and JSON that can be read back.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "experiment/csv.hpp"
#include "num/errors.hpp"
#include "place.hpp"
#include "support.hpp"
#include "validation/crosscheck/npy.hpp"
#include "validation/crosscheck/samples.hpp"

namespace calor::samples_test {

using namespace crosscheck;

namespace {

/// 2 replicates, 3 times, 1 parameter, x of width 1, 2 examples.
simulator::Sample small() {
  simulator::Sample s;
  s.replicates = 2, s.times = 3, s.parameters = 1, s.width = 1, s.size = 2, s.statistics = 2;
  s.time = {0, 0.1, 1e300};
  s.theta = {0.1, -1e-320, 1.0 / 3, 4, 5, 6};
  s.x = {0, 1, 0, 1, 0, 1};
  s.examples = {1, 0, 0, 0};
  s.statistic = {1, 0.5, 1, 0};
  return s;
}

}  // namespace

TEST_SUITE("crosscheck/samples") {
  TEST_CASE("the header of .npy") {
    const std::vector<double> values{1, 2, 3, 4, 5, 6};
    const std::string file = npy(values, {2, 3});
    CHECK(file.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t length = static_cast<unsigned char>(file[8]) + 256U * static_cast<unsigned char>(file[9]);
    CHECK((10 + length) % 64 == 0);
    CHECK(file.size() == 10 + length + 48);
    CHECK(file.substr(10, length).starts_with("{'descr': '<f8', 'fortran_order': False, 'shape': (2,3,), }"));
    CHECK(file[9 + length] == '\n');
    CHECK(npy({}, {0, 5}).size() % 64 == 0);
    CHECK_THROWS_AS(npy(values, {2, 2}), InternalError);
  }

  TEST_CASE("CSV denotes the doubles exactly") {
    const auto files = sample_files(small(), 7);
    REQUIRE(files.size() == 5);
    std::istringstream in(files[0].bytes);
    const auto csv = experiment::parse_csv(in, "samples.csv");
    CHECK(csv.header == std::vector<std::string>{"replicate", "t", "theta0", "x0", "b0", "b1"});
    CHECK(csv.rows.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) CHECK(std::strtod(csv.rows[i][2].c_str(), nullptr) == small().theta[i]);
    CHECK(csv.rows[3][0] == "8");
    CHECK(csv.rows[2] == std::vector<std::string>{"7", "1e+300", "0.3333333333333333", "0", "1", "0"});
  }

  TEST_CASE("a stream has its statistic in place of examples") {
    auto s = small();
    s.examples.clear();
    s.statistic.assign(12, 0.5);
    CHECK(sample_columns(s).back() == "s1");
    const auto files = sample_files(s, 0);
    CHECK(files.back().name == "s.npy");
    CHECK(files.back().shape == std::vector<std::size_t>{2, 3, 2});
  }

  TEST_CASE("samples.json says what is there, and holds the truth for calor check") {
    const auto files = sample_files(small(), 7);
    simulator::Options options;
    options.seed = ~0ULL;
    const auto experiment =
        experiment::read(calor::test::source_root() + "/tests/reference/coin.toml").front().experiment;
    const std::string text = samples_json(experiment, small(), options, 0, files, crosscheck::test::table_text());
    const auto j = nlohmann::json::parse(text);
    CHECK(j["seed"] == ~0ULL);
    CHECK(j["files"][2]["shape"] == std::vector<int>{2, 3, 1});
    CHECK(j["columns"].size() == 6);
    CHECK(parse_table(text, "samples.json").values() == 15);
    const std::string bare = samples_json(experiment, small(), options, 0, files, "");
    CHECK_THROWS_AS(parse_table(bare, "samples.json"), InputError);
  }

  TEST_CASE("too much for one directory") {
    auto s = small();
    s.replicates = 100'000'000;
    CHECK_THROWS_AS(sample_files(s, 0), InputError);
  }
}

}  // namespace calor::samples_test
