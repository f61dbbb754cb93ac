#pragma once
// One line on standard error for runs longer than a second, where somebody sees it.

#include <chrono>
#include <string>

namespace calor::tools {

class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();  // removes the line

  /// `fraction` in [0, 1] of the whole. Not from several threads at once.
  void show(const std::string& stage, double fraction);

  /// Removes the line, so that something else may be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point next_;  // not drawn before
  bool terminal_ = false;
  bool drawn_ = false;
};

/// Columns of the terminal on a descriptor; 0 if it is none.
int terminal_width(int descriptor);

}  // namespace calor::tools
