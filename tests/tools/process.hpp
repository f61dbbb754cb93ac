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

std::string read(const std::string& file);
void write(const std::string& file, const std::string& text);

/// A coin that runs in milliseconds.
std::string small_coin();

}  // namespace calor::tools::test
