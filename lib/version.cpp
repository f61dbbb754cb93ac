#include "version.hpp"

namespace calor {

const char* version() { return CALOR_VERSION; }

}  // namespace calor
