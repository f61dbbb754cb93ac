#include "validation/estimators/request.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <set>
#include <sstream>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "validation/estimators/catalogue.hpp"

namespace calor::estimators {

namespace {

using experiment::printable;

constexpr const char* after = R"(
ESTIMATORS
  entropy-plugin, entropy-miller-madow, entropy-grassberger [--variant 2003|1988], entropy-nsb --alphabet K
      discrete columns --x (any labels; several columns make one letter), or --counts COLUMN: one row a letter
  entropy-kl [--k 3] [--norm euclidean|max]
      real columns --x, together one point
  mi-plugin
      discrete columns --x and --y; with --counts COLUMN each row stands for that many samples
  mi-ksg1, mi-ksg2 [--k 3], mi-gaussian
      real columns --x and --y

Without --x an entropy takes all columns; a mutual information takes the two columns there are, or the rest.
Values are in nats. The file is CSV with a header line; lines that begin with # are comments.

With --expect N, --counts names a column of probabilities (they add up to 1), and the value is the exact expectation of the
estimator for N independent samples, its standard deviation in place of the standard error: entropy-plugin,
entropy-miller-madow, entropy-grassberger, entropy-nsb (few letters), mi-plugin.

EXAMPLES
  calor estimate entropy-nsb letters.csv --counts count --alphabet 26
  calor estimate entropy-miller-madow letters.csv --counts probability --expect 20
  calor estimate mi-ksg1 samples.csv --x theta --y mean_1,mean_2 --k 3 --format json

EXIT STATUS
  0  the value was printed
  2  the file or the command line cannot be used: one line on standard error says what and where

SEE ALSO
  calor validate, calor sample)";

std::vector<std::string> columns(const std::string& list, const char* option) {
  std::vector<std::string> names;
  std::istringstream in(list + ",");
  for (std::string name; std::getline(in, name, ',');) {
    if (name.empty())
      throw InputError(std::string(option) + ": \"" + printable(list) + "\" names an empty column; allowed: A,B,…");
    names.push_back(name);
  }
  if (std::set<std::string>(names.begin(), names.end()).size() < names.size()) {
    throw InputError(std::string(option) + ": \"" + printable(list) + "\" names a column twice; allowed: each once");
  }
  return names;
}

template <class Integer>
Integer whole(const std::string& text, const char* option, Integer least, Integer most) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc() && stop == end && value >= least && value <= most) return value;
  throw InputError(std::string(option) + ": " + printable(text) + "; allowed: a whole number from " +
                   std::to_string(least) + " to " + std::to_string(most));
}

/// Options as text; what was not given stays empty.
struct Words {
  std::string x, y, counts, k, alphabet, variant, norm, expect, format = "text";
};

struct CommandLine {
  CLI::App app{"estimate an entropy or a mutual information from samples", "calor estimate"};
  Request request;
  Words words;

  CommandLine() {
    app.set_help_flag("-h,--help", "print this page");
    app.footer(after);
    app.add_option("NAME", request.estimator, "the estimator")->required();
    app.add_option("FILE", request.file, "CSV file of the samples")->required();
    app.add_option("--x", words.x, "columns of x, separated by commas");
    app.add_option("--y", words.y, "columns of y, separated by commas");
    app.add_option("--counts", words.counts, "column of counts: a row stands for that many samples");
    app.add_option("--k", words.k, "number of neighbours (default 3)");
    app.add_option("--alphabet", words.alphabet, "number of letters, those not seen included");
    app.add_option("--variant", words.variant, "of entropy-grassberger: 2003 (default) or 1988");
    app.add_option("--norm", words.norm, "of entropy-kl: euclidean (default) or max");
    app.add_flag("--standardise", request.standardise, "divide real columns by their standard deviations first");
    app.add_option("--expect", words.expect,
                   "instead of an estimate: what the estimator gives on average for this many samples; --counts holds\n"
                   "probabilities then");
    app.add_option("--format", words.format, "text (default) or json");
  }

  bool given(const char* option) const { return app.count(option) > 0; }
};

void interpret(CommandLine& line) {
  Request& r = line.request;
  const Words& w = line.words;
  if (line.given("--x")) r.x = columns(w.x, "--x");
  if (line.given("--y")) r.y = columns(w.y, "--y");
  if (line.given("--counts")) r.counts = columns(w.counts, "--counts").front();
  if (line.given("--k")) r.k = whole<int>(w.k, "--k", 1, 1'000'000);
  if (line.given("--alphabet"))
    r.alphabet = whole<std::uint64_t>(w.alphabet, "--alphabet", 1, 1'000'000'000'000'000'000);
  if (line.given("--variant")) r.variant = w.variant;
  if (line.given("--norm")) r.norm = w.norm;
  if (line.given("--expect")) r.expect = whole<std::size_t>(w.expect, "--expect", 1, 20000);
  if (w.format != "text" && w.format != "json") {
    throw InputError("--format: " + printable(w.format) + "; allowed: text, json");
  }
  r.json = w.format == "json";
}

}  // namespace

std::optional<Request> parse_request(int argc, const char* const* argv, std::string& help) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    help = line.app.help() + "\n";
    return std::nullopt;
  } catch (const CLI::RequiredError& e) {
    throw InputError(std::string(e.what()) + "; allowed: calor estimate NAME FILE, with NAME one of " +
                     experiment::join(estimator_names()));
  } catch (const CLI::ParseError& e) {
    throw InputError(printable(e.what(), 400) + "; see calor estimate --help");
  }
  interpret(line);
  check_options(line.request);
  return line.request;
}

}  // namespace calor::estimators
