// The factors of a LoHa on a CPU, each with its gradient: one operator where libtorch's own take twenty.
//
// With a1, a2 [rows, r] and b1, b2 [r, columns] the change of a weight is scale (a1 b1) o (a2 b2), o being the product element by element.
//   factors: the same as up down, with down [r r, columns], down[i r + j] = b1[i] o b2[j], and up [rows, r r], up[:, i r + j] = scale a1[:, i] o a2[:, j].
//   weight:  the frozen weight plus the change.
// Work is divided by the sizes alone, so the number of threads changes no bit.

#pragma once

#include "composed_layers.h"
#include "matrix_products.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <tuple>
#include <vector>

// For processors with wider vectors, functions are compiled a second time; the loader takes the one that fits.
#if defined(__x86_64__)
#define LB_VECTORS __attribute__((target_clones("arch=haswell", "default")))
#else
#define LB_VECTORS
#endif

namespace {

// Columns that one thread takes at a time.
constexpr int64_t HadamardColumns = 512;

struct Hadamard {
  int64_t rows, columns;
  int rank;
  const float *a1, *b1, *a2, *b2;
  float scale;
};

struct HadamardGradients {
  float *a1, *b1, *a2, *b2;
};

LB_VECTORS void down_columns(const Hadamard& h, float* down, int64_t begin, int64_t end) {
  for (int i = 0; i < h.rank; i++) {
    for (int j = 0; j < h.rank; j++) {
      const auto *first = h.b1 + i * h.columns, *second = h.b2 + j * h.columns;
      auto* to = down + (i * h.rank + j) * h.columns;
#pragma omp simd
      for (auto n = begin; n < end; n++) to[n] = first[n] * second[n];
    }
  }
}

LB_VECTORS void down_gradient_columns(const Hadamard& h, const float* gradient, const HadamardGradients& to, int64_t begin, int64_t end) {
  for (int i = 0; i < h.rank; i++) {
    std::fill(to.b1 + i * h.columns + begin, to.b1 + i * h.columns + end, 0.0f);
    std::fill(to.b2 + i * h.columns + begin, to.b2 + i * h.columns + end, 0.0f);
  }

  for (int i = 0; i < h.rank; i++) {
    for (int j = 0; j < h.rank; j++) {
      const auto *first = h.b1 + i * h.columns, *second = h.b2 + j * h.columns, *of = gradient + (i * h.rank + j) * h.columns;
      auto *to_first = to.b1 + i * h.columns, *to_second = to.b2 + j * h.columns;
#pragma omp simd
      for (auto n = begin; n < end; n++) {
        to_first[n] += of[n] * second[n];
        to_second[n] += of[n] * first[n];
      }
    }
  }
}

void up_rows(const Hadamard& h, float* up) {
  const auto r = h.rank;
  for (int64_t row = 0; row < h.rows; row++) {
    const auto *first = h.a1 + row * r, *second = h.a2 + row * r;
    auto* to = up + row * r * r;
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < r; j++) to[i * r + j] = first[i] * (second[j] * h.scale);
    }
  }
}

void up_gradient_rows(const Hadamard& h, const float* gradient, const HadamardGradients& to) {
  const auto r = h.rank;
  for (int64_t row = 0; row < h.rows; row++) {
    const auto *first = h.a1 + row * r, *second = h.a2 + row * r, *of = gradient + row * r * r;
    auto *to_first = to.a1 + row * r, *to_second = to.a2 + row * r;
    std::fill(to_second, to_second + r, 0.0f);
    for (int i = 0; i < r; i++) {
      float sum = 0;
      for (int j = 0; j < r; j++) {
        sum += of[i * r + j] * second[j];
        to_second[j] += of[i * r + j] * first[i];
      }

      to_first[i] = sum * h.scale;
    }

    for (int j = 0; j < r; j++) to_second[j] *= h.scale;
  }
}

// left = first b1 and right = second b2 in these columns, for a row's factors [r].
[[gnu::always_inline]] inline void row_products(const Hadamard& h, const float* first, const float* second, int64_t begin, int64_t count,
                                                float* left, float* right) {
  std::fill(left, left + count, 0.0f);
  std::fill(right, right + count, 0.0f);
  for (int i = 0; i < h.rank; i++) {
    const auto *from_first = h.b1 + i * h.columns + begin, *from_second = h.b2 + i * h.columns + begin;
    const auto of_first = first[i], of_second = second[i];
#pragma omp simd
    for (int64_t n = 0; n < count; n++) {
      left[n] += of_first * from_first[n];
      right[n] += of_second * from_second[n];
    }
  }
}

LB_VECTORS void weight_columns(const Hadamard& h, const float* frozen, float* result, int64_t begin, int64_t end) {
  float left[HadamardColumns], right[HadamardColumns];
  const auto count = end - begin;
  for (int64_t row = 0; row < h.rows; row++) {
    row_products(h, h.a1 + row * h.rank, h.a2 + row * h.rank, begin, count, left, right);
    const auto* from = frozen + row * h.columns + begin;
    auto* to = result + row * h.columns + begin;
#pragma omp simd
    for (int64_t n = 0; n < count; n++) to[n] = from[n] + h.scale * (left[n] * right[n]);
  }
}

// The gradients to b1 and b2 in these columns, and the part of those to a1 and a2, [rows, r] each, that comes from them.
LB_VECTORS void weight_gradient_columns(const Hadamard& h, const float* gradient, const HadamardGradients& to, int64_t begin, int64_t end) {
  const auto r = h.rank;
  for (int i = 0; i < r; i++) {
    std::fill(to.b1 + i * h.columns + begin, to.b1 + i * h.columns + end, 0.0f);
    std::fill(to.b2 + i * h.columns + begin, to.b2 + i * h.columns + end, 0.0f);
  }

  float left[HadamardColumns], right[HadamardColumns];
  const auto count = end - begin;
  for (int64_t row = 0; row < h.rows; row++) {
    const auto *first = h.a1 + row * r, *second = h.a2 + row * r, *of = gradient + row * h.columns + begin;
    row_products(h, first, second, begin, count, left, right);
#pragma omp simd
    for (int64_t n = 0; n < count; n++) {
      const auto scaled = h.scale * of[n], to_left = scaled * right[n];
      right[n] = scaled * left[n];
      left[n] = to_left;
    }

    for (int i = 0; i < r; i++) {
      const auto *from_first = h.b1 + i * h.columns + begin, *from_second = h.b2 + i * h.columns + begin;
      auto *to_first = to.b1 + i * h.columns + begin, *to_second = to.b2 + i * h.columns + begin;
      float sum_first = 0, sum_second = 0;
#pragma omp simd reduction(+ : sum_first, sum_second)
      for (int64_t n = 0; n < count; n++) {
        sum_first += left[n] * from_first[n];
        sum_second += right[n] * from_second[n];
        to_first[n] += first[i] * left[n];
        to_second[n] += second[i] * right[n];
      }

      to.a1[row * r + i] = sum_first;
      to.a2[row * r + i] = sum_second;
    }
  }
}

template <class Columns>
void in_column_blocks(int64_t columns, int64_t work_per_column, Columns work) {
  const auto blocks = (columns + HadamardColumns - 1) / HadamardColumns;
  const auto grain = std::max<int64_t>(1, at::internal::GRAIN_SIZE / (HadamardColumns * std::max<int64_t>(work_per_column, 1)));
  at::parallel_for(0, blocks, grain, [&](int64_t begin, int64_t end) {
    for (auto block = begin; block < end; block++) work(block, block * HadamardColumns, std::min((block + 1) * HadamardColumns, columns));
  });
}

struct HadamardTensors {
  at::Tensor a1, b1, a2, b2;

  HadamardTensors(const at::Tensor& a1, const at::Tensor& b1, const at::Tensor& a2, const at::Tensor& b2)
      : a1(a1.contiguous()), b1(b1.contiguous()), a2(a2.contiguous()), b2(b2.contiguous()) {
    TORCH_CHECK(a1.dim() == 2 && b1.dim() == 2 && a1.size(1) == b1.size(0) && a2.sizes() == a1.sizes() && b2.sizes() == b1.sizes(),
                "the factors ", a1.sizes(), ", ", b1.sizes(), ", ", a2.sizes(), ", ", b2.sizes(), " do not fit each other");
    for (const auto* factor : {&a1, &b1, &a2, &b2}) TORCH_CHECK(factor->scalar_type() == at::kFloat, "expected float32 factors");
  }

  Hadamard values(double scale) const {
    return {a1.size(0), b1.size(1), static_cast<int>(a1.size(1)), a1.data_ptr<float>(), b1.data_ptr<float>(),
            a2.data_ptr<float>(), b2.data_ptr<float>(), static_cast<float>(scale)};
  }

  HadamardTensors like() const { return {at::empty_like(a1), at::empty_like(b1), at::empty_like(a2), at::empty_like(b2)}; }

  HadamardGradients gradients() const { return {a1.data_ptr<float>(), b1.data_ptr<float>(), a2.data_ptr<float>(), b2.data_ptr<float>()}; }
};

std::tuple<at::Tensor, at::Tensor> hadamard_factors(const at::Tensor& a1, const at::Tensor& b1, const at::Tensor& a2, const at::Tensor& b2,
                                                    double scale) {
  if (!has_own_kernels(a1)) return composed_factors(a1, b1, a2, b2, scale, a1.scalar_type());
  const HadamardTensors factors(a1, b1, a2, b2);
  const auto h = factors.values(scale);
  auto down = at::empty({h.rank * h.rank, h.columns}, a1.options()), up = at::empty({h.rows, h.rank * h.rank}, a1.options());
  auto* to = down.data_ptr<float>();
  in_column_blocks(h.columns, h.rank * h.rank, [&](int64_t, int64_t begin, int64_t end) { down_columns(h, to, begin, end); });
  up_rows(h, up.data_ptr<float>());
  return {down, up};
}

FourTensors hadamard_factors_backward(const at::Tensor& down, const at::Tensor& up, const at::Tensor& a1, const at::Tensor& b1,
                                      const at::Tensor& a2, const at::Tensor& b2, double scale) {
  if (!has_own_kernels(down)) return composed_factors_backward(down, up, a1, b1, a2, b2, scale);
  const HadamardTensors factors(a1, b1, a2, b2), results = factors.like();
  const auto h = factors.values(scale);
  const auto to = results.gradients();
  const auto of_down = down.contiguous(), of_up = up.contiguous();
  const auto* gradient = of_down.data_ptr<float>();
  in_column_blocks(h.columns, 2 * h.rank * h.rank, [&](int64_t, int64_t begin, int64_t end) { down_gradient_columns(h, gradient, to, begin, end); });
  up_gradient_rows(h, of_up.data_ptr<float>(), to);
  return {results.a1, results.b1, results.a2, results.b2};
}

at::Tensor hadamard_weight(const at::Tensor& weight, const at::Tensor& a1, const at::Tensor& b1, const at::Tensor& a2, const at::Tensor& b2,
                           double scale) {
  const HadamardTensors factors(a1, b1, a2, b2);
  const auto h = factors.values(scale);
  TORCH_CHECK(weight.scalar_type() == at::kFloat && weight.numel() == h.rows * h.columns && weight.size(0) == h.rows, "the factors do not fit a weight of size ", weight.sizes());
  const auto frozen = weight.contiguous();
  auto result = at::empty(weight.sizes(), weight.options());
  const auto* from = frozen.data_ptr<float>();
  auto* to = result.data_ptr<float>();
  in_column_blocks(h.columns, 2 * h.rows * h.rank, [&](int64_t, int64_t begin, int64_t end) { weight_columns(h, from, to, begin, end); });
  return result;
}

FourTensors hadamard_weight_backward(const at::Tensor& gradient, const at::Tensor& a1, const at::Tensor& b1, const at::Tensor& a2,
                                     const at::Tensor& b2, double scale) {
  const HadamardTensors factors(a1, b1, a2, b2), results = factors.like();
  const auto h = factors.values(scale);
  const auto of = gradient.contiguous();
  const auto* from = of.data_ptr<float>();
  const auto blocks = (h.columns + HadamardColumns - 1) / HadamardColumns;
  const auto parts1 = at::empty({blocks, h.rows, h.rank}, a1.options()), parts2 = at::empty({blocks, h.rows, h.rank}, a1.options());
  in_column_blocks(h.columns, 6 * h.rows * h.rank, [&](int64_t block, int64_t begin, int64_t end) {
    auto to = results.gradients();
    to.a1 = parts1.data_ptr<float>() + block * h.rows * h.rank;
    to.a2 = parts2.data_ptr<float>() + block * h.rows * h.rank;
    weight_gradient_columns(h, from, to, begin, end);
  });
  if (blocks == 1) return {parts1.view(a1.sizes()), results.b1, parts2.view(a1.sizes()), results.b2};
  const auto to = results.gradients();
  for (int64_t i = 0; i < h.rows * h.rank; i++) {
    float sum1 = 0, sum2 = 0;
    for (int64_t block = 0; block < blocks; block++) {
      sum1 += parts1.data_ptr<float>()[block * h.rows * h.rank + i];
      sum2 += parts2.data_ptr<float>()[block * h.rows * h.rank + i];
    }

    to.a1[i] = sum1;
    to.a2[i] = sum2;
  }

  return {results.a1, results.b1, results.a2, results.b2};
}

}  // namespace
