// Activations of 32-bit tensors on a CPU that have the same bits whatever the number of threads.
//
// libtorch divides the elements by the threads. Within a part it takes as many at a time as fit a vector, and those left over one by one
// with the C library's exp or erf, which round otherwise than the vectors' own: where the parts end then shows. Here the parts are of one
// size, and each is computed by libtorch's kernel on one thread.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>

namespace {

// Up to as many elements libtorch itself takes one thread: half of what is usual, because its gelu is divided earlier.
constexpr int64_t PartElements = at::internal::GRAIN_SIZE / 2;

// The tensor as [rows, elements side by side]: one row where it is contiguous; else its last axis, copied together where that must be.
at::Tensor as_rows(const at::Tensor& tensor) {
  if (tensor.is_contiguous()) return tensor.view({1, -1});
  auto even = tensor.stride(-1) == 1;
  for (int64_t axis = 0; axis + 2 < tensor.dim(); axis++) even &= tensor.stride(axis) == tensor.stride(axis + 1) * tensor.size(axis + 1);
  if (!even) return tensor.contiguous().view({1, -1});
  return tensor.as_strided({tensor.numel() / tensor.size(-1), tensor.size(-1)}, {tensor.stride(-2), 1});
}

// Calls compute(result's part, inputs' parts) for parts of all tensors, which have the same shape; `result` is contiguous.
template <size_t Inputs, class Compute>
void in_parts(const at::Tensor& result, const std::array<at::Tensor, Inputs>& inputs, Compute compute) {
  std::array<at::Tensor, Inputs> rows;
  auto width = result.numel();
  for (size_t i = 0; i < Inputs; i++) {
    rows[i] = as_rows(inputs[i]);
    width = std::min(width, rows[i].size(1));
  }

  // All in rows of the narrowest; a single long row is divided into parts, short ones are taken together.
  const auto flat = width == result.numel();
  auto shaped = [&](const at::Tensor& tensor) { return flat ? tensor.view(-1) : tensor.is_contiguous() ? tensor.view({-1, width}) : tensor; };
  const auto step = flat ? PartElements : std::max<int64_t>(1, PartElements / width);
  const auto target = shaped(result);
  for (auto& tensor : rows) tensor = shaped(tensor);
  const auto length = target.size(0);
  at::parallel_for(0, (length + step - 1) / step, 1, [&](int64_t begin, int64_t end) {
    at::AutoDispatchBelowADInplaceOrView below;
    for (auto part = begin; part < end; part++) {
      const auto start = part * step, count = std::min(step, length - start);
      std::array<at::Tensor, Inputs> parts;
      for (size_t i = 0; i < Inputs; i++) parts[i] = rows[i].narrow(0, start, count);
      auto out = target.narrow(0, start, count);
      compute(out, parts);
    }
  });
}

// Whether tensors are of the kind that is computed in parts. Smaller ones libtorch computes on one thread anyhow.
bool takes_parts(const at::Tensor& tensor) { return tensor.scalar_type() == at::kFloat && tensor.dim() > 0 && tensor.numel() > PartElements; }
bool takes_parts(const at::Tensor& gradient, const at::Tensor& tensor) {
  return takes_parts(tensor) && gradient.scalar_type() == at::kFloat && gradient.sizes() == tensor.sizes();
}

at::Tensor like(const at::Tensor& tensor) { return at::empty(tensor.sizes(), tensor.options()); }

at::Tensor silu(const at::Tensor& self) {
  if (!takes_parts(self)) return at::cpu::silu(self);
  auto result = like(self);
  in_parts<1>(result, {self}, [](at::Tensor& out, auto& in) { at::cpu::silu_out(out, in[0]); });
  return result;
}

at::Tensor silu_backward(const at::Tensor& grad_output, const at::Tensor& self) {
  if (!takes_parts(grad_output, self)) return at::cpu::silu_backward(grad_output, self);
  auto result = like(self);
  in_parts<2>(result, {grad_output, self}, [](at::Tensor& out, auto& in) { at::cpu::silu_backward_out(out, in[0], in[1]); });
  return result;
}

at::Tensor sigmoid(const at::Tensor& self) {
  if (!takes_parts(self)) return at::cpu::sigmoid(self);
  auto result = like(self);
  in_parts<1>(result, {self}, [](at::Tensor& out, auto& in) { at::cpu::sigmoid_out(out, in[0]); });
  return result;
}

at::Tensor sigmoid_backward(const at::Tensor& grad_output, const at::Tensor& output) {
  if (!takes_parts(grad_output, output)) return at::cpu::sigmoid_backward(grad_output, output);
  auto result = like(output);
  in_parts<2>(result, {grad_output, output}, [](at::Tensor& out, auto& in) { at::cpu::sigmoid_backward_out(out, in[0], in[1]); });
  return result;
}

// c10::string_view, then std::string_view.
template <class Text>
Text text_of(at::Tensor (*)(const at::Tensor&, Text));
using Approximation = decltype(text_of(&at::cpu::gelu));

at::Tensor gelu(const at::Tensor& self, Approximation approximate) {
  if (!takes_parts(self)) return at::cpu::gelu(self, approximate);
  auto result = like(self);
  in_parts<1>(result, {self}, [&](at::Tensor& out, auto& in) { at::cpu::gelu_out(out, in[0], approximate); });
  return result;
}

at::Tensor gelu_backward(const at::Tensor& grad_output, const at::Tensor& self, Approximation approximate) {
  // libtorch 1.13 leaves some of the result unset where the two are not laid out alike.
  if (!takes_parts(grad_output, self)) return at::cpu::gelu_backward(grad_output.contiguous(), self.contiguous(), approximate);
  auto result = like(self);
  in_parts<2>(result, {grad_output, self}, [&](at::Tensor& out, auto& in) { at::cpu::gelu_backward_out(out, in[0], in[1], approximate); });
  return result;
}

}  // namespace
