#pragma once
// Independent pieces of work on several threads. Results must be stored by index, so that they do not depend on the
// number of threads.

#include <functional>

namespace calor::num {

/// What `threads` = 0 stands for: all cores.
int thread_count(int threads);

/// Calls work(i) for i in [0, n), on `threads` threads (0: all cores). The first exception is rethrown after all
/// threads have stopped.
void parallel_for(int n, int threads, const std::function<void(int)>& work);

}  // namespace calor::num
