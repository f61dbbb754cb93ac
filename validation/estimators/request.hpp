#pragma once
// The command line of `calor estimate`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace calor::estimators {

struct Request {
  std::string estimator, file;
  std::vector<std::string> x, y;      // columns; empty: not given
  std::optional<std::string> counts;  // column
  std::optional<int> k;
  std::optional<std::uint64_t> alphabet;
  std::optional<std::string> variant, norm;
  std::optional<std::size_t> expect;  // samples: the exact expectation from probabilities instead of an estimate
  bool standardise = false;
  bool json = false;
};

/// What argv asks for; nothing if that is the help page, which goes to `help`. Throws InputError, one line, for
/// anything that is not understood.
std::optional<Request> parse_request(int argc, const char* const* argv, std::string& help);

}  // namespace calor::estimators
