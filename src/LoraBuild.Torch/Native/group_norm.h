// The gradient of group normalisation to its input, of 32-bit tensors on a CPU, with the same bits whatever the number of threads:
// libtorch's differs between one thread and several. Each group is computed by one thread.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <array>
#include <tuple>
#include <utility>

namespace {

// c10::optional, then std::optional.
using OptionalWeight = decltype(std::declval<const at::IValue&>().toOptional<at::Tensor>());

// Sums of a channel's gradients, and of its gradients times its inputs' distances from the mean. Lanes that run side by side become vector
// instructions.
void channel_sums(const float* gradient, const float* input, float mean, int64_t count, float& gradients, float& products) {
  constexpr int Lanes = 16;
  float first[Lanes] = {}, second[Lanes] = {};
  int64_t i = 0;
  for (; i + Lanes <= count; i += Lanes) {
    for (int lane = 0; lane < Lanes; lane++) {
      first[lane] += gradient[i + lane];
      second[lane] += gradient[i + lane] * (input[i + lane] - mean);
    }
  }

  gradients = products = 0;
  for (int lane = 0; lane < Lanes; lane++) {
    gradients += first[lane];
    products += second[lane];
  }

  for (; i < count; i++) {
    gradients += gradient[i];
    products += gradient[i] * (input[i] - mean);
  }
}

// With y = (x - m) r w, m and r of the group's n elements, and sums over them:
// dx = r w dy - r / n sum(w dy) - r^3 / n sum(w dy (x - m)) (x - m).
std::tuple<at::Tensor, at::Tensor, at::Tensor> native_group_norm_backward(
    const at::Tensor& grad_out, const at::Tensor& input, const at::Tensor& mean, const at::Tensor& rstd, const OptionalWeight& weight,
    int64_t batch, int64_t channels, int64_t places, int64_t groups, std::array<bool, 3> output_mask) {
  const auto frozen = output_mask[0] && !output_mask[1] && !output_mask[2];
  if (!frozen || input.scalar_type() != at::kFloat || grad_out.scalar_type() != at::kFloat || mean.scalar_type() != at::kFloat || input.numel() == 0)
    return at::cpu::native_group_norm_backward(grad_out, input, mean, rstd, weight, batch, channels, places, groups, output_mask);

  const auto gradients = grad_out.contiguous(), inputs = input.contiguous(), means = mean.contiguous(), scales = rstd.contiguous();
  const auto weights = weight.has_value() && weight->defined() ? weight->contiguous() : at::Tensor();
  auto result = at::empty(inputs.sizes(), inputs.options());
  const auto *dy = gradients.data_ptr<float>(), *x = inputs.data_ptr<float>(), *m = means.data_ptr<float>(), *r = scales.data_ptr<float>();
  const auto* w = weights.defined() ? weights.data_ptr<float>() : nullptr;
  auto* dx = result.data_ptr<float>();
  const auto width = channels / groups;
  at::parallel_for(0, batch * groups, 1, [&](int64_t begin, int64_t end) {
    for (auto group = begin; group < end; group++) {
      const auto first_channel = group % groups * width, start = group * width * places;
      float sum = 0, product = 0;
      for (int64_t c = 0; c < width; c++) {
        float of_channel, product_of_channel;
        channel_sums(dy + start + c * places, x + start + c * places, m[group], places, of_channel, product_of_channel);
        sum += (w ? w[first_channel + c] : 1) * of_channel;
        product += (w ? w[first_channel + c] : 1) * product_of_channel;
      }

      const auto count = static_cast<float>(width * places), scale = r[group];
      const auto slope = -product * scale * scale * scale / count, constant = -sum * scale / count, centre = m[group];
      for (int64_t c = 0; c < width; c++) {
        const auto gain = scale * (w ? w[first_channel + c] : 1);
        const auto offset = start + c * places;
        for (int64_t i = 0; i < places; i++) dx[offset + i] = gain * dy[offset + i] + slope * (x[offset + i] - centre) + constant;
      }
    }
  });
  return {result, at::Tensor(), at::Tensor()};
}

}  // namespace
