#pragma once
// Interruption that leaves nothing behind.

#include <csignal>
#include <utility>
#include <vector>

namespace calor::tools {

/// While one lives, SIGINT, SIGTERM, SIGHUP and the like wait; at its end the first that came acts as it would have.
/// For the short times in which temporary files or another program exist: declared before them, it outlives them. What
/// was ignored (nohup) stays ignored. One at a time.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// True once one has come: the work should end.
  static bool came();

 private:
  std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace calor::tools
