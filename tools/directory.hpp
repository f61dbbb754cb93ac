#pragma once
// A directory of results: it appears whole or not at all.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace calor::tools {

/// Where several files of one result go. Checked when made, before the long computation: throws InputError where the
/// directory could not be written, and where one of that name exists that is neither empty nor ours (ours: nothing in
/// it but files of `names`, `mark` among them, a regular file that begins with `beginning`, and the folders of a sweep,
/// KEY=VALUE,..., which are themselves ours).
class OutputDirectory {
 public:
  OutputDirectory(const std::string& directory, std::vector<std::string> names, const std::string& mark,
                  const std::string& beginning);

  /// Writes the files (name or folder/name, bytes) into a new directory beside the final one, then renames; an old one
  /// of ours is replaced and removed. On any failure the old one stays.
  void write(const std::vector<std::pair<std::string, const std::string*>>& files) const;

 private:
  std::filesystem::path directory_;
  std::vector<std::string> names_;
};

/// A directory of its own, gone at the end of its life.
class TemporaryDirectory {
 public:
  /// Beside `place` ("" for the system's temporary directory). Throws InputError.
  explicit TemporaryDirectory(const std::filesystem::path& place = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// While one lives, no other program has one on the same directory ("": the current one): for files that are read,
/// changed and written. Waits. Where a file system knows no locks there is none.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int descriptor_;
};

/// A new file with these bytes; `durable`: flushed to disk. Throws InputError.
void write_new_file(const std::filesystem::path& file, const std::string& bytes, bool durable = true);

}  // namespace calor::tools
