#include "tools/command.hpp"

#include <cmath>

#include "version.hpp"

namespace calor::tools {

namespace {

constexpr std::size_t option_column = 26;

/// CLI11's headings in the manner of a man page.
const std::vector<std::pair<std::string, std::string>> headings{
    {"\nPositionals:\n", "\nARGUMENTS\n"}, {"\nOptions:\n", "\nOPTIONS\n"}, {"\nSubcommands:\n", "\nCOMMANDS\n"}};

class ManPage : public CLI::Formatter {
 public:
  explicit ManPage(Page page) : page_(std::move(page)) { column_width(option_column); }

  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode mode) const override {
    const CLI::App* parent = app->get_parent();
    const std::string name = parent == nullptr ? app->get_name() : parent->get_name() + " " + app->get_name();
    std::string out = "NAME\n  " + name + " - " + app->get_description() + "\n\nSYNOPSIS\n" + page_.synopsis;
    out += "\n\nDESCRIPTION\n" + page_.description + "\n";
    out += make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
    for (const auto& [from, to] : headings) {
      if (const auto at = out.find(from); at != std::string::npos) out.replace(at, from.size(), to);
    }
    return out + (page_.after.empty() ? "" : "\n" + page_.after + "\n");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 || option->get_type_name().empty() ? "" : " " + option->get_type_name();
  }

 private:
  Page page_;
};

}  // namespace

std::shared_ptr<CLI::Formatter> man_page(const Page& page) { return std::make_shared<ManPage>(page); }

CLI::Validator between(double low, double high) {
  const CLI::Validator number(  // nan lies in every range of CLI11
      [](const std::string& word) -> std::string {
        double value = 0;
        return CLI::detail::lexical_cast(word, value) && std::isnan(value) ? "not a number: " + word : "";
      },
      "");
  return (CLI::Range(low, high) & number).description("");
}

CLI::Validator whole_number() {
  return {[](const std::string& word) -> std::string {
            const bool digits = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
            return digits ? "" : "not a whole number >= 0: " + word;
          },
          ""};
}

CLI::App& add_command(CLI::App& calor, const std::string& name, const std::string& brief, const Page& page) {
  CLI::App* command = calor.add_subcommand(name, brief);
  command->formatter(man_page(page));
  command->set_help_flag("-h,--help", "print this page");
  command->set_version_flag("--version", std::string("calor ") + version(), "print the version");
  return *command;
}

}  // namespace calor::tools
