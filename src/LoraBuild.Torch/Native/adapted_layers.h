// A frozen layer with a product of low rank beside it, attention, and a gated GELU, of 32-bit tensors on a CPU: one operator each way where libtorch's
// own take a dozen and copy between them. Products are divided by their sizes alone, so the number of threads changes no bit.

#pragma once

#include "activations.h"
#include "columns.h"
#include "composed_layers.h"
#include "group_norm.h"
#include "hadamard.h"
#include "matrix_products.h"
#include "softmax.h"

#include <ATen/ATen.h>
#include <ATen/CPUFunctions.h>
#include <ATen/CompositeExplicitAutogradFunctions.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <vector>

namespace {

using OptionalTensorArgument = OptionalWeight;

Tensor defined_or_empty(const OptionalTensorArgument& tensor) { return tensor.has_value() ? *tensor : Tensor(); }

Operand rows_of(const float* data, int64_t leading) { return {Tensor(), data, static_cast<int>(leading), false}; }
Operand rows_of(const Tensor& contiguous) { return rows_of(contiguous.data_ptr<float>(), contiguous.size(-1)); }

Operand transposed(Operand matrix) {
  matrix.transposed = !matrix.transposed;
  return matrix;
}

// result = a b + beta result, [rows, columns] in rows.
void product(const Operand& a, const Operand& b, float* result, int64_t rows, int64_t columns, int64_t depth, float beta = 0) {
  std::vector<Piece> pieces;
  divide(a, b, result, columns, rows, columns, depth, pieces);
  compute(pieces, 1, beta);
}

// `depth` elements of the input make an output. What is read by its pointer alone must have its size.
void check_layer(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& down, const Tensor& up, int64_t depth) {
  const auto outputs = weight.size(0);
  TORCH_CHECK(sgemm && input.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat, "expected float32 tensors");
  TORCH_CHECK(input.numel() > 0, "an input of size ", input.sizes(), " is empty");
  TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.numel() == outputs), "a bias of size ", bias.sizes(), " does not fit ", outputs, " outputs");
  TORCH_CHECK(down.defined() == up.defined(), "a product has two factors");
  TORCH_CHECK(!down.defined() || (down.dim() == 2 && up.dim() == 2 && down.size(1) == depth && up.size(0) == outputs && up.size(1) == down.size(0)),
              "factors of size ", down.defined() ? down.sizes() : at::IntArrayRef(), " and ", up.defined() ? up.sizes() : at::IntArrayRef(),
              " do not fit a weight of size ", weight.sizes());
}

// ---------------------------------------------------------------------------------------------------------------------
// input [..., in], weight [out, in], bias [out], down [rank, in], up [out, rank] -> output [..., out], input down^T [places, rank]

std::tuple<Tensor, Tensor> linear_product(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias,
                                          const OptionalTensorArgument& down, const OptionalTensorArgument& up) {
  const auto add = defined_or_empty(bias), below = defined_or_empty(down), above = defined_or_empty(up);
  if (!has_own_kernels(input)) return composed_linear(input, weight, add, below, above);
  check_layer(input, weight, add, below, above, weight.size(-1));
  const auto outputs = weight.size(0), inputs = weight.size(1), places = input.numel() / inputs;
  TORCH_CHECK(weight.dim() == 2 && input.size(-1) == inputs, "an input of size ", input.sizes(), " does not fit a weight of size ", weight.sizes());
  const auto matrix = operand(weight), rows = operand(input.reshape({places, inputs}));
  auto sizes = input.sizes().vec();
  sizes.back() = outputs;
  auto result = at::empty(sizes, input.options());
  auto* to = result.data_ptr<float>();
  if (add.defined()) {
    const auto values = add.contiguous();
    const auto* from = values.data_ptr<float>();
    at::parallel_for(0, places, std::max<int64_t>(1, at::internal::GRAIN_SIZE / outputs), [&](int64_t begin, int64_t end) {
      for (auto place = begin; place < end; place++) std::copy(from, from + outputs, to + place * outputs);
    });
  }

  product(rows, transposed(matrix), to, places, outputs, inputs, add.defined() ? 1 : 0);
  if (!below.defined()) return {result, Tensor()};
  const auto rank = below.size(0);
  auto inner = at::empty({places, rank}, input.options());
  product(rows, transposed(operand(below)), inner.data_ptr<float>(), places, rank, inputs);
  product(rows_of(inner), transposed(operand(above)), to, places, outputs, rank, 1);
  return {result, inner};
}

// The gradients to input, weight, down and up; those that are not wanted are undefined.
FourTensors linear_product_backward(const Tensor& gradient, const Tensor& input, const Tensor& weight, const OptionalTensorArgument& down,
                                    const OptionalTensorArgument& up, const OptionalTensorArgument& between, bool to_input, bool to_weight) {
  const auto below = defined_or_empty(down), above = defined_or_empty(up), inner = defined_or_empty(between);
  if (!has_own_kernels(input)) return composed_linear_backward(gradient, input, weight, below, above, inner, to_input, to_weight);
  const auto outputs = weight.size(0), inputs = weight.size(1), places = input.numel() / inputs;
  const auto matrix = operand(weight), rows = operand(input.reshape({places, inputs})), of = operand(gradient.reshape({places, outputs}));
  Tensor input_gradient, weight_gradient, down_gradient, up_gradient;
  if (to_input) {
    input_gradient = at::empty(input.sizes(), input.options());
    product(of, matrix, input_gradient.data_ptr<float>(), places, inputs, outputs);
  }

  if (to_weight) {
    weight_gradient = at::empty(weight.sizes(), weight.options());
    product(transposed(of), rows, weight_gradient.data_ptr<float>(), outputs, inputs, places);
  }

  if (below.defined()) {
    const auto rank = below.size(0);
    auto inner_gradient = at::empty({places, rank}, input.options());
    product(of, operand(above), inner_gradient.data_ptr<float>(), places, rank, outputs);
    if (to_input) product(rows_of(inner_gradient), operand(below), input_gradient.data_ptr<float>(), places, inputs, rank, 1);
    down_gradient = at::empty(below.sizes(), below.options());
    product(transposed(rows_of(inner_gradient)), rows, down_gradient.data_ptr<float>(), rank, inputs, places);
    up_gradient = at::empty(above.sizes(), above.options());
    product(transposed(of), rows_of(inner), up_gradient.data_ptr<float>(), outputs, rank, places);
  }

  return {input_gradient, weight_gradient, down_gradient, up_gradient};
}

// ---------------------------------------------------------------------------------------------------------------------
// input [batch, in, height, width], weight [out, in, k, k], bias [out], down [rank, in k k], up [out, rank]
// -> output [batch, out, height', width'], down columns [batch, rank, height' width']
//
// A convolution as a product of columns (im2col: Chellapilla et al., "High Performance Convolutional Neural Networks for Document
// Processing", 2006), which the product beside it shares. Each sample is computed by itself. Only the input is kept for the way back: the
// columns are as many times larger as the kernel has places, and are made again.

struct ColumnLayer {
  int64_t batch, inputs, height, width, outputs, depth, kernel, stride, padding, rows, columns, places;

  ColumnLayer(const Tensor& input, const Tensor& weight, int64_t stride, int64_t padding)
      : batch(checked(input, weight, stride).size(0)), inputs(input.size(1)), height(input.size(2)), width(input.size(3)), outputs(weight.size(0)),
        depth(weight.numel() / weight.size(0)), kernel(weight.size(2)), stride(stride), padding(padding),
        rows((height + 2 * padding - kernel) / stride + 1), columns((width + 2 * padding - kernel) / stride + 1), places(rows * columns) {
    TORCH_CHECK(rows > 0 && columns > 0, "a kernel of size ", kernel, " is larger than an input of size ", input.sizes(), " padded by ", padding);
  }

  static const Tensor& checked(const Tensor& input, const Tensor& weight, int64_t stride) {
    TORCH_CHECK(input.dim() == 4 && weight.dim() == 4 && weight.numel() > 0 && weight.size(2) == weight.size(3) && weight.size(1) == input.size(1),
                "an input of size ", input.sizes(), " does not fit a weight of size ", weight.sizes());
    TORCH_CHECK(stride > 0, "a stride of ", stride);
    return input;
  }

  bool is_pointwise() const { return kernel == 1 && stride == 1 && padding == 0; }

  // [1, in k k, places] of a sample [1, in, height, width].
  Tensor columns_of(const Tensor& sample) const {
    return is_pointwise() ? sample.view({1, inputs, places}) : ::im2col(sample, {kernel, kernel}, {1, 1}, {padding, padding}, {stride, stride});
  }
};

std::tuple<Tensor, Tensor> convolution_product(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias,
                                               const OptionalTensorArgument& down, const OptionalTensorArgument& up, int64_t stride,
                                               int64_t padding) {
  const auto below = defined_or_empty(down), above = defined_or_empty(up), values = defined_or_empty(bias);
  if (!has_own_kernels(input)) return composed_convolution(input, weight, values, below, above, stride, padding);
  check_layer(input, weight, values, below, above, weight.numel() / std::max<int64_t>(1, weight.size(0)));
  const ColumnLayer layer(input, weight, stride, padding);
  const auto samples = input.contiguous(), matrix = weight.contiguous(), add = values.defined() ? values.contiguous() : values;
  const auto weights = rows_of(matrix.data_ptr<float>(), layer.depth);
  auto result = at::empty({layer.batch, layer.outputs, layer.rows, layer.columns}, input.options());
  if (add.defined()) {
    for (int64_t i = 0; i < layer.batch * layer.outputs; i++) {
      auto* to = result.data_ptr<float>() + i * layer.places;
      std::fill(to, to + layer.places, add.data_ptr<float>()[i % layer.outputs]);
    }
  }

  Tensor inner;
  const auto rank = below.defined() ? below.size(0) : 0;
  if (rank > 0) inner = at::empty({layer.batch, rank, layer.places}, input.options());
  for (int64_t i = 0; i < layer.batch; i++) {
    const auto columns = layer.columns_of(samples.narrow(0, i, 1));
    auto* to = result.data_ptr<float>() + i * layer.outputs * layer.places;
    product(weights, rows_of(columns), to, layer.outputs, layer.places, layer.depth, add.defined() ? 1 : 0);
    if (rank == 0) continue;
    auto* between = inner.data_ptr<float>() + i * rank * layer.places;
    product(operand(below), rows_of(columns), between, rank, layer.places, layer.depth);
    product(operand(above), rows_of(between, layer.places), to, layer.outputs, layer.places, rank, 1);
  }

  return {result, inner};
}

FourTensors convolution_product_backward(const Tensor& gradient, const Tensor& input, const Tensor& weight, const OptionalTensorArgument& down,
                                         const OptionalTensorArgument& up, const OptionalTensorArgument& between, int64_t stride, int64_t padding,
                                         bool to_input, bool to_weight) {
  const auto below = defined_or_empty(down), above = defined_or_empty(up), inner = defined_or_empty(between);
  if (!has_own_kernels(input))
    return composed_convolution_backward(gradient, input, weight, below, above, inner, stride, padding, to_input, to_weight);
  const ColumnLayer layer(input, weight, stride, padding);
  const auto samples = input.contiguous(), matrix = weight.contiguous(), gradients = gradient.contiguous();
  const auto weights = rows_of(matrix.data_ptr<float>(), layer.depth);
  const auto rank = below.defined() ? below.size(0) : 0;
  std::vector<Tensor> input_gradients;
  Tensor weight_gradient, down_gradient, up_gradient, inner_gradient;
  if (to_weight) weight_gradient = at::empty(weight.sizes(), weight.options());
  if (rank > 0) {
    down_gradient = at::empty(below.sizes(), below.options());
    up_gradient = at::empty(above.sizes(), above.options());
    inner_gradient = at::empty({rank, layer.places}, input.options());
  }

  for (int64_t i = 0; i < layer.batch; i++) {
    const auto of = rows_of(gradients.data_ptr<float>() + i * layer.outputs * layer.places, layer.places);
    // The first sample's terms replace what is in the sums.
    const float beta = i > 0 ? 1 : 0;
    if (rank > 0) product(transposed(operand(above)), of, inner_gradient.data_ptr<float>(), rank, layer.places, layer.outputs);
    if (to_input) {
      auto spread = at::empty({1, layer.depth, layer.places}, input.options());
      product(transposed(weights), of, spread.data_ptr<float>(), layer.depth, layer.places, layer.outputs);
      if (rank > 0) product(transposed(operand(below)), rows_of(inner_gradient), spread.data_ptr<float>(), layer.depth, layer.places, rank, 1);
      input_gradients.push_back(layer.is_pointwise() ? spread.view({1, layer.inputs, layer.height, layer.width})
                                                     : ::col2im(spread, {layer.height, layer.width}, {layer.kernel, layer.kernel}, {1, 1},
                                                              {padding, padding}, {stride, stride}));
    }

    if (rank == 0 && !to_weight) continue;
    const auto columns = layer.columns_of(samples.narrow(0, i, 1));
    if (to_weight) product(of, transposed(rows_of(columns)), weight_gradient.data_ptr<float>(), layer.outputs, layer.depth, layer.places, beta);
    if (rank == 0) continue;
    const auto seen = rows_of(inner.data_ptr<float>() + i * rank * layer.places, layer.places);
    product(of, transposed(seen), up_gradient.data_ptr<float>(), layer.outputs, rank, layer.places, beta);
    product(rows_of(inner_gradient), transposed(rows_of(columns)), down_gradient.data_ptr<float>(), rank, layer.depth, layer.places, beta);
  }

  const auto input_gradient = input_gradients.empty() ? Tensor() : input_gradients.size() == 1 ? input_gradients[0] : at::cat(input_gradients);
  return {input_gradient, weight_gradient, down_gradient, up_gradient};
}

#if TORCH_VERSION_MAJOR >= 2
// The gradient of a convolution with a stride to its input, which libtorch leaves to oneDNN: from version 3 on its sums depend on the number of
// threads. All else is libtorch's.
std::tuple<Tensor, Tensor, Tensor> convolution_backward(const Tensor& gradient, const Tensor& input, const Tensor& weight, at::OptionalIntArrayRef bias_sizes,
                                                        at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                                                        at::IntArrayRef output_padding, int64_t groups, std::array<bool, 3> wanted) {
  const auto all = [](at::IntArrayRef values, int64_t value) { return std::all_of(values.begin(), values.end(), [&](int64_t each) { return each == value; }); };
  const auto takes = has_own_kernels(input) && gradient.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat && input.dim() == 4 &&
                     input.numel() > 0 && weight.size(2) == weight.size(3) && stride[0] > 1 && all(stride, stride[0]) && all(padding, padding[0]) &&
                     all(dilation, 1) && !transposed && groups == 1 && wanted[0] && !wanted[1] && !wanted[2];
  if (!takes)
    return at::compositeexplicitautograd::convolution_backward(gradient, input, weight, bias_sizes, stride, padding, dilation, transposed, output_padding,
                                                               groups, wanted);
  return {std::get<0>(convolution_product_backward(gradient, input, weight, {}, {}, {}, stride[0], padding[0], true, false)), Tensor(), Tensor()};
}
#endif

// ---------------------------------------------------------------------------------------------------------------------
// query [batch, queries, channels], key and value [batch, keys, channels], mask [queries, keys]
// -> softmax(query key^T / sqrt(channels of a head) + mask) value, head by head, [batch, queries, channels]; the softmax [batch heads, queries, keys]

struct AttentionSizes {
  int64_t batch, queries, keys, channels, heads, width;
  float scale;

  AttentionSizes(const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads)
      : batch(checked(query, key, value, heads).size(0)), queries(query.size(1)), keys(key.size(1)), channels(query.size(2)), heads(heads), width(channels / heads),
        scale(static_cast<float>(1 / std::sqrt(static_cast<double>(width)))) {}

  static const Tensor& checked(const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads) {
    TORCH_CHECK(query.dim() == 3 && key.dim() == 3 && key.sizes() == value.sizes() && key.size(0) == query.size(0) && key.size(2) == query.size(2),
                "a query of size ", query.sizes(), ", a key of size ", key.sizes(), " and a value of size ", value.sizes(), " do not fit");
    TORCH_CHECK(heads > 0 && query.size(2) % heads == 0, heads, " heads do not divide ", query.size(2), " channels");
    return query;
  }

  // Each head's place in [batch, tokens, channels] and in [batch heads, queries, keys].
  int64_t in_tokens(int64_t head, int64_t tokens) const { return head / heads * tokens * channels + head % heads * width; }
  int64_t in_scores(int64_t head) const { return head * queries * keys; }
};

std::tuple<Tensor, Tensor> attention(const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads, const OptionalTensorArgument& mask) {
  const AttentionSizes sizes(query, key, value, heads);
  const auto q = query.contiguous(), k = key.contiguous(), v = value.contiguous();
  const auto *from_q = q.data_ptr<float>(), *from_k = k.data_ptr<float>(), *from_v = v.data_ptr<float>();
  auto scores = at::empty({sizes.batch * heads, sizes.queries, sizes.keys}, q.options());
  const auto add = defined_or_empty(mask);
  if (add.defined()) scores.copy_(add.expand(scores.sizes()));
  std::vector<Piece> pieces;
  for (int64_t head = 0; head < sizes.batch * heads; head++) {
    divide(rows_of(from_q + sizes.in_tokens(head, sizes.queries), sizes.channels), transposed(rows_of(from_k + sizes.in_tokens(head, sizes.keys), sizes.channels)),
           scores.data_ptr<float>() + sizes.in_scores(head), sizes.keys, sizes.queries, sizes.keys, sizes.width, pieces);
  }

  compute(pieces, sizes.scale, add.defined() ? 1 : 0);
  const auto weights = at::cpu::_softmax(scores, -1, false);
  auto result = at::empty(q.sizes(), q.options());
  pieces.clear();
  for (int64_t head = 0; head < sizes.batch * heads; head++) {
    divide(rows_of(weights.data_ptr<float>() + sizes.in_scores(head), sizes.keys), rows_of(from_v + sizes.in_tokens(head, sizes.keys), sizes.channels),
           result.data_ptr<float>() + sizes.in_tokens(head, sizes.queries), sizes.channels, sizes.queries, sizes.width, sizes.keys, pieces);
  }

  compute(pieces, 1, 0);
  return {result, weights};
}

std::tuple<Tensor, Tensor, Tensor> attention_backward(const Tensor& gradient, const Tensor& query, const Tensor& key, const Tensor& value,
                                                      const Tensor& weights, int64_t heads) {
  const AttentionSizes sizes(query, key, value, heads);
  const auto q = query.contiguous(), k = key.contiguous(), v = value.contiguous(), of = gradient.contiguous();
  auto to_query = at::empty(q.sizes(), q.options()), to_key = at::empty(k.sizes(), k.options()), to_value = at::empty(v.sizes(), v.options());
  auto to_weights = at::empty(weights.sizes(), weights.options());
  auto in_queries = [&](const Tensor& tensor, int64_t head) { return tensor.data_ptr<float>() + sizes.in_tokens(head, sizes.queries); };
  auto in_keys = [&](const Tensor& tensor, int64_t head) { return tensor.data_ptr<float>() + sizes.in_tokens(head, sizes.keys); };
  auto in_scores = [&](const Tensor& tensor, int64_t head) { return tensor.data_ptr<float>() + sizes.in_scores(head); };
  const auto count = sizes.batch * heads;
  std::vector<Piece> pieces;
  for (int64_t head = 0; head < count; head++) {
    const auto upstream = rows_of(in_queries(of, head), sizes.channels);
    divide(transposed(rows_of(in_scores(weights, head), sizes.keys)), upstream, in_keys(to_value, head), sizes.channels, sizes.keys, sizes.width,
           sizes.queries, pieces);
    divide(upstream, transposed(rows_of(in_keys(v, head), sizes.channels)), in_scores(to_weights, head), sizes.keys, sizes.queries, sizes.keys,
           sizes.width, pieces);
  }

  compute(pieces, 1, 0);
  const auto to_scores = softmax_backward_of_rows(to_weights, weights);
  pieces.clear();
  for (int64_t head = 0; head < count; head++) {
    const auto scores = rows_of(in_scores(to_scores, head), sizes.keys);
    divide(scores, rows_of(in_keys(k, head), sizes.channels), in_queries(to_query, head), sizes.channels, sizes.queries, sizes.width, sizes.keys, pieces);
    divide(transposed(scores), rows_of(in_queries(q, head), sizes.channels), in_keys(to_key, head), sizes.channels, sizes.keys, sizes.width,
           sizes.queries, pieces);
  }

  compute(pieces, sizes.scale, 0);
  return {to_query, to_key, to_value};
}

// ---------------------------------------------------------------------------------------------------------------------
// input [..., 2 width] -> its first half times the GELU of its second, [..., width]; that GELU

std::tuple<Tensor, Tensor> gated_gelu(const Tensor& input) {
  TORCH_CHECK(input.dim() > 0 && input.size(-1) > 0 && input.size(-1) % 2 == 0, "the last axis of ", input.sizes(), " has no two halves");
  const auto halves = input.contiguous();
  const auto width = halves.size(-1) / 2, rows = halves.numel() / (2 * width);
  const auto active = ::gelu(halves.narrow(-1, width, width), "none").contiguous();
  auto result = at::empty(active.sizes(), active.options());
  const auto *from = halves.data_ptr<float>(), *gate = active.data_ptr<float>();
  auto* to = result.data_ptr<float>();
  at::parallel_for(0, rows, std::max<int64_t>(1, at::internal::GRAIN_SIZE / width), [&](int64_t begin, int64_t end) {
    for (auto row = begin; row < end; row++) {
#pragma omp simd
      for (int64_t i = 0; i < width; i++) to[row * width + i] = from[row * 2 * width + i] * gate[row * width + i];
    }
  });
  return {result, active};
}

Tensor gated_gelu_backward(const Tensor& gradient, const Tensor& input, const Tensor& active) {
  const auto halves = input.contiguous(), of = gradient.contiguous();
  const auto width = halves.size(-1) / 2, rows = halves.numel() / (2 * width);
  auto result = at::empty(halves.sizes(), halves.options()), to_active = at::empty(active.sizes(), active.options());
  const auto *from = halves.data_ptr<float>(), *gate = active.data_ptr<float>(), *upstream = of.data_ptr<float>();
  auto *to = result.data_ptr<float>(), *inner = to_active.data_ptr<float>();
  const auto grain = std::max<int64_t>(1, at::internal::GRAIN_SIZE / width);
  at::parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
    for (auto row = begin; row < end; row++) {
#pragma omp simd
      for (int64_t i = 0; i < width; i++) {
        to[row * 2 * width + i] = upstream[row * width + i] * gate[row * width + i];
        inner[row * width + i] = upstream[row * width + i] * from[row * 2 * width + i];
      }
    }
  });
  const auto to_gate = ::gelu_backward(to_active, halves.narrow(-1, width, width), "none").contiguous();
  const auto* last = to_gate.data_ptr<float>();
  at::parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
    for (auto row = begin; row < end; row++) std::copy(last + row * width, last + (row + 1) * width, to + row * 2 * width + width);
  });
  return result;
}

}  // namespace
