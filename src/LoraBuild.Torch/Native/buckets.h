// bucketize of 32-bit numbers on a CPU: libtorch's own searches for each number from the start, and a processor guesses half of the
// comparisons wrong. An 8-bit optimizer state is written through it.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

// For numbers that have the sign, exponent and first seven bits of the mantissa in common, how many boundaries lie before all of them.
class Buckets {
 public:
  // The boundaries ascend. A number goes behind those that it is larger than, or, where `right`, not smaller than.
  Buckets(const float* boundaries, int64_t count, bool right)
      : boundaries_(boundaries, boundaries + count), starts_(Cells), right_(right) {
    int32_t start = 0;
    for (int32_t cell = 0; cell < Cells; cell++) {
      const auto smallest = smallest_of(cell);
      while (start < count && lies_before(start, smallest)) start++;
      starts_[cell] = start;
    }
  }

  int32_t operator[](float value) const {
    const auto count = static_cast<int32_t>(boundaries_.size());
    auto bucket = starts_[cell_of(value)];
    while (bucket < count && lies_before(bucket, value)) bucket++;
    return bucket;
  }

 private:
  static constexpr int32_t Cells = 1 << 16;

  // Ascends with the value.
  static int32_t cell_of(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    return static_cast<int32_t>((bits >> 31 ? ~bits : bits | 0x80000000u) >> 16);
  }

  static float smallest_of(int32_t cell) {
    const auto ordered = static_cast<uint32_t>(cell) << 16;
    const auto value = std::bit_cast<float>(ordered >> 31 ? ordered & 0x7fffffffu : ~ordered);
    if (!std::isnan(value)) return value;
    return ordered >> 31 ? std::numeric_limits<float>::infinity() : -std::numeric_limits<float>::infinity();
  }

  // What is not a number goes behind them all.
  bool lies_before(int32_t boundary, float value) const {
    return right_ ? !(boundaries_[boundary] > value) : !(boundaries_[boundary] >= value);
  }

  std::vector<float> boundaries_;
  std::vector<int32_t> starts_;
  bool right_;
};

at::Tensor bucketize(const at::Tensor& self, const at::Tensor& boundaries, bool out_int32, bool right) {
  // The table takes as long as some ten thousand searches.
  const auto takes = self.scalar_type() == at::kFloat && boundaries.scalar_type() == at::kFloat && boundaries.dim() == 1 &&
                     boundaries.is_contiguous() && out_int32 && self.numel() > 1 << 16;
  if (!takes) return at::cpu::bucketize(self, boundaries, out_int32, right);
  const Buckets buckets(boundaries.data_ptr<float>(), boundaries.numel(), right);
  const auto values = self.contiguous();
  auto result = at::empty(values.sizes(), values.options().dtype(at::kInt));
  const auto* from = values.data_ptr<float>();
  auto* to = result.data_ptr<int32_t>();
  at::parallel_for(0, values.numel(), 1 << 14, [&](int64_t begin, int64_t end) {
    for (auto i = begin; i < end; i++) to[i] = buckets[from[i]];
  });
  return result;
}

}  // namespace
