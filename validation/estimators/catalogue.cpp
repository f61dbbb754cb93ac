#include "validation/estimators/catalogue.hpp"

#include <algorithm>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "validation/estimators/columns.hpp"
#include "validation/estimators/entropy_grassberger.hpp"
#include "validation/estimators/entropy_kl.hpp"
#include "validation/estimators/entropy_miller_madow.hpp"
#include "validation/estimators/entropy_nsb.hpp"
#include "validation/estimators/entropy_plugin.hpp"
#include "validation/estimators/expectation.hpp"
#include "validation/estimators/mi_gaussian.hpp"
#include "validation/estimators/mi_ksg1.hpp"
#include "validation/estimators/mi_ksg2.hpp"
#include "validation/estimators/mi_plugin.hpp"

namespace calor::estimators {

namespace {

constexpr int default_k = 3;

struct Entry {
  std::string name;
  std::vector<std::string> options;  // beside --x and --format
  Result (*run)(const Request&, const Samples&);
};

Result run_grassberger(const Request& r, const Samples& s) {
  return entropy_grassberger(s.letters(), r.variant == "1988" ? Grassberger::v1988 : Grassberger::v2003);
}

Result run_nsb(const Request& r, const Samples& s) {
  return entropy_nsb(s.letters(), static_cast<double>(r.alphabet.value()));
}

Result run_kl(const Request& r, const Samples& s) {
  return entropy_kl(s.x_points(), r.k.value_or(default_k), r.norm == "max" ? Norm::max : Norm::euclidean);
}

Result run_ksg1(const Request& r, const Samples& s) {
  return mi_ksg1(s.x_points(), s.y_points(), r.k.value_or(default_k));
}

Result run_ksg2(const Request& r, const Samples& s) {
  return mi_ksg2(s.x_points(), s.y_points(), r.k.value_or(default_k));
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all{
      {"entropy-plugin", {"--counts"}, [](const Request&, const Samples& s) { return entropy_plugin(s.letters()); }},
      {"entropy-miller-madow",
       {"--counts"},
       [](const Request&, const Samples& s) { return entropy_miller_madow(s.letters()); }},
      {"entropy-grassberger", {"--counts", "--variant"}, run_grassberger},
      {"entropy-nsb", {"--counts", "--alphabet"}, run_nsb},
      {"entropy-kl", {"--k", "--norm", "--standardise"}, run_kl},
      {"mi-plugin", {"--y", "--counts"}, [](const Request&, const Samples& s) { return mi_plugin(s.cells()); }},
      {"mi-ksg1", {"--y", "--k", "--standardise"}, run_ksg1},
      {"mi-ksg2", {"--y", "--k", "--standardise"}, run_ksg2},
      {"mi-gaussian",
       {"--y"},
       [](const Request&, const Samples& s) { return mi_gaussian(s.x_points(), s.y_points()); }},
  };
  return all;
}

const Entry& entry(const std::string& name) {
  for (const Entry& e : entries()) {
    if (e.name == name) return e;
  }
  throw InputError("no estimator \"" + experiment::printable(name) + "\"; " +
                   experiment::allowed_names(name, estimator_names()));
}

void check_choice(const std::optional<std::string>& value, const char* option,
                  const std::vector<std::string>& allowed) {
  if (!value || std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return;
  throw InputError(std::string(option) + ": " + experiment::printable(*value) +
                   "; allowed: " + experiment::join(allowed));
}

}  // namespace

std::vector<std::string> estimator_names() {
  std::vector<std::string> names;
  for (const Entry& e : entries()) names.push_back(e.name);
  return names;
}

void check_options(const Request& r) {
  const Entry& e = entry(r.estimator);
  const std::vector<std::pair<std::string, bool>> given{{"--y", !r.y.empty()},
                                                        {"--counts", r.counts.has_value()},
                                                        {"--k", r.k.has_value()},
                                                        {"--alphabet", r.alphabet.has_value()},
                                                        {"--variant", r.variant.has_value()},
                                                        {"--norm", r.norm.has_value()},
                                                        {"--standardise", r.standardise}};
  for (const auto& [option, is_given] : given) {
    if (!is_given || std::find(e.options.begin(), e.options.end(), option) != e.options.end()) continue;
    throw InputError(e.name + " does not use " + option + "; allowed: --x, " + experiment::join(e.options) +
                     ", --format");
  }
  if (e.name == "entropy-nsb" && !r.alphabet) {
    throw InputError("entropy-nsb needs --alphabet K, the number of letters, those not seen included");
  }
  check_choice(r.variant, "--variant", {"2003", "1988"});
  check_choice(r.norm, "--norm", {"euclidean", "max"});
}

Result estimate(const Request& request, const experiment::Csv& csv) {
  const Samples samples(request, csv);
  try {
    Result result = request.expect ? expectation(request, samples) : entry(request.estimator).run(request, samples);
    const Conventions of_samples = samples.conventions();
    result.conventions.insert(result.conventions.begin(), of_samples.begin(), of_samples.end());
    return result;
  } catch (const InputError& e) {
    throw InputError(csv.name + ": " + request.estimator + ": " + e.what());
  }
}

}  // namespace calor::estimators
