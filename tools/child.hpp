#pragma once
// A program of somebody else's, run under a time limit.

#include <string>

namespace calor::tools {

struct ChildOutcome {
  std::string failure;  // "": it ended with status 0; else what happened, in words
  std::string out;      // its standard output
  double seconds = 0;   // on the clock
};

/// Runs `command` (words for the shell) with one more argument, in a process group of its own, with /dev/null as
/// standard input. After `limit` seconds, or more than 16 MB of output, the whole group is killed. The environment
/// variable CALOR names this program. Throws InputError where no process can be made.
ChildOutcome run_child(const std::string& command, const std::string& argument, double limit);

}  // namespace calor::tools
