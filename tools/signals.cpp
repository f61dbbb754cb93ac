#include "tools/signals.hpp"

#include <array>

namespace calor::tools {

namespace {

volatile std::sig_atomic_t held_signal = 0;

void remember(int signal) {
  if (held_signal == 0) held_signal = signal;
}

}  // namespace

HeldSignals::HeldSignals() {
  held_signal = 0;
  for (const int signal : std::array{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU}) {
    struct sigaction now {
    }, wait{};
    ::sigaction(signal, nullptr, &now);
    if (now.sa_handler == SIG_IGN) continue;
    wait.sa_handler = remember;
    ::sigemptyset(&wait.sa_mask);
    ::sigaction(signal, &wait, nullptr);
    before_.emplace_back(signal, now);
  }
}

HeldSignals::~HeldSignals() {
  for (const auto& [signal, action] : before_) ::sigaction(signal, &action, nullptr);
  if (held_signal != 0) ::raise(held_signal);
}

bool HeldSignals::came() { return held_signal != 0; }

}  // namespace calor::tools
