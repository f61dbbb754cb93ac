#include "tools/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace calor::tools {

namespace {

constexpr auto patience = std::chrono::seconds(1);
constexpr auto pause = std::chrono::milliseconds(100);
constexpr int bar_width = 30;
const char* const erase_line = "\r\033[K";

}  // namespace

int terminal_width(int descriptor) {
  winsize size{};
  if (::isatty(descriptor) == 0) return 0;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

ProgressLine::ProgressLine() : next_(Clock::now() + patience), terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (drawn_) std::fputs(erase_line, stderr);
  drawn_ = false;
}

void ProgressLine::show(const std::string& stage, double fraction) {
  const auto now = Clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + pause;
  drawn_ = true;
  const double share = std::clamp(fraction, 0.0, 1.0);
  std::string bar(bar_width, '.');
  std::fill_n(bar.begin(), static_cast<int>(share * bar_width), '#');
  const std::string line = "[" + bar + "] " + std::to_string(static_cast<int>(100 * share)) + " %  " + stage;
  const int room = std::max(20, terminal_width(STDERR_FILENO) - 1);
  std::fprintf(stderr, "%s%.*s", erase_line, room, line.c_str());
  std::fflush(stderr);
}

}  // namespace calor::tools
