#include "place.hpp"

namespace calor::test {

std::string source_root() { return CALOR_SOURCE_ROOT; }
std::string program() { return CALOR_PROGRAM; }
std::string version() { return CALOR_VERSION; }

}  // namespace calor::test
