// Sums of all elements of a tensor on a CPU that have the same bits whatever the number of threads: libtorch gives each thread a part of a
// large tensor, here the parts are of one size. Means, and the gradients of numbers that were broadcast, are such sums too.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <set>
#include <utility>
#include <vector>

namespace {

// c10::optional, then std::optional.
using OptionalType = decltype(std::declval<const at::IValue&>().toOptional<at::ScalarType>());

constexpr int64_t FirstAxis = 0, SecondAxis = 1;

// Whether libtorch would divide this sum by the threads: one of many elements, of which one number remains.
bool is_divided(const at::Tensor& self, at::OptionalIntArrayRef dim, OptionalType dtype) {
  const auto type = self.scalar_type();
  if (self.numel() < at::internal::GRAIN_SIZE || !(type == at::kFloat || type == at::kDouble) || (dtype.has_value() && *dtype != type)) return false;
  if (!dim.has_value() || dim->empty()) return true;
  std::set<int64_t> axes;
  int64_t summed = 1;
  for (auto axis : *dim) {
    if (axis < -self.dim() || axis >= self.dim() || !axes.insert(axis < 0 ? axis + self.dim() : axis).second) return false;
    summed *= self.size(axis);
  }
  return summed == self.numel();
}

// Of a contiguous tensor, [elements].
at::Tensor sum_in_parts(const at::Tensor& flat) {
  constexpr auto width = at::internal::GRAIN_SIZE / 2;
  const auto whole = flat.numel() / width * width;
  if (whole == 0) return at::cpu::sum(flat, at::IntArrayRef(FirstAxis));
  const auto total = sum_in_parts(at::cpu::sum(flat.narrow(0, 0, whole).view({-1, width}), at::IntArrayRef(SecondAxis)));
  return whole == flat.numel() ? total : total + at::cpu::sum(flat.narrow(0, whole, flat.numel() - whole), at::IntArrayRef(FirstAxis));
}

at::Tensor sum_to_one(const at::Tensor& self, at::OptionalIntArrayRef dim, bool keepdim) {
  const auto summed = dim.has_value() && !dim->empty() ? static_cast<int64_t>(dim->size()) : self.dim();
  return sum_in_parts(self.contiguous().view(-1)).view(std::vector<int64_t>(keepdim ? self.dim() : self.dim() - summed, 1));
}

at::Tensor sum(const at::Tensor& self, at::OptionalIntArrayRef dim, bool keepdim, OptionalType dtype) {
  return is_divided(self, dim, dtype) ? sum_to_one(self, dim, keepdim) : at::cpu::sum(self, dim, keepdim, dtype);
}

at::Tensor mean(const at::Tensor& self, at::OptionalIntArrayRef dim, bool keepdim, OptionalType dtype) {
  return is_divided(self, dim, dtype) ? sum_to_one(self, dim, keepdim) / self.numel() : at::cpu::mean(self, dim, keepdim, dtype);
}

}  // namespace
