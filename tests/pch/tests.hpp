// Precompiled for the tests. Speed of compilation only; files include what they use.
#ifdef __cplusplus
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "num/eigen.hpp"
#endif
