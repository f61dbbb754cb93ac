#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "num/errors.hpp"
#include "tests/estimators/draws.hpp"
#include "validation/estimators/catalogue.hpp"
#include "validation/estimators/entropy_kl.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/estimate.hpp"
#include "validation/estimators/mi_ksg1.hpp"

namespace calor::estimate_test {

using namespace estimators;

namespace {

/// What `calor estimate NAME s.csv OPTIONS` makes of the text of s.csv.
Result run(const std::string& name, const std::string& csv, std::vector<const char*> options = {}) {
  std::vector<const char*> argv{"estimate", name.c_str(), "s.csv"};
  argv.insert(argv.end(), options.begin(), options.end());
  std::string help;
  const auto request = parse_request(static_cast<int>(argv.size()), argv.data(), help);
  std::istringstream in(csv);
  return estimate(request.value(), experiment::parse_csv(in, "s.csv"));
}

std::string complaint(const std::string& name, const std::string& csv, std::vector<const char*> options = {}) {
  try {
    run(name, csv, std::move(options));
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

int command(std::vector<std::string> words) {
  words.insert(words.begin(), "estimate");
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  return estimate_main(static_cast<int>(words.size()), argv.data());
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const char* const letters = "letter,n\na,3\nb,1\nc,0\n";

}  // namespace

TEST_CASE("estimate: letters from samples and from counts give the same") {
  const double plugin = 2 * std::numbers::ln2 - 0.75 * std::log(3.0);
  CHECK(run("entropy-plugin", "x\na\nb\na\na\n").value == doctest::Approx(plugin).epsilon(1e-14));
  CHECK(run("entropy-plugin", letters, {"--counts", "n"}).value == doctest::Approx(plugin).epsilon(1e-14));
  CHECK(run("entropy-plugin", letters, {"--counts", "n", "--x", "letter"}).samples == 4);
  CHECK(run("entropy-plugin", "n\n3\n1\n", {"--counts", "n"}).value == doctest::Approx(plugin).epsilon(1e-14));
  // rows of one letter add up, in samples of several columns the pair is the letter, blanks do not count
  CHECK(run("entropy-plugin", "l,n\na,1\nb,1\n a ,2\n", {"--counts=n", "--x=l"}).value ==
        doctest::Approx(plugin).epsilon(1e-14));
  CHECK(run("entropy-plugin", "x, y\na,bc\nab,c\n").value == doctest::Approx(std::numbers::ln2).epsilon(1e-14));
  CHECK(run("entropy-plugin", "x, y\na,bc\nab,c\n", {"--x", "y"}).value ==
        doctest::Approx(std::numbers::ln2).epsilon(1e-14));
  CHECK(run("entropy-miller-madow", letters, {"--counts", "n"}).value ==
        doctest::Approx(plugin + 0.125).epsilon(1e-14));
  CHECK(run("entropy-nsb", "n\n2\n1\n", {"--counts", "n", "--alphabet", "2"}).value / std::numbers::ln2 ==
        doctest::Approx(0.84967).epsilon(1e-5));
  const double g88 = run("entropy-grassberger", letters, {"--counts", "n", "--variant", "1988"}).value;
  const double g03 = run("entropy-grassberger", letters, {"--counts", "n", "--variant", "2003"}).value;
  CHECK(g88 != g03);
  CHECK(run("entropy-grassberger", letters, {"--counts", "n"}).value == g03);
}

TEST_CASE("estimate: pairs, from samples and from counts") {
  const std::string samples = "x,y\na,1\na,1\na,2\nb,2\n", counts = "x,y,n\na,1,2\na,2,1\nb,2,1\n";
  const double by_hand = 0.5 * std::log(4.0 / 3) + 0.25 * std::log(2.0 / 3) + 0.25 * std::log(2.0);
  CHECK(run("mi-plugin", samples).value == doctest::Approx(by_hand).epsilon(1e-14));
  CHECK(run("mi-plugin", counts, {"--counts", "n"}).value == doctest::Approx(by_hand).epsilon(1e-14));
  CHECK(run("mi-plugin", counts, {"--counts", "n", "--x", "y", "--y", "x"}).value ==
        doctest::Approx(by_hand).epsilon(1e-14));
  CHECK(run("mi-plugin", samples, {"--x", "x", "--y", "x"}).value ==
        doctest::Approx(run("entropy-plugin", samples, {"--x", "x"}).value).epsilon(1e-14));
}

TEST_CASE("estimate: real columns, several of them, standardised on request") {
  test::Draws draws(1);
  std::vector<double> x, y, xs;
  draws.pairs(80, 1, 0.8, x, y);
  std::ostringstream csv;
  csv.precision(17);
  csv << "# made by hand\na,b,c\n";
  for (std::size_t i = 0; i < 80; ++i) {
    csv << x[i] << "," << 100 * y[i] << "," << y[i] * y[i] << "\n";
    xs.push_back(100 * y[i]);
  }
  CHECK(run("mi-ksg1", csv.str(), {"--x", "a", "--y", "b"}).value == mi_ksg1({x, 1}, {xs, 1}, 3).value);
  CHECK(run("mi-ksg1", csv.str(), {"--x", "a", "--y", "b", "--k", "5"}).value == mi_ksg1({x, 1}, {xs, 1}, 5).value);
  CHECK(run("entropy-kl", csv.str(), {"--x", "b"}).value == entropy_kl({xs, 1}, 3).value);
  CHECK(run("entropy-kl", csv.str(), {"--norm", "max"}).value != run("entropy-kl", csv.str()).value);
  const Result two = run("mi-ksg2", csv.str(), {"--x", "a", "--y", "b,c", "--standardise"});
  CHECK(two.value == doctest::Approx(run("mi-ksg2", csv.str(), {"--x", "a", "--standardise"}).value));
  CHECK(two.conventions[2] == std::pair<std::string, std::string>{"standardised", "yes"});
  CHECK(run("mi-gaussian", csv.str(), {"--x", "a", "--y", "b"}).value > 0.2);
}

TEST_CASE("estimate: the output, text and JSON") {
  Request request;
  request.estimator = "entropy-plugin";
  const Result result = run("entropy-plugin", "x\na\nb\na\na\n");
  CHECK(printed(request, result).starts_with("value      0.56233514461880"));
  CHECK(has(printed(request, result), "unit       nats\nestimator  entropy-plugin\nn          4\n"));
  request.json = true;
  const auto json = nlohmann::json::parse(printed(request, result));
  CHECK(json.at("value").get<double>() == result.value);
  CHECK(json.at("stderr").get<double>() == result.standard_error);
  CHECK(json.at("unit") == "nats");
  CHECK(json.at("estimator") == "entropy-plugin");
  CHECK(json.at("n") == 4);
  CHECK(json.at("conventions").at("x") == "x");
  CHECK(nlohmann::json::parse(printed(request, run("entropy-plugin", "x\na\n"))).at("stderr").is_null());
}

TEST_CASE("estimate: one line says what is wrong, where, and what is allowed") {
  const auto complains = [](const std::string& message, std::vector<std::string> parts) {
    CAPTURE(message);
    CHECK(!message.empty());
    CHECK(!has(message, "\n"));
    for (const auto& part : parts) CHECK(has(message, part));
  };
  const std::string reals = "a,b\n1,2\n2,3\n3,5\n";
  complains(complaint("entropy-plug", reals), {"no estimator \"entropy-plug\"", "entropy-plugin"});
  complains(complaint("mi-ksg1", reals, {"--x", "a", "--y", "z"}), {"s.csv: there is no column \"z\"", "a, b"});
  complains(complaint("mi-ksg1", "a,b\n1,2\n1.5,x\n", {"--k", "1"}), {"s.csv:3: b: \"x\"", "a finite number"});
  complains(complaint("mi-ksg1", "a,b\n1,2\n1.5,nan\n"), {"s.csv:3: b: \"nan\""});
  complains(complaint("mi-ksg1", "a,b\n1,2\ninf,4\n"), {"s.csv:3: a: \"inf\""});
  complains(complaint("mi-ksg1", "a,b\n1,2\n1e200,4\n"), {"s.csv:3: a: \"1e200\"", "1e150"});
  complains(complaint("mi-ksg1", "a,b\n1,2\n,4\n"), {"s.csv:3: a: \"\""});
  complains(complaint("mi-ksg1", "a,b\n1,2\n3\n"), {"s.csv:3: the row has 1 cells", "2"});
  complains(complaint("mi-ksg1", reals), {"mi-ksg1: k = 3 neighbours need at least 3 + 1 samples, there are 3"});
  complains(complaint("mi-ksg1", reals, {"--k", "0"}), {"--k: 0", "from 1"});
  complains(complaint("mi-ksg1", reals, {"--k", "2.5"}), {"--k: 2.5"});
  complains(complaint("mi-ksg1", "a,b,c\n1,2,3\n"), {"needs --x and --y", "a, b, c"});
  complains(complaint("mi-ksg1", reals, {"--x", "a", "--y", "a"}), {"\"a\" has two roles"});
  complains(complaint("mi-ksg1", reals, {"--x", "a,a", "--y", "b"}), {"--x", "names a column twice"});
  complains(complaint("mi-ksg1", reals, {"--x", "a,,b"}), {"names an empty column"});
  complains(complaint("mi-ksg1", reals, {"--counts", "a"}), {"mi-ksg1 does not use --counts", "--standardise"});
  complains(complaint("entropy-plugin", reals, {"--k", "3"}), {"does not use --k"});
  complains(complaint("entropy-plugin", reals, {"--y", "b"}), {"does not use --y"});
  complains(complaint("entropy-nsb", reals), {"needs --alphabet"});
  complains(complaint("entropy-nsb", letters, {"--counts", "n", "--alphabet", "1"}),
            {"s.csv: entropy-nsb", "2 letters seen"});
  complains(complaint("entropy-nsb", letters, {"--counts", "n", "--alphabet", "-4"}), {"--alphabet: -4"});
  complains(complaint("entropy-grassberger", letters, {"--variant", "1999"}), {"--variant: 1999", "2003, 1988"});
  complains(complaint("entropy-kl", reals, {"--norm", "l1"}), {"--norm: l1", "euclidean, max"});
  complains(complaint("entropy-plugin", letters, {"--counts", "letter"}), {"s.csv:2: letter: \"a\"", "a count"});
  complains(complaint("entropy-plugin", "n\n3\n-1\n", {"--counts", "n"}), {"s.csv:3: n: \"-1\""});
  complains(complaint("entropy-plugin", "n\n0\n", {"--counts", "n"}), {"there are no samples"});
  complains(complaint("entropy-plugin", "x\n"), {"there are no samples"});
  complains(complaint("entropy-kl", "x\n"), {"there are no samples"});
  complains(complaint("entropy-plugin", ""), {"s.csv", "header"});
  complains(complaint("entropy-plugin", "x,y\na,\n"), {"s.csv:2: y", "a label"});
  complains(complaint("mi-plugin", "x,y\na,b\na, NaN \n"), {"s.csv:3: y: \" NaN \"", "other than nan"});
  complains(complaint("entropy-plugin", letters, {"--format", "xml"}), {"--format: xml", "text, json"});
  complains(complaint("entropy-plugin", letters, {"--colour"}), {"--colour"});
  complains(complaint("entropy-plugin", letters, {"more.csv"}), {"more.csv"});
  complains(complaint("entropy-plugin", letters, {"--x", "n", "--x", "letter"}), {"--x"});
  complains(complaint("mi-ksg1", "a,b\n1,2\n1,2\n1,2\n1,2\n1,2\n"), {"sample", "coincides"});
  complains(complaint("mi-gaussian", "a,b\n1,2\n2,4\n3,6\n4,8\n5,10\n"), {"singular"});
}

TEST_CASE("estimate: exit status of the command") {
  const auto file = std::filesystem::temp_directory_path() / "calor-test-estimate.csv";
  std::ofstream(file) << "x\na\nb\n";
  CHECK(command({"entropy-plugin", file.string(), "--format", "json"}) == 0);
  CHECK(command({"--help"}) == 0);
  CHECK(command({"entropy-plugin", file.string(), "--x", "y"}) == 2);
  CHECK(command({"entropy-plugin", file.string() + ".missing"}) == 2);
  CHECK(command({"entropy-plugin", file.parent_path().string()}) == 2);
  CHECK(command({"entropy-plugin"}) == 2);
  CHECK(command({}) == 2);
  std::ofstream(file) << std::string("x\na\0b\n", 6);
  CHECK(command({"entropy-plugin", file.string()}) == 2);
  std::filesystem::remove(file);
}

TEST_CASE("estimate --expect: exact expectations on the command line's road") {
  const auto expect = [](const std::string& name, const std::string& n, const std::string& text,
                         std::vector<std::string> more = {}) {
    std::vector<std::string> words{"estimate", name, "p.csv", "--counts", "p", "--expect", n};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<const char*> argv;
    for (const auto& w : words) argv.push_back(w.c_str());
    std::string help;
    const auto request = parse_request(static_cast<int>(argv.size()), argv.data(), help);
    std::istringstream in(text);
    return estimate(*request, experiment::parse_csv(in, "p.csv"));
  };
  std::string equal = "p\n";
  for (int i = 0; i < 10; ++i) equal += "0.1\n";
  CHECK(std::abs(expect("entropy-plugin", "20", equal).value - 2.04275325020950) < 1e-13);
  CHECK(std::abs(expect("entropy-miller-madow", "20", equal).value - 2.23735908656186) < 1e-13);
  const auto mi = expect("mi-plugin", "1", "x,y,p\na,a,0.5\nb,b,0.25\nb,a,0.25\n", {"--x", "x", "--y", "y"});
  CHECK(std::abs(mi.value) < 1e-14);  // one sample shows no dependence
  CHECK_THROWS_AS(expect("entropy-plugin", "20", "p\n0.5\n0.4\n"), InputError);
  CHECK_THROWS_AS(expect("entropy-plugin", "20", "p\n1.5\n-0.5\n"), InputError);
  CHECK_THROWS_AS(expect("entropy-plugin", "0", equal), InputError);
  CHECK_THROWS_AS(expect("entropy-nsb", "2000", equal, {"--alphabet", "10"}), InputError);
  CHECK_THROWS_AS(expect("entropy-nsb", "20", equal), InputError);
}

}  // namespace calor::estimate_test
