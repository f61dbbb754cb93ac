// calor: parses the command line, runs one command, turns errors into one line and an exit status.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"
#include "version.hpp"

namespace calor::tools {

namespace {

enum Status { ok = 0, wrong_use = 2, internal_error = 3 };

const Page calor_page{
    "  calor COMMAND [ARGUMENTS]",
    R"(  Exact thermodynamics of learning: evolves the full probability density of the parameters of a parametric
  probabilistic model while it learns, for every training set that chance can draw, and gives every information,
  heat, work and entropy production of the theory as a number with an error.)",
    R"(EXAMPLES
  calor run validation/experiments/coin.toml
  calor models
  calor explain m_info
  calor help run

EXIT STATUS
  0  success
  2  wrong use: one line on standard error says what and where
  3  an internal error: please report it

THEORY
  S. S. Parsi, Stochastic Thermodynamics of Learning Parametric Probabilistic Models, Entropy 26(2), 112 (2024))"};

/// Descriptors 0 to 2 exist, so that no file of ours takes their place; writing to a standard output that was closed
/// fails.
void hold_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) < 0) std::abort();
  }
}

std::vector<std::string> commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// What to say to arguments that nothing expects.
std::string unexpected(CLI::App& app) {
  const auto chosen = app.get_subcommands();
  CLI::App& at = chosen.empty() ? app : *chosen.front();
  const std::vector<std::string> left = at.remaining();
  const std::string word = left.empty() ? "" : left.front().substr(0, left.front().find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : at.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string where = chosen.empty() ? "" : at.get_name() + ": ";
  if (!word.starts_with("-"))
    return where + "an argument too many: \"" + experiment::printable(word) + "\"; see calor help " + at.get_name();
  return where + "no option " + experiment::printable(word) + "; " + experiment::allowed_names(word, names);
}

void parse(CLI::App& app, int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-') {
    const auto names = commands(app);
    if (std::find(names.begin(), names.end(), argv[1]) == names.end()) {
      throw InputError("no command \"" + experiment::printable(argv[1]) + "\"; " +
                       experiment::allowed_names(argv[1], names));
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    throw InputError(unexpected(app));
  }
}

int dispatch(int argc, char** argv) {
  CLI::App app{"exact thermodynamics of learning", "calor"};
  Action chosen = [&app] {
    write_standard_output(app.help());
    return ok;
  };
  app.formatter(man_page(calor_page));
  app.set_help_flag("-h,--help", "print this page");
  app.set_version_flag("--version", std::string("calor ") + version(), "print the version");
  app.require_subcommand(0, 1);
  add_run(app, chosen);
  add_tables(app, chosen);
  add_models(app, chosen);
  add_explain(app, chosen);
  add_estimate(app, chosen);
  add_sample(app, chosen);
  add_check(app, chosen);
  add_validate(app, chosen);
  add_score(app, chosen);
  add_help(app, chosen);
  try {
    parse(app, argc, argv);
  } catch (const CLI::ParseError& e) {
    std::ostringstream out, err;
    if (app.exit(e, out, err) != 0) throw InputError(e.what());
    write_standard_output(out.str());
    return ok;
  }
  return chosen();
}

int complain(const std::string& message, Status status) {
  std::fprintf(stderr, "calor: %s\n", experiment::printable(message, 4000).c_str());
  return status;
}

int guarded(int argc, char** argv) {
  try {
    return dispatch(argc, argv);
  } catch (const ClosedPipe&) {
    return wrong_use;
  } catch (const InputError& e) {
    return complain(e.what(), wrong_use);
  } catch (const InternalError& e) {
    return complain(std::string("internal error: ") + e.what(), internal_error);
  } catch (const std::bad_alloc&) {
    return complain("not enough memory", internal_error);
  } catch (const std::exception& e) {
    return complain(std::string("internal error: ") + e.what(), internal_error);
  }
}

}  // namespace

}  // namespace calor::tools

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  calor::tools::hold_standard_descriptors();
  return calor::tools::guarded(argc, argv);
}
