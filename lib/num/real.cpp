#include "num/real.hpp"

#include <boost/math/constants/constants.hpp>
#include <locale>
#include <sstream>

#include "num/estimate.hpp"

namespace calor::num {

const char* name(Guarantee g) { return g == Guarantee::proven ? "proven" : "estimated"; }

template <Real R>
R pi() {
  return boost::math::constants::pi<R>();
}

template <Real R>
std::string to_text(const R& x, int digits) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(digits);
  out << x;
  return out.str();
}

template Mp100 pi<Mp100>();
template Mp200 pi<Mp200>();

#define CALOR_INSTANTIATE(R) template std::string to_text<R>(const R&, int);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
CALOR_INSTANTIATE(Mp200)  // not in the list, but reference values need it
#undef CALOR_INSTANTIATE

}  // namespace calor::num
