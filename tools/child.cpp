#include "tools/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "experiment/text.hpp"
#include "num/errors.hpp"
#include "tools/signals.hpp"

namespace calor::tools {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = 16'000'000;
constexpr std::size_t kept_errors = 4000;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw InputError(std::string("score: no pipe: ") + std::strerror(errno));
    read = ends[0], write = ends[1];
  }
  ~Pipe() {
    ::close(read);
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write() {
    if (write >= 0) ::close(write);
    write = -1;
  }
};

[[noreturn]] void become(const std::string& script, const std::string& argument, int out, int err) {
  ::setpgid(0, 0);
  ::signal(SIGPIPE, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execl("/bin/sh", "sh", "-c", script.c_str(), "sh", argument.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

/// Appends what is there to read; false at the end of the stream.
bool drain(int descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
  if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

/// The last line of what a program complained.
std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of(" \r\n");
  if (end == std::string::npos) return "";
  const auto begin = text.find_last_of('\n', end);
  return experiment::printable(text.substr(begin + 1, end - begin), 200);
}

std::string words_of(int status, const std::string& errors) {
  const std::string said = last_line(errors);
  const std::string more = said.empty() ? "" : ": " + said;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  if (WIFEXITED(status)) return "exit status " + std::to_string(WEXITSTATUS(status)) + more;
  return "killed by signal " + std::to_string(WTERMSIG(status)) + more;
}

}  // namespace

ChildOutcome run_child(const std::string& command, const std::string& argument, double limit) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!self.empty()) ::setenv("CALOR", self.c_str(), 1);
  Pipe out, err;
  const auto begin = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw InputError(std::string("score: no process: ") + std::strerror(errno));
  if (child == 0) become(command + " \"$1\"", argument, out.write, err.write);
  ::setpgid(child, child);
  out.close_write();
  err.close_write();

  ChildOutcome outcome;
  std::string errors;
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  bool out_open = true, err_open = true, ended = false;
  int status = 0;
  /// Waits at most so many milliseconds for it to say something; whether it did.
  const auto hear = [&](int wait) {
    std::array<pollfd, 2> ends{pollfd{out_open ? out.read : -1, POLLIN, 0},
                               pollfd{err_open ? err.read : -1, POLLIN, 0}};
    ::poll(ends.data(), ends.size(), wait);
    if (ends[0].revents != 0) out_open = drain(out.read, outcome.out);
    if (ends[1].revents != 0) err_open = drain(err.read, errors);
    if (errors.size() > kept_errors) errors.erase(0, errors.size() - kept_errors);
    return ends[0].revents != 0 || ends[1].revents != 0;
  };
  while (!ended) {
    const bool heard = hear(20);
    // What its children still hold open is not waited for.
    if ((!out_open && !err_open) || !heard) ended = ::waitpid(child, &status, WNOHANG) == child;
    if (!ended && !out_open && !err_open) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (!ended && (HeldSignals::came() || elapsed() > limit || outcome.out.size() > most_output)) {
      outcome.failure = HeldSignals::came() ? "interrupted"
                        : elapsed() > limit ? "time limit"
                                            : "more than 16 MB of output";
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      ended = true;
    }
  }
  ::kill(-child, SIGKILL);  // what it left behind
  // What it said between the last look and its end.
  for (int looks = 0; looks < 32 && hear(0); ++looks) {
  }
  outcome.seconds = elapsed();
  if (outcome.failure.empty()) outcome.failure = words_of(status, errors);
  return outcome;
}

}  // namespace calor::tools
