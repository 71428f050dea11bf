// Our own kernels in the place of some of libtorch's, for every caller, autograd's as well; and our own operators.

#pragma once

#include "activations.h"
#include "buckets.h"
#include "columns.h"
#include "group_norm.h"
#include "matrix_products.h"
#include "own_operators.h"
#include "softmax.h"
#include "sums.h"

#include <c10/util/Exception.h>
#include <torch/library.h>
#include <torch/version.h>

#include <dlfcn.h>

namespace {

// Up to 1.13 the handler was told the parts of a warning.
#if TORCH_VERSION_MAJOR >= 2
using c10::WarningUtils::WarningHandlerGuard;
#else
using c10::Warning::WarningHandlerGuard;
#endif

struct SilentWarnings : c10::WarningHandler {
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning&) override {}
#else
  void process(const c10::SourceLocation&, const std::string&, const bool) override {}
#endif
};

// To be called once, before the first operator. Leaves the products as they are where libtorch's BLAS cannot be reached.
void replace_cpu_kernels() {
  sgemm = reinterpret_cast<Sgemm*>(dlsym(RTLD_DEFAULT, "sgemm_"));
  limit_mkl_threads = reinterpret_cast<LimitThreads*>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
  // That kernels are replaced is meant; the dispatcher warns of it.
  SilentWarnings silent;
  WarningHandlerGuard guard(&silent);
  static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
  library.impl("bucketize.Tensor", TORCH_FN(bucketize));
  library.impl("im2col", TORCH_FN(im2col));
  library.impl("col2im", TORCH_FN(col2im));
  library.impl("silu", TORCH_FN(silu));
  library.impl("silu_backward", TORCH_FN(silu_backward));
  library.impl("sigmoid", TORCH_FN(sigmoid));
  library.impl("sigmoid_backward", TORCH_FN(sigmoid_backward));
  library.impl("gelu", TORCH_FN(gelu));
  library.impl("gelu_backward", TORCH_FN(gelu_backward));
  library.impl("native_group_norm_backward", TORCH_FN(native_group_norm_backward));
  library.impl("_softmax_backward_data", TORCH_FN(softmax_backward));
  library.impl("sum.dim_IntList", TORCH_FN(sum));
  library.impl("mean.dim", TORCH_FN(mean));
  define_own_operators();
  if (!sgemm) return;
  library.impl("mm", TORCH_FN(mm));
  library.impl("addmm", TORCH_FN(addmm));
  library.impl("addmm_", TORCH_FN(addmm_));
  library.impl("bmm", TORCH_FN(bmm));
  library.impl("baddbmm", TORCH_FN(baddbmm));
#if TORCH_VERSION_MAJOR >= 2
  library.impl("convolution_backward", TORCH_FN(convolution_backward));
#endif
}

}  // namespace
