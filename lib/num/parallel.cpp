#include "num/parallel.hpp"

#include <flint/flint.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace calor::num {

int thread_count(int threads) {
  return threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void parallel_for(int n, int threads, const std::function<void(int)>& work) {
  threads = thread_count(threads);
  std::atomic<int> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto run = [&] {
    for (int i = next++; i < n; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(guard);
        if (!failure) failure = std::current_exception();
        next = n;
      }
    }
  };
  std::vector<std::jthread> others;
  for (int t = 1; t < std::min(threads, n); ++t)
    others.emplace_back([&run] {
      run();
      flint_cleanup();  // what FLINT keeps for the thread's next numbers, megabytes, would outlive it
    });
  run();
  others.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace calor::num
