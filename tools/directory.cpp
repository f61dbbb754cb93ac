#include "tools/directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/signals.hpp"

namespace calor::tools {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_directory(const fs::path& place, const std::string& why) {
  throw InputError("--output: " + experiment::printable(place.string(), 400) + " cannot be written: " + why +
                   "; allowed: a new or empty directory, or one that this command wrote");
}

std::string beginning_of(const fs::path& file, std::size_t size) {
  std::string text(size, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// What is ours, see OutputDirectory; `swept` if it may have folders.
bool is_ours(const fs::path& directory, const std::vector<std::string>& names, const std::string& mark,
             const std::string& beginning, bool swept) {
  bool marked = false;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_symlink()) return false;
    if (entry.is_directory()) {
      if (!swept || name.find('=') == std::string::npos || !is_ours(entry.path(), names, mark, beginning, false))
        return false;
      continue;
    }
    if (!entry.is_regular_file() || std::find(names.begin(), names.end(), name) == names.end()) return false;
    marked = marked || (name == mark && beginning_of(entry.path(), beginning.size()) == beginning);
  }
  return marked;
}

fs::path parent_of(const fs::path& directory) {
  return directory.has_parent_path() ? directory.parent_path() : fs::path(".");
}

}  // namespace

void write_new_file(const fs::path& file, const std::string& bytes, bool durable) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) refuse_directory(file, std::strerror(errno));
  int error = 0;
  for (std::size_t done = 0; error == 0 && done < bytes.size();) {
    const ssize_t n = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno != EINTR) error = errno;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  if (error == 0 && durable && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error != 0) refuse_directory(file, std::strerror(error));
}

DirectoryLock::DirectoryLock(const fs::path& directory)
    : descriptor_(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TemporaryDirectory::TemporaryDirectory(const fs::path& place) {
  std::error_code unusable;
  const fs::path parent = place.empty() ? fs::temp_directory_path(unusable) : parent_of(place);
  if (unusable) throw InputError("TMPDIR: " + unusable.message() + "; allowed: a directory");
  std::string name = (parent / ".calor-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) {
    path_ = name;
    return;
  }
  if (!place.empty()) refuse_directory(place, std::strerror(errno));
  throw InputError("TMPDIR: " + experiment::printable(parent.string(), 400) +
                   " cannot be written: " + std::strerror(errno) + "; allowed: a writable directory");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

OutputDirectory::OutputDirectory(const std::string& directory, std::vector<std::string> names, const std::string& mark,
                                 const std::string& beginning)
    : names_(std::move(names)) {
  if (directory.empty()) refuse_directory(directory, "the name is empty");
  directory_ = fs::path(directory).lexically_normal();
  if (directory_.filename().empty()) directory_ = directory_.parent_path();
  if (directory_.filename() == "." || directory_.filename() == "..")
    refuse_directory(directory, "it has no name of its own");
  std::error_code code;
  const auto status = fs::symlink_status(directory_, code);
  if (status.type() == fs::file_type::directory) {
    try {
      if (!fs::is_empty(directory_) && !is_ours(directory_, names_, mark, beginning, true))
        refuse_directory(directory, "it exists and holds other things");
    } catch (const fs::filesystem_error& e) {
      refuse_directory(directory, e.code().message());
    }
  } else if (status.type() != fs::file_type::not_found) {
    refuse_directory(directory, status.type() == fs::file_type::none ? code.message() : "it is no directory");
  }
  const HeldSignals held;
  const TemporaryDirectory probe(directory_);
}

void OutputDirectory::write(const std::vector<std::pair<std::string, const std::string*>>& files) const {
  const HeldSignals held;
  const TemporaryDirectory fresh(directory_), old(directory_);
  const fs::path made = fresh.path() / "new", kept = old.path() / "old";
  const auto fail = [&] { refuse_directory(directory_, std::strerror(errno)); };
  if (::mkdir(made.c_str(), 0777) != 0) fail();
  for (const auto& [name, bytes] : files) {
    std::error_code code;
    if (!fs::create_directories((made / name).parent_path(), code) && code)
      refuse_directory(directory_, code.message());
    write_new_file(made / name, *bytes);
  }
  const bool replaced = ::rename(directory_.c_str(), kept.c_str()) == 0;
  if (!replaced && errno != ENOENT) fail();
  if (::rename(made.c_str(), directory_.c_str()) != 0) {
    const int error = errno;
    if (replaced) ::rename(kept.c_str(), directory_.c_str());
    errno = error;
    fail();
  }
}

}  // namespace calor::tools
