// The gradient of a softmax over the last axis of 32-bit tensors on a CPU, with the same bits whatever the number of threads: PyTorch 2.11's libtorch
// rounds it otherwise on one thread than on one of several. Here rows are divided by their size alone, and each part is computed where libtorch
// sees a single thread.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace {

// Both contiguous, of the same size.
at::Tensor softmax_backward_of_rows(const at::Tensor& gradient, const at::Tensor& output) {
  const auto width = output.size(-1), rows = output.numel() / width;
  const auto of = gradient.view({rows, width}), from = output.view({rows, width});
  auto result = at::empty(output.sizes(), output.options());
  const auto to = result.view({rows, width});
  const auto height = std::max<int64_t>(1, 4 * at::internal::GRAIN_SIZE / width), parts = (rows + height - 1) / height;
  // One of two parts without work makes it a parallel region, in which libtorch does not divide further.
  at::parallel_for(0, std::max<int64_t>(parts, 2), 1, [&](int64_t begin, int64_t end) {
    at::AutoDispatchBelowADInplaceOrView below;
    for (auto part = begin; part < std::min(end, parts); part++) {
      const auto start = part * height, count = std::min(height, rows - start);
      auto some = to.narrow(0, start, count);
      at::cpu::_softmax_backward_data_out(some, of.narrow(0, start, count), from.narrow(0, start, count), -1, at::kFloat);
    }
  });
  return result;
}

at::Tensor softmax_backward(const at::Tensor& gradient, const at::Tensor& output, int64_t dim, at::ScalarType type) {
  const auto takes = output.scalar_type() == at::kFloat && gradient.scalar_type() == at::kFloat && type == at::kFloat && output.dim() > 0 &&
                     output.numel() > 0 && gradient.sizes() == output.sizes() && (dim == -1 || dim == output.dim() - 1);
  return takes ? softmax_backward_of_rows(gradient.contiguous(), output.contiguous()) : at::cpu::_softmax_backward_data(gradient, output, dim, type);
}

}  // namespace
