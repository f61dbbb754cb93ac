#include "tools/command.hpp"

#include <charconv>
#include <cstdint>
#include <sstream>

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
  return {[low, high](const std::string& word) -> std::string {
            double value = 0;
            const bool good = CLI::detail::lexical_cast(word, value) && value >= low && value <= high;  // not of nan
            std::ostringstream allowed;
            allowed << word << "; allowed: " << low << " to " << high;
            return good ? "" : allowed.str();
          },
          ""};
}

CLI::Validator whole_number() {
  return {[](const std::string& word) -> std::string {
            std::uint64_t value = 0;
            const char* end = word.data() + word.size();
            const auto [stop, code] = std::from_chars(word.data(), end, value);
            const bool whole = code == std::errc() && stop == end && !word.empty() && word.front() != '-';
            return whole ? "" : "not a whole number from 0 to 2^64 - 1: " + word;
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
