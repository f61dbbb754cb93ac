// calor help [COMMAND]

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"

namespace calor::tools {

namespace {

std::string page_of(const CLI::App& calor, const std::string& name) {
  if (name.empty()) return calor.help("", CLI::AppFormatMode::Normal);
  std::vector<std::string> names;
  for (const CLI::App* command : calor.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == name) return command->help("", CLI::AppFormatMode::Normal);
    names.push_back(command->get_name());
  }
  throw InputError("help: no command \"" + experiment::printable(name) + "\"; " +
                   experiment::allowed_names(name, names));
}

}  // namespace

void add_help(CLI::App& calor, Action& chosen) {
  auto name = std::make_shared<std::string>();
  auto& command = add_command(calor, "help", "print the page of a command",
                              {"  calor help [COMMAND]", "  The same as calor COMMAND --help.", ""});
  command.add_option("COMMAND", *name, "the command")->type_name("");
  command.callback([&calor, &chosen, name] {
    chosen = [&calor, name] {
      if (*name == "estimate") return estimate({"--help"});
      write_standard_output(page_of(calor, *name));
      return 0;
    };
  });
}

}  // namespace calor::tools
