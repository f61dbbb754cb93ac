#include "process.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "place.hpp"

namespace calor::tools::test {

namespace {

std::string shell_word(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace

Outcome run_program(const std::vector<std::string>& arguments, const std::string& redirections) {
  const Folder folder;
  std::string line = shell_word(calor::test::program());
  for (const auto& argument : arguments) line += " " + shell_word(argument);
  line = "{ " + line + " " + redirections + "; } >" + shell_word(folder / "out") + " 2>" + shell_word(folder / "err") +
         " </dev/null";
  const int status = std::system(line.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read(folder / "out"), read(folder / "err")};
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "calor-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

void check_refused(const Outcome& outcome, const std::string& part) {
  CAPTURE(outcome.err);
  CAPTURE(part);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("calor: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(contains(outcome.err, part));
}

void check_refused(const std::vector<std::string>& arguments, const std::string& part) {
  check_refused(run_program(arguments), part);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Coin::Coin() { write(toml, small_coin()); }

std::string read(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void write(const std::string& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string small_coin() {
  return "title = \"coin\"\n[model]\nkind = \"bernoulli\"\n[data]\nsize = 2\ntarget = [0.3, 0.7]\n[learner]\nkind = "
         "\"langevin\"\n"
         "mobility = 1.0\ntemperature = 0.5\nweight_decay = 0.5\ninitial = { mean = [0.0], stddev = [0.5] "
         "}\n[time]\npoints = [0, 1]\n"
         "[accuracy]\ndigits = 6\n";
}

std::string small_sweep() {
  std::string text = small_coin();
  return text.replace(text.find("size = 2"), 8, "size = [1, 2]");
}

}  // namespace calor::tools::test
