// Precompiled for the library: what nearly every file of it includes. Speed of compilation only; files include what
// they use.
#ifdef __cplusplus
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "num/eigen.hpp"
#endif
