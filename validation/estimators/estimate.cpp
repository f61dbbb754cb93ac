#include "validation/estimators/estimate.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "experiment/csv.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "validation/estimators/catalogue.hpp"

namespace calor::estimators {

namespace {

std::string json(const Request& request, const Result& result) {
  nlohmann::ordered_json conventions = nlohmann::ordered_json::object();
  for (const auto& [name, choice] : result.conventions) conventions[name] = choice;
  const nlohmann::ordered_json object{
      {"value", result.value},          {"stderr", result.standard_error}, {"unit", "nats"},
      {"estimator", request.estimator}, {"conventions", conventions},      {"n", result.samples}};
  return object.dump(2) + "\n";
}

std::string text(const Request& request, const Result& result) {
  const auto number = [](double v) { return std::isnan(v) ? std::string("unknown") : fmt::format("{}", v); };
  std::string out =
      fmt::format("value      {}\nstderr     {}\nunit       nats\nestimator  {}\nn          {}\nconventions\n",
                  number(result.value), number(result.standard_error), request.estimator, result.samples);
  for (const auto& [name, choice] : result.conventions) {
    out += fmt::format("  {}: {}\n", name, experiment::printable(choice, 4000));
  }
  return out;
}

void write(const std::string& out) {
  if (std::fwrite(out.data(), 1, out.size(), stdout) == out.size() && std::fflush(stdout) == 0) return;
  throw InputError(std::string("standard output cannot be written: ") + std::strerror(errno));
}

void run(int argc, const char* const* argv) {
  std::string help;
  const auto request = parse_request(argc, argv, help);
  if (!request) return write(help);
  write(printed(*request, estimate(*request, experiment::read_csv(request->file))));
}

}  // namespace

std::string printed(const Request& request, const Result& result) {
  return request.json ? json(request, result) : text(request, result);
}

int estimate_main(int argc, char** argv) {
  try {
    run(argc, argv);
    return 0;
  } catch (const InputError& e) {
    std::fprintf(stderr, "calor: estimate: %s\n", experiment::printable(e.what(), 4000).c_str());
    return 2;
  }
}

}  // namespace calor::estimators
