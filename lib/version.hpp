#pragma once

namespace calor {

/// "0.1.0", from the top-level meson.build.
const char* version();

}  // namespace calor
