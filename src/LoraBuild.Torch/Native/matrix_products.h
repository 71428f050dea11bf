// Products of 32-bit matrices on a CPU that have the same bits whatever the number of threads.
//
// A BLAS with threads divides a product by their number, and an element's sum is taken in another order at the edge of a part than
// inside it. Here a product is divided by its sizes alone, and each piece is computed by one thread: the operators mm, addmm, bmm and
// baddbmm are replaced, through which linear layers, attention and their gradients go.

#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

namespace {

using at::Scalar;
using at::Tensor;

// Fortran's sgemm, from whatever BLAS libtorch was linked with.
using Sgemm = void(const char* transa, const char* transb, const int* m, const int* n, const int* k, const float* alpha, const float* a,
                   const int* lda, const float* b, const int* ldb, const float* beta, float* c, const int* ldc);
Sgemm* sgemm = nullptr;

// MKL's limit for the products of the calling thread, which returns the one before; null where BLAS is another.
using LimitThreads = int(int count);
LimitThreads* limit_mkl_threads = nullptr;

// While it lives, BLAS computes the calling thread's products on that thread alone. Others keep to it inside a parallel region, but MKL does not:
// ATen sets it to take the whole number of threads there too, and it divides a product for them although OpenMP gives it one.
class SingleBlasThread {
 public:
  SingleBlasThread() : before_(limit_mkl_threads ? limit_mkl_threads(1) : 0) {}
  ~SingleBlasThread() {
    if (limit_mkl_threads) limit_mkl_threads(before_);
  }

  SingleBlasThread(const SingleBlasThread&) = delete;
  SingleBlasThread& operator=(const SingleBlasThread&) = delete;

 private:
  int before_;
};

// Whether our own kernels take a tensor.
bool has_own_kernels(const Tensor& tensor) { return sgemm && tensor.is_cpu() && tensor.scalar_type() == at::kFloat; }

// A piece with less work than this is not worth a thread.
constexpr int64_t PieceOperations = 2'000'000;
constexpr int64_t MostPieces = 8;
// BLAS copies the rows and columns of each piece into another order first, which is cheap for long sides only: two threads are worth it
// nearly always, more of them where the sides stay long.
constexpr int64_t ShortestHalf = 32, ShortestPart = 256;

// A matrix in rows, or in columns where it is transposed; `leading` elements from one to the next.
struct Operand {
  Tensor owner;
  const float* data;
  int leading;
  bool transposed;

  const float* row(int64_t index) const { return data + (transposed ? index : index * leading); }
  const float* column(int64_t index) const { return data + (transposed ? index * leading : index); }
};

Operand operand(const Tensor& matrix) {
  const auto rows = matrix.size(0), columns = matrix.size(1);
  const auto row_step = rows == 1 ? std::max<int64_t>(columns, 1) : matrix.stride(0);
  const auto column_step = columns == 1 ? std::max<int64_t>(rows, 1) : matrix.stride(1);
  if ((columns == 1 || column_step == 1) && row_step >= columns && row_step > 0)
    return {matrix, matrix.data_ptr<float>(), static_cast<int>(row_step), false};
  if ((rows == 1 || row_step == 1) && column_step >= rows && column_step > 0)
    return {matrix, matrix.data_ptr<float>(), static_cast<int>(column_step), true};
  auto copy = matrix.contiguous();
  return {copy, copy.data_ptr<float>(), static_cast<int>(columns), false};
}

// result = alpha a b + beta result, for some of the result's rows and columns.
struct Piece {
  const float *a, *b;
  float* result;
  int rows, columns, depth, a_leading, b_leading, result_leading;
  bool a_transposed, b_transposed;

  // Column-major BLAS sees each matrix transposed, so it multiplies them the other way round.
  void compute(float alpha, float beta) const {
    sgemm(b_transposed ? "T" : "N", a_transposed ? "T" : "N", &columns, &rows, &depth, &alpha, b, &b_leading, a, &a_leading, &beta, result,
          &result_leading);
  }
};

// `result` is in rows, with `result_leading` elements from one to the next.
void divide(const Operand& a, const Operand& b, float* result, int64_t result_leading, int64_t rows, int64_t columns, int64_t depth,
            std::vector<Piece>& pieces) {
  const auto wanted = std::clamp<int64_t>(2 * rows * columns * depth / PieceOperations, 1, MostPieces);
  int64_t row_parts = 1, column_parts = 1;
  while (row_parts * column_parts < wanted &&
         std::max(rows / row_parts, columns / column_parts) >= 2 * (row_parts * column_parts < 2 ? ShortestHalf : ShortestPart))
    (rows / row_parts >= columns / column_parts ? row_parts : column_parts) *= 2;
  for (int64_t i = 0; i < row_parts; i++) {
    for (int64_t j = 0; j < column_parts; j++) {
      const auto top = rows * i / row_parts, bottom = rows * (i + 1) / row_parts;
      const auto left = columns * j / column_parts, right = columns * (j + 1) / column_parts;
      pieces.push_back({a.row(top), b.column(left), result + top * result_leading + left, static_cast<int>(bottom - top),
                        static_cast<int>(right - left), static_cast<int>(depth), a.leading, b.leading, static_cast<int>(result_leading),
                        a.transposed, b.transposed});
    }
  }
}

void compute(const std::vector<Piece>& pieces, float alpha, float beta) {
  // One of two parts without work makes it a parallel region, in which BLAS keeps to one thread.
  const auto parts = std::max<int64_t>(pieces.size(), 2);
  at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    const SingleBlasThread single;
    for (auto i = begin; i < std::min<int64_t>(end, pieces.size()); i++) pieces[i].compute(alpha, beta);
  });
}

bool takes(const Tensor& a, const Tensor& b, int64_t dimensions) {
  return a.dim() == dimensions && b.dim() == dimensions && a.scalar_type() == at::kFloat && b.scalar_type() == at::kFloat &&
         a.size(-1) == b.size(-2) && (dimensions == 2 || a.size(0) == b.size(0)) && a.numel() > 0 && b.numel() > 0 && !a.is_conj() &&
         !b.is_conj() && !a.is_neg() && !b.is_neg();
}

void multiply(const Tensor& a, const Tensor& b, const Tensor& result, float alpha, float beta) {
  const auto left = operand(a), right = operand(b);
  std::vector<Piece> pieces;
  divide(left, right, result.data_ptr<float>(), std::max<int64_t>(result.stride(0), result.size(1)), a.size(0), b.size(1), a.size(1), pieces);
  compute(pieces, alpha, beta);
}

void multiply_batch(const Tensor& a, const Tensor& b, const Tensor& result, float alpha, float beta) {
  std::vector<Operand> operands;
  std::vector<Piece> pieces;
  const auto rows = a.size(1), columns = b.size(2), count = a.size(0);
  for (int64_t i = 0; i < count; i++) {
    operands.push_back(operand(a.select(0, i)));
    operands.push_back(operand(b.select(0, i)));
    divide(operands[2 * i], operands[2 * i + 1], result.data_ptr<float>() + i * rows * columns, columns, rows, columns, a.size(2), pieces);
  }
  compute(pieces, alpha, beta);
}

Tensor mm(const Tensor& self, const Tensor& mat2) {
  if (!takes(self, mat2, 2)) return at::cpu::mm(self, mat2);
  auto result = at::empty({self.size(0), mat2.size(1)}, self.options());
  multiply(self, mat2, result, 1, 0);
  return result;
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta, const Scalar& alpha) {
  if (!takes(mat1, mat2, 2) || self.scalar_type() != at::kFloat) return at::cpu::addmm(self, mat1, mat2, beta, alpha);
  auto result = at::empty({mat1.size(0), mat2.size(1)}, mat1.options());
  if (beta.to<double>() != 0) result.copy_(self.expand(result.sizes()));
  multiply(mat1, mat2, result, alpha.to<float>(), beta.to<float>());
  return result;
}

Tensor& addmm_(Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta, const Scalar& alpha) {
  // Pieces of the result may not be written over what others are still to read.
  if (self.is_alias_of(mat1) || self.is_alias_of(mat2)) return self.copy_(::addmm(self, mat1, mat2, beta, alpha));
  const auto fits = self.dim() == 2 && self.scalar_type() == at::kFloat && takes(mat1, mat2, 2) && self.size(0) == mat1.size(0) &&
                    self.size(1) == mat2.size(1) && (self.stride(1) == 1 || self.size(1) == 1) && self.stride(0) >= self.size(1);
  if (!fits) return at::cpu::addmm_(self, mat1, mat2, beta, alpha);
  multiply(mat1, mat2, self, alpha.to<float>(), beta.to<float>());
  return self;
}

Tensor bmm(const Tensor& self, const Tensor& mat2) {
  if (!takes(self, mat2, 3)) return at::cpu::bmm(self, mat2);
  auto result = at::empty({self.size(0), self.size(1), mat2.size(2)}, self.options());
  multiply_batch(self, mat2, result, 1, 0);
  return result;
}

Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta, const Scalar& alpha) {
  if (!takes(batch1, batch2, 3) || self.scalar_type() != at::kFloat) return at::cpu::baddbmm(self, batch1, batch2, beta, alpha);
  auto result = at::empty({batch1.size(0), batch1.size(1), batch2.size(2)}, batch1.options());
  if (beta.to<double>() != 0) result.copy_(self.expand(result.sizes()));
  multiply_batch(batch1, batch2, result, alpha.to<float>(), beta.to<float>());
  return result;
}

}  // namespace
