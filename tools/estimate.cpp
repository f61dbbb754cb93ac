// calor estimate ...: the page in the list of commands; main hands the arguments on as they are.

#include "num/errors.hpp"
#include "tools/command.hpp"

#ifdef CALOR_HAS_ESTIMATORS
#include "validation/estimators/estimate.hpp"
#endif

namespace calor::tools {

#ifdef CALOR_HAS_ESTIMATORS
int estimate(std::vector<std::string> words) {
  words.insert(words.begin(), "estimate");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return estimators::estimate_main(static_cast<int>(words.size()), argv.data());
}

void add_estimate(CLI::App& calor, Action& chosen) {
  CLI::App* command = calor.add_subcommand("estimate", "estimate an entropy or an information from samples");
  command->prefix_command();
  command->set_help_flag();
  command->callback([&chosen, command] { chosen = [command] { return estimate(command->remaining()); }; });
}
#else
int estimate(std::vector<std::string>) { throw InputError("estimate: this program was built without estimators"); }

void add_estimate(CLI::App&, Action&) {}
#endif

}  // namespace calor::tools
