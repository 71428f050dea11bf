// im2col and col2im of 32-bit tensors on a CPU, channels side by side: libtorch's own run on one thread, and take as long as the product
// of the columns where a convolution has few channels. Each channel is computed by itself, so the number of threads changes no bit.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace {

struct Window {
  int64_t kernel_height, kernel_width, dilation_height, dilation_width, padding_height, padding_width, stride_height, stride_width;

  Window(at::IntArrayRef kernel, at::IntArrayRef dilation, at::IntArrayRef padding, at::IntArrayRef stride)
      : kernel_height(kernel[0]), kernel_width(kernel[1]), dilation_height(dilation[0]), dilation_width(dilation[1]),
        padding_height(padding[0]), padding_width(padding[1]), stride_height(stride[0]), stride_width(stride[1]) {}

  int64_t rows(int64_t height) const { return (height + 2 * padding_height - dilation_height * (kernel_height - 1) - 1) / stride_height + 1; }
  int64_t columns(int64_t width) const { return (width + 2 * padding_width - dilation_width * (kernel_width - 1) - 1) / stride_width + 1; }

  // For each row that a place of the kernel sees: inside(start of the row in the columns, its first and end that lie in the picture, the
  // picture's element at first), and outside(start, first, end) for what lies in the padding.
  template <class Inside, class Outside>
  void each_row(int64_t height, int64_t width, Inside inside, Outside outside) const {
    const auto rows_out = rows(height), columns_out = columns(width);
    for (int64_t ky = 0; ky < kernel_height; ky++) {
      for (int64_t kx = 0; kx < kernel_width; kx++) {
        const auto place = ky * kernel_width + kx;
        const auto shift = kx * dilation_width - padding_width;
        const auto first = std::clamp<int64_t>(shift >= 0 ? 0 : (-shift + stride_width - 1) / stride_width, 0, columns_out);
        const auto end = std::clamp<int64_t>(width > shift ? (width - shift + stride_width - 1) / stride_width : 0, first, columns_out);
        for (int64_t row = 0; row < rows_out; row++) {
          const auto y = row * stride_height + ky * dilation_height - padding_height;
          const auto start = (place * rows_out + row) * columns_out;
          if (y < 0 || y >= height) {
            outside(start, 0, columns_out);
            continue;
          }

          outside(start, 0, first);
          outside(start, end, columns_out);
          inside(start, first, end, y * width + first * stride_width + shift);
        }
      }
    }
  }
};

// What is not for these kernels, or wrong, is libtorch's.
bool takes_window(const at::Tensor& self, int64_t dimensions, at::IntArrayRef kernel_size, at::IntArrayRef dilation, at::IntArrayRef stride) {
  const auto positive = [](at::IntArrayRef pair) { return pair.size() == 2 && pair[0] > 0 && pair[1] > 0; };
  return self.dim() == dimensions && self.numel() > 0 && self.scalar_type() == at::kFloat && positive(kernel_size) && positive(dilation) && positive(stride);
}

at::Tensor im2col(const at::Tensor& self, at::IntArrayRef kernel_size, at::IntArrayRef dilation, at::IntArrayRef padding, at::IntArrayRef stride) {
  if (!takes_window(self, 4, kernel_size, dilation, stride)) return at::cpu::im2col(self, kernel_size, dilation, padding, stride);
  const Window window(kernel_size, dilation, padding, stride);
  const auto input = self.contiguous();
  const auto batch = input.size(0), channels = input.size(1), height = input.size(2), width = input.size(3);
  const auto places = window.kernel_height * window.kernel_width, length = window.rows(height) * window.columns(width);
  TORCH_CHECK(window.rows(height) > 0 && window.columns(width) > 0, "im2col: the kernel is larger than the padded input");
  auto result = at::empty({batch, channels * places, length}, input.options());
  const auto* from = input.data_ptr<float>();
  auto* to = result.data_ptr<float>();
  const auto step = window.stride_width;
  at::parallel_for(0, batch * channels, 16, [&](int64_t begin, int64_t end) {
    for (auto channel = begin; channel < end; channel++) {
      const auto* picture = from + channel * height * width;
      auto* columns = to + channel * places * length;
      window.each_row(
          height, width,
          [&](int64_t start, int64_t first, int64_t last, int64_t source) {
            for (auto i = first; i < last; i++) columns[start + i] = picture[source + (i - first) * step];
          },
          [&](int64_t start, int64_t first, int64_t last) { std::fill(columns + start + first, columns + start + last, 0.0f); });
    }
  });
  return result;
}

at::Tensor col2im(const at::Tensor& self, at::IntArrayRef output_size, at::IntArrayRef kernel_size, at::IntArrayRef dilation,
                  at::IntArrayRef padding, at::IntArrayRef stride) {
  if (!takes_window(self, 3, kernel_size, dilation, stride)) return at::cpu::col2im(self, output_size, kernel_size, dilation, padding, stride);
  const Window window(kernel_size, dilation, padding, stride);
  const auto height = output_size[0], width = output_size[1];
  const auto places = window.kernel_height * window.kernel_width, length = window.rows(height) * window.columns(width);
  const auto input = self.contiguous();
  TORCH_CHECK(input.size(1) % places == 0 && input.size(2) == length, "col2im: the columns do not fit the output");
  const auto batch = input.size(0), channels = input.size(1) / places;
  auto result = at::zeros({batch, channels, height, width}, input.options());
  const auto* from = input.data_ptr<float>();
  auto* to = result.data_ptr<float>();
  const auto step = window.stride_width;
  at::parallel_for(0, batch * channels, 16, [&](int64_t begin, int64_t end) {
    for (auto channel = begin; channel < end; channel++) {
      const auto* columns = from + channel * places * length;
      auto* picture = to + channel * height * width;
      window.each_row(
          height, width,
          [&](int64_t start, int64_t first, int64_t last, int64_t target) {
            for (auto i = first; i < last; i++) picture[target + (i - first) * step] += columns[start + i];
          },
          [](int64_t, int64_t, int64_t) {});
    }
  });
  return result;
}

}  // namespace
