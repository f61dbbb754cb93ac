// calor tables [NAME...]

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <thread>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "reference/reference.hpp"
#include "tools/command.hpp"
#include "tools/output.hpp"
#include "tools/progress.hpp"

namespace calor::tools {

namespace {

namespace fs = std::filesystem;

const Page tables_page{
    "  calor tables [NAME...] [OPTIONS]",
    R"(  Makes the reference tables: one for each experiment NAME.toml of the directory of experiments (all without a NAME),
  as NAME.json, NAME.csv and NAME.tex, and index.md. Each is computed by two routes where there are two; a table whose
  routes disagree is not written.

  Finished tables are kept if the command is stopped. A table whose experiment (by SHA-256) and version of Calor are those
  of the file that is there is not computed again, unless --force is given.

  An experiment may have two keys of its own for this, above its sections: grade = "lower", "average" or "higher", the
  difficulty, and note = "...", a sentence for the index.)",
    R"(EXAMPLES
  calor tables
  calor tables coin one_bit --output /tmp/tables

EXIT STATUS
  0  all tables are there
  2  some could not be made; the others were written
  3  an internal error)"};

struct TablesRequest {
  std::vector<std::string> names;
  std::string experiments = "validation/experiments";
  std::string output = "validation/tables";
  bool force = false;
  int threads = 0;
};

std::vector<std::string> all_names(const fs::path& directory) {
  std::error_code code;
  std::vector<std::string> names;
  for (fs::directory_iterator at(directory, code), end; !code && at != end; at.increment(code))
    if (at->path().extension() == ".toml") names.push_back(at->path().stem().string());
  if (code)
    throw InputError("--experiments: " + experiment::printable(directory.string(), 400) +
                     " cannot be read: " + code.message() + "; allowed: a directory of experiments");
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> chosen_names(const TablesRequest& request) {
  const auto all = all_names(request.experiments);
  for (const auto& name : request.names)
    if (std::find(all.begin(), all.end(), name) == all.end())
      throw InputError("tables: no experiment \"" + experiment::printable(name) + "\" in " +
                       experiment::printable(request.experiments, 400) + "; " + experiment::allowed_names(name, all));
  return request.names.empty() ? all : request.names;
}

/// The directory of tables while they are made. Its functions may be called from any thread.
class Tables {
 public:
  Tables(const TablesRequest& request, std::vector<std::string> names) : request_(request), names_(std::move(names)) {
    std::error_code code;
    fs::create_directories(request.output, code);
    if (code)
      throw InputError("--output: " + experiment::printable(request.output, 400) +
                       " cannot be made: " + code.message() + "; allowed: a directory");
  }

  int make_all() {
    const int cores =
        request_.threads > 0 ? request_.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const int tasks = static_cast<int>(names_.size()), each = std::max(1, cores / std::max(1, tasks));
    num::parallel_for(tasks, cores, [&](int i) { make(names_[static_cast<std::size_t>(i)], each); });
    write_index();
    if (internal_) throw InternalError("tables: " + experiment::join(failed_) + " failed");
    if (!failed_.empty()) throw InputError("tables: " + experiment::join(failed_) + " could not be made");
    return 0;
  }

 private:
  fs::path file(const std::string& name, const char* extension) const {
    return fs::path(request_.output) / (name + extension);
  }

  bool kept(const std::string& name, const reference::Reference& identity) const {
    for (const char* extension : {".json", ".csv", ".tex"})
      if (!fs::exists(file(name, extension))) return false;
    try {
      return reference::up_to_date(reference::entry_of(experiment::read_text(file(name, ".json"), 64'000'000)),
                                   identity);
    } catch (const InputError&) {
      return false;  // a file that is no table is made anew
    }
  }

  void make(const std::string& name, int threads) {
    const fs::path source = fs::path(request_.experiments) / (name + ".toml");
    try {
      const bool old = !request_.force && kept(name, reference::identify(source));
      if (!old) {
        const auto made = reference::make(source, threads, [&](const run::Progress& at) { show(name, at); });
        Output(file(name, ".csv").string(), {source}).write(reference::csv_of(made));
        Output(file(name, ".tex").string(), {source}).write(reference::latex_of(made));
        Output(file(name, ".json").string(), {source})
            .write(reference::json_of(made));  // last: it says that all is there
      }
      finish(name, old ? "kept" : "written");
    } catch (const InternalError& e) {
      fail(name, e.what(), true);
    } catch (const InputError& e) {
      fail(name, e.what(), false);
    }
  }

  void show(const std::string& name, const run::Progress& at) {
    const std::lock_guard lock(guard_);
    line_.show(std::to_string(done_) + " of " + std::to_string(names_.size()) + " tables; " + name + ": " + at.stage,
               static_cast<double>(done_) / static_cast<double>(names_.size()));
  }

  void finish(const std::string& name, const std::string& what) {
    const std::lock_guard lock(guard_);
    ++done_;
    line_.clear();
    write_standard_output(name + ": " + what + "\n");
  }

  void fail(const std::string& name, const std::string& why, bool internal) {
    const std::lock_guard lock(guard_);
    ++done_;
    line_.clear();
    internal_ = internal_ || internal;
    failed_.push_back(name);
    std::fprintf(stderr, "calor: %s: %s\n", name.c_str(), experiment::printable(why, 4000).c_str());
  }

  /// Of all tables in the directory, those of this command and older ones.
  void write_index() const {
    std::vector<reference::Entry> entries;
    for (const auto& at : fs::directory_iterator(request_.output))
      if (at.path().extension() == ".json") {
        try {
          entries.push_back(reference::entry_of(experiment::read_text(at.path(), 64'000'000)));
        } catch (const InputError&) {  // some other file
        }
      }
    Output((fs::path(request_.output) / "index.md").string(), {}).write(reference::index_of(std::move(entries)));
  }

  const TablesRequest& request_;
  std::vector<std::string> names_, failed_;
  std::mutex guard_;
  ProgressLine line_;
  std::size_t done_ = 0;
  bool internal_ = false;
};

}  // namespace

void add_tables(CLI::App& calor, Action& chosen) {
  auto request = std::make_shared<TablesRequest>();
  CLI::App& command = add_command(calor, "tables", "make the reference tables", tables_page);
  command.add_option("NAME", request->names, "experiments by name, without .toml (default: all)")->type_name("");
  command.add_option("-o,--output", request->output, "directory of the tables (default: validation/tables)")
      ->type_name("DIR");
  command
      .add_option("-e,--experiments", request->experiments,
                  "directory of the experiments (default: validation/experiments)")
      ->type_name("DIR");
  command.add_flag("--force", request->force, "compute also what is there already");
  command.add_option("-j,--threads", request->threads, "threads (default: all cores); results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 1024).description(""));
  command.callback(
      [&chosen, request] { chosen = [request] { return Tables(*request, chosen_names(*request)).make_all(); }; });
}

}  // namespace calor::tools
