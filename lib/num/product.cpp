#include "num/product.hpp"

#ifdef CALOR_BLIS
#include <blis.h>
#endif

namespace calor::num {

namespace {

/// out = beta out + a b, if BLIS can do it better than Eigen, which starts sooner. False: nothing was done.
bool by_blis([[maybe_unused]] const ConstBlock& a, [[maybe_unused]] const ConstBlock& b, [[maybe_unused]] double beta,
             [[maybe_unused]] Block& out) {
#ifdef CALOR_BLIS
  static const bool known = [] {
    bli_thread_set_num_threads(1);  // ours are num/parallel.hpp's
    return bli_arch_query_id() != BLIS_ARCH_GENERIC;
  }();
  if (!known || a.rows() * a.cols() * b.cols() < 2000) return false;
  double one = 1;  // BLIS takes pointers to what it only reads, too
  bli_dgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, out.rows(), out.cols(), a.cols(), &one, const_cast<double*>(a.data()),
            1, a.outerStride(), const_cast<double*>(b.data()), 1, b.outerStride(), &beta, out.data(), 1,
            out.outerStride());
  return true;
#else
  return false;
#endif
}

}  // namespace

void multiply(const ConstBlock& a, const ConstBlock& b, Block out) {
  if (!by_blis(a, b, 0, out)) out.noalias() = a * b;
}

void add_product(const ConstBlock& a, const ConstBlock& b, Block out) {
  if (!by_blis(a, b, 1, out)) out.noalias() += a * b;
}

}  // namespace calor::num
