#pragma once
// Runs the program as a user does, and keeps what it said.

#include <filesystem>
#include <string>
#include <vector>

namespace calor::tools::test {

struct Outcome {
  int status = -1;  // exit status; 128 + signal if killed
  std::string out, err;
};

/// calor with these arguments. `redirections` are shell words put behind ("</dev/null", ">&-").
Outcome run_program(const std::vector<std::string>& arguments, const std::string& redirections = "");

/// A directory of its own, gone at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// The full name of a file in it.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

  /// Names in it, hidden ones too, sorted.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

/// Status 2, nothing on standard output, one line on standard error that contains `part`.
void check_refused(const Outcome& outcome, const std::string& part);
void check_refused(const std::vector<std::string>& arguments, const std::string& part);

bool contains(const std::string& text, const std::string& part);

std::string read(const std::string& file);
void write(const std::string& file, const std::string& text);

/// A coin that runs in milliseconds.
std::string small_coin();

/// The same with two sizes of data: a sweep.
std::string small_sweep();

/// A folder that holds coin.toml, the small coin.
struct Coin {
  Coin();
  Folder folder;
  std::string toml = folder / "coin.toml";
};

}  // namespace calor::tools::test
