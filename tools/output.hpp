#pragma once
// Where results go: standard output, or a file that appears whole or not at all.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace calor::tools {

/// All of `text` to standard output. Throws InputError if it cannot be written (full disk, closed), ClosedPipe if
/// nobody reads any more.
void write_standard_output(const std::string& text);

/// The reader of our output has gone: a reason to stop, not worth a message.
struct ClosedPipe {};

/// The destination of --output. Checked when made, before the long computation: throws InputError where the file could
/// not be written. The file is replaced by `write` alone, through a temporary file beside it, flushed to disk and
/// renamed; until then, and on any failure, it stays as it is. Devices and pipes are written to directly.
class Output {
 public:
  /// Without `file`: standard output. `sources` are what the run reads, which must not be overwritten; `option` is what
  /// messages call the file by.
  Output(std::optional<std::string> file, const std::vector<std::filesystem::path>& sources,
         std::string option = "--output");

  void write(const std::string& text) const;

  /// The file, links followed; nothing for standard output.
  const std::optional<std::filesystem::path>& file() const { return file_; }

 private:
  std::optional<std::filesystem::path> file_;  // links followed
  std::string option_;
  bool special_ = false;  // a device or pipe
  unsigned mode_ = 0644;  // permission bits of the new file
};

}  // namespace calor::tools
