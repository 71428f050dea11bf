// The layers of adapted_layers.h and the factors of hadamard.h for tensors of any kind on any device, composed of libtorch's own operators. As one
// node of the graph they spare the many small ones that autograd would make, and sums are made in place.

#pragma once

#include "group_norm.h"

#include <ATen/ATen.h>

#include <tuple>

namespace {

using FourTensors = std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor>;

// a1, a2 [out, r], b1, b2 [r, in] -> down [r r, in], up [out, r r], rounded to the type that the layer computes in
std::tuple<at::Tensor, at::Tensor> composed_factors(const at::Tensor& a1, const at::Tensor& b1, const at::Tensor& a2, const at::Tensor& b2, double scale,
                                                    at::ScalarType type) {
  const auto r = b1.size(0);
  auto down = at::empty({r, r, b1.size(1)}, b1.options().dtype(type)), up = at::empty({a1.size(0), r, r}, a1.options().dtype(type));
  at::mul_out(down, b1.unsqueeze(1), b2.unsqueeze(0));
  at::mul_out(up, a1.unsqueeze(2), (scale == 1 ? a2 : a2 * scale).unsqueeze(1));
  return {down.view({r * r, -1}), up.view({-1, r * r})};
}

FourTensors composed_factors_backward(const at::Tensor& down, const at::Tensor& up, const at::Tensor& a1, const at::Tensor& b1, const at::Tensor& a2,
                                      const at::Tensor& b2, double scale) {
  const auto r = b1.size(0);
  const auto of_down = down.view({r, r, -1}), of_up = up.view({-1, r, r});
  auto to_a1 = (of_up * a2.unsqueeze(1)).sum(2), to_a2 = (of_up * a1.unsqueeze(2)).sum(1);
  if (scale != 1) {
    to_a1.mul_(scale);
    to_a2.mul_(scale);
  }

  return {to_a1, (of_down * b2.unsqueeze(0)).sum(1), to_a2, (of_down * b1.unsqueeze(1)).sum(0)};
}

std::tuple<at::Tensor, at::Tensor> composed_linear(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& down,
                                                   const at::Tensor& up) {
  const auto rows = input.reshape({-1, weight.size(1)});
  auto result = bias.defined() ? at::addmm(bias, rows, weight.t()) : at::mm(rows, weight.t());
  at::Tensor inner;
  if (down.defined()) {
    inner = at::mm(rows, down.t());
    result.addmm_(inner, up.t());
  }

  auto sizes = input.sizes().vec();
  sizes.back() = weight.size(0);
  return {result.view(sizes), inner};
}

FourTensors composed_linear_backward(const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& down,
                                     const at::Tensor& up, const at::Tensor& inner, bool to_input, bool to_weight) {
  const auto rows = input.reshape({-1, weight.size(1)}), of = gradient.reshape({-1, weight.size(0)});
  at::Tensor input_gradient, weight_gradient, down_gradient, up_gradient;
  if (to_input) input_gradient = at::mm(of, weight);
  if (to_weight) weight_gradient = at::mm(of.t(), rows);
  if (down.defined()) {
    const auto inner_gradient = at::mm(of, up);
    if (to_input) input_gradient.addmm_(inner_gradient, down);
    down_gradient = at::mm(inner_gradient.t(), rows);
    up_gradient = at::mm(of.t(), inner);
  }

  return {to_input ? input_gradient.view(input.sizes()) : input_gradient, weight_gradient, down_gradient, up_gradient};
}

at::Tensor composed_convolve(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t padding) {
  return at::convolution(input, weight, bias.defined() ? OptionalWeight(bias) : OptionalWeight(), {stride, stride}, {padding, padding}, {1, 1}, false, {0, 0}, 1);
}

// The gradients to input and weight.
std::tuple<at::Tensor, at::Tensor> composed_convolve_backward(const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight, int64_t stride,
                                                              int64_t padding, bool to_input, bool to_weight) {
  if (!to_input && !to_weight) return {};
  const auto [to, to_kernel, to_bias] = at::convolution_backward(gradient, input, weight, at::OptionalIntArrayRef(), {stride, stride}, {padding, padding}, {1, 1}, false,
                                                                 {0, 0}, 1, {to_input, to_weight, false});
  return {to, to_kernel};
}

std::tuple<at::Tensor, at::Tensor> composed_convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& down,
                                                        const at::Tensor& up, int64_t stride, int64_t padding) {
  auto result = composed_convolve(input, weight, bias, stride, padding);
  if (!down.defined()) return {result, at::Tensor()};
  result = result.contiguous();
  const auto kernel = weight.size(2);
  const auto inner = composed_convolve(input, down.view({-1, weight.size(1), kernel, kernel}), {}, stride, padding).flatten(2);
  result.view({result.size(0), result.size(1), -1}).baddbmm_(up.unsqueeze(0).expand({result.size(0), -1, -1}), inner);
  return {result, inner};
}

FourTensors composed_convolution_backward(const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& down,
                                          const at::Tensor& up, const at::Tensor& inner, int64_t stride, int64_t padding, bool to_input, bool to_weight) {
  auto [input_gradient, weight_gradient] = composed_convolve_backward(gradient, input, weight, stride, padding, to_input, to_weight);
  if (!down.defined()) return {input_gradient, weight_gradient, {}, {}};
  const auto kernel = weight.size(2), batch = gradient.size(0);
  const auto of = gradient.flatten(2);
  const auto up_gradient = at::bmm(of, inner.transpose(1, 2)).sum(0);
  const auto inner_gradient = at::bmm(up.t().unsqueeze(0).expand({batch, -1, -1}), of).view({batch, down.size(0), gradient.size(2), gradient.size(3)});
  const auto [beside, down_gradient] =
      composed_convolve_backward(inner_gradient, input, down.view({-1, weight.size(1), kernel, kernel}), stride, padding, to_input, true);
  if (to_input) input_gradient.add_(beside);
  return {input_gradient, weight_gradient, down_gradient.reshape(down.sizes()), up_gradient};
}

}  // namespace
