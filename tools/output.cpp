#include "tools/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/signals.hpp"

namespace calor::tools {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& option, const fs::path& file, const std::string& why) {
  throw InputError(option + ": " + experiment::printable(file.string(), 400) + " cannot be written: " + why +
                   "; allowed: a file in a writable directory");
}

/// 0, or the errno of the failure.
int write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(descriptor, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return 0;
}

/// A file beside the final one, gone at the end of its life unless it took the final one's place.
class Temporary {
 public:
  Temporary(const std::string& option, const fs::path& file)
      : option_(option), file_(file), name_((file.parent_path() / ".calor-XXXXXX").string()) {
    descriptor_ = ::mkstemp(name_.data());
    if (descriptor_ < 0) refuse(option_, file_, std::strerror(errno));
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!name_.empty()) ::unlink(name_.c_str());
  }

  void replace_file(const std::string& text, unsigned mode) {
    int error = write_all(descriptor_, text);
    if (error == 0 && ::fchmod(descriptor_, mode) != 0) error = errno;
    if (error == 0 && ::fsync(descriptor_) != 0) error = errno;
    if (::close(std::exchange(descriptor_, -1)) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(name_.c_str(), file_.c_str()) != 0) error = errno;
    if (error != 0) refuse(option_, file_, std::strerror(error));
    name_.clear();
  }

 private:
  std::string option_;
  fs::path file_;
  std::string name_;
  int descriptor_ = -1;
};

fs::path follow_links(const fs::path& file) {
  std::error_code code;
  const fs::path real = fs::canonical(file, code);
  return code ? file : real;
}

unsigned default_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

}  // namespace

void write_standard_output(const std::string& text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == EPIPE) throw ClosedPipe();
  if (error != 0) throw InputError(std::string("standard output cannot be written: ") + std::strerror(error));
}

Output::Output(std::optional<std::string> file, const std::vector<fs::path>& sources, std::string option)
    : option_(std::move(option)), mode_(default_mode()) {
  if (!file) return;
  if (file->empty()) throw InputError(option_ + ": an empty file name; allowed: a file in a writable directory");
  file_ = follow_links(*file);
  struct stat status {};
  if (::stat(file_->c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) refuse(option_, *file, "it is a directory");
    std::error_code code;
    for (const auto& source : sources)
      if (fs::equivalent(*file_, source, code)) refuse(option_, *file, "this run reads it");
    if (::access(file_->c_str(), W_OK) != 0) refuse(option_, *file, std::strerror(errno));
    special_ = !S_ISREG(status.st_mode);
    mode_ = status.st_mode & 0777U;
  } else if (errno != ENOENT) {
    refuse(option_, *file, std::strerror(errno));
  }
  if (file_->filename().empty()) refuse(option_, *file, "it names a directory");
  if (special_) return;
  const HeldSignals held;
  Temporary probe(option_, *file_);
}

void Output::write(const std::string& text) const {
  if (!file_) return write_standard_output(text);
  const HeldSignals held;
  if (!special_) return Temporary(option_, *file_).replace_file(text, mode_);
  const int descriptor = ::open(file_->c_str(), O_WRONLY);
  int error = descriptor < 0 ? errno : write_all(descriptor, text);
  if (descriptor >= 0 && ::close(descriptor) != 0 && error == 0) error = errno;
  if (error != 0) refuse(option_, *file_, std::strerror(error));
}

}  // namespace calor::tools
