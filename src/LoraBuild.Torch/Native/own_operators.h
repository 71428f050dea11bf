// Our own operators, in the namespace `lorabuild`: their schemas, and their gradients as nodes of the autograd graph. Each way is one call
// through the dispatcher, which so is counted as one operator.

#pragma once

#include "adapted_layers.h"
#include "hadamard.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <string>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Calls the way back of an operator by name, below autograd: its kernel on the tensors' device.
template <class Signature>
class OwnOperator {
 public:
  explicit OwnOperator(const char* name) : handle_(c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>()) {}

  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    TORCH_CHECK(!c10::GradMode::is_enabled(), handle_.schema().name(), " has no derivative: create_graph is not for our own operators");
    at::AutoDispatchBelowADInplaceOrView below;
    return handle_.call(std::forward<Arguments>(arguments)...);
  }

 private:
  c10::TypedOperatorHandle<Signature> handle_;
};

// What a tensor that may be undefined is to an operator.
OptionalTensorArgument optional(const Tensor& tensor) { return tensor.defined() ? OptionalTensorArgument(tensor) : OptionalTensorArgument(); }

// The gradients to the input, which may not be wanted, and to the factors.
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> hadamard_layer_backward(
    const Tensor& gradient, const Tensor& input, const Tensor& weight, const OptionalTensorArgument& down, const OptionalTensorArgument& up,
    const OptionalTensorArgument& between, const Tensor& a1, const Tensor& b1, const Tensor& a2, const Tensor& b2, double scale, bool materialized,
    int64_t stride, int64_t padding, bool to_input) {
  const auto [to, to_weight, to_down, to_up] =
      weight.dim() == 2 ? linear_product_backward(gradient, input, weight, down, up, between, to_input, materialized)
                        : convolution_product_backward(gradient, input, weight, down, up, between, stride, padding, to_input, materialized);
  const auto [to_a1, to_b1, to_a2, to_b2] = materialized ? hadamard_weight_backward(to_weight, a1, b1, a2, b2, scale)
                                                         : hadamard_factors_backward(to_down, to_up, a1, b1, a2, b2, scale);
  return {to, to_a1, to_b1, to_a2, to_b2};
}

struct HadamardFactorsNode : torch::autograd::Function<HadamardFactorsNode> {
  static variable_list forward(AutogradContext* context, const Tensor& a1, const Tensor& b1, const Tensor& a2, const Tensor& b2, double scale) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({a1, b1, a2, b2});
    context->saved_data["scale"] = scale;
    const auto [down, up] = hadamard_factors(a1, b1, a2, b2, scale);
    return {down, up};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(hadamard_factors_backward)> call("lorabuild::hadamard_factors_backward");
    const auto saved = context->get_saved_variables();
    auto [a1, b1, a2, b2] = call(gradients[0], gradients[1], saved[0], saved[1], saved[2], saved[3], context->saved_data["scale"].toDouble());
    return {a1, b1, a2, b2, Tensor()};
  }
};

std::tuple<Tensor, Tensor> hadamard_factors_recorded(const Tensor& a1, const Tensor& b1, const Tensor& a2, const Tensor& b2, double scale) {
  auto results = HadamardFactorsNode::apply(a1, b1, a2, b2, scale);
  return {results[0], results[1]};
}

struct HadamardWeightNode : torch::autograd::Function<HadamardWeightNode> {
  static Tensor forward(AutogradContext* context, const Tensor& weight, const Tensor& a1, const Tensor& b1, const Tensor& a2, const Tensor& b2,
                        double scale) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({a1, b1, a2, b2});
    context->saved_data["scale"] = scale;
    return hadamard_weight(weight, a1, b1, a2, b2, scale);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(hadamard_weight_backward)> call("lorabuild::hadamard_weight_backward");
    const auto saved = context->get_saved_variables();
    auto [a1, b1, a2, b2] = call(gradients[0], saved[0], saved[1], saved[2], saved[3], context->saved_data["scale"].toDouble());
    return {Tensor(), a1, b1, a2, b2, Tensor()};
  }
};

Tensor hadamard_weight_recorded(const Tensor& weight, const Tensor& a1, const Tensor& b1, const Tensor& a2, const Tensor& b2, double scale) {
  TORCH_CHECK(!weight.requires_grad(), "the frozen weight gets no gradient");
  return HadamardWeightNode::apply(weight, a1, b1, a2, b2, scale);
}

struct LinearProductNode : torch::autograd::Function<LinearProductNode> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias,
                        const OptionalTensorArgument& down, const OptionalTensorArgument& up) {
    at::AutoDispatchBelowADInplaceOrView below;
    const auto [result, inner] = linear_product(input, weight, bias, down, up);
    context->save_for_backward({input, weight, defined_or_empty(down), defined_or_empty(up), inner});
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(linear_product_backward)> call("lorabuild::linear_product_backward");
    const auto saved = context->get_saved_variables();
    auto [input, weight, down, up] = call(gradients[0], saved[0], saved[1], optional(saved[2]), optional(saved[3]), optional(saved[4]),
                                          saved[0].requires_grad(), saved[1].requires_grad());
    return {input, weight, Tensor(), down, up};
  }
};

Tensor linear_product_plain(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const OptionalTensorArgument& down,
                            const OptionalTensorArgument& up) {
  return std::get<0>(linear_product(input, weight, bias, down, up));
}

Tensor linear_product_recorded(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const OptionalTensorArgument& down,
                               const OptionalTensorArgument& up) {
  if (c10::GradMode::is_enabled()) return LinearProductNode::apply(input, weight, bias, down, up);
  at::AutoDispatchBelowADInplaceOrView below;
  return linear_product_plain(input, weight, bias, down, up);
}

struct ConvolutionProductNode : torch::autograd::Function<ConvolutionProductNode> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias,
                        const OptionalTensorArgument& down, const OptionalTensorArgument& up, int64_t stride, int64_t padding) {
    at::AutoDispatchBelowADInplaceOrView below;
    const auto [result, inner] = convolution_product(input, weight, bias, down, up, stride, padding);
    context->save_for_backward({input, weight, defined_or_empty(down), defined_or_empty(up), inner});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(convolution_product_backward)> call("lorabuild::convolution_product_backward");
    const auto saved = context->get_saved_variables();
    auto [input, weight, down, up] =
        call(gradients[0], saved[0], saved[1], optional(saved[2]), optional(saved[3]), optional(saved[4]), context->saved_data["stride"].toInt(),
             context->saved_data["padding"].toInt(), saved[0].requires_grad(), saved[1].requires_grad());
    return {input, weight, Tensor(), down, up, Tensor(), Tensor()};
  }
};

Tensor convolution_product_plain(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const OptionalTensorArgument& down,
                                 const OptionalTensorArgument& up, int64_t stride, int64_t padding) {
  return std::get<0>(convolution_product(input, weight, bias, down, up, stride, padding));
}

Tensor convolution_product_recorded(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const OptionalTensorArgument& down,
                                    const OptionalTensorArgument& up, int64_t stride, int64_t padding) {
  if (c10::GradMode::is_enabled()) return ConvolutionProductNode::apply(input, weight, bias, down, up, stride, padding);
  at::AutoDispatchBelowADInplaceOrView below;
  return convolution_product_plain(input, weight, bias, down, up, stride, padding);
}

// A linear layer, or a convolution by columns where the weight has four axes, with a LoHa on it: either form of the change in one node.
struct HadamardLayerNode : torch::autograd::Function<HadamardLayerNode> {
  static std::tuple<Tensor, Tensor> factors(const Tensor& input, const Tensor& a1, const Tensor& b1, const Tensor& a2, const Tensor& b2, double scale) {
    return has_own_kernels(input) ? hadamard_factors(a1, b1, a2, b2, scale) : composed_factors(a1, b1, a2, b2, scale, input.scalar_type());
  }

  static std::tuple<Tensor, Tensor> layer(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias,
                                          const OptionalTensorArgument& down, const OptionalTensorArgument& up, int64_t stride, int64_t padding) {
    return weight.dim() == 2 ? linear_product(input, weight, bias, down, up) : convolution_product(input, weight, bias, down, up, stride, padding);
  }

  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const Tensor& a1,
                        const Tensor& b1, const Tensor& a2, const Tensor& b2, double scale, bool materialized, int64_t stride, int64_t padding) {
    at::AutoDispatchBelowADInplaceOrView below;
    Tensor used = weight, down, up, result, inner;
    if (materialized) {
      used = hadamard_weight(weight, a1, b1, a2, b2, scale);
    } else {
      std::tie(down, up) = factors(input, a1, b1, a2, b2, scale);
    }

    std::tie(result, inner) = layer(input, used, bias, optional(down), optional(up), stride, padding);
    context->save_for_backward({input, used, down, up, inner, a1, b1, a2, b2});
    context->saved_data["settings"] = at::IntArrayRef({materialized, stride, padding});
    context->saved_data["scale"] = scale;
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(hadamard_layer_backward)> call("lorabuild::hadamard_layer_backward");
    const auto saved = context->get_saved_variables();
    const auto settings = context->saved_data["settings"].toIntVector();
    auto [input, a1, b1, a2, b2] =
        call(gradients[0], saved[0], saved[1], optional(saved[2]), optional(saved[3]), optional(saved[4]), saved[5], saved[6], saved[7], saved[8],
             context->saved_data["scale"].toDouble(), settings[0] != 0, settings[1], settings[2], saved[0].requires_grad());
    return {input, Tensor(), Tensor(), a1, b1, a2, b2, Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

Tensor hadamard_layer_plain(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const Tensor& a1, const Tensor& b1,
                            const Tensor& a2, const Tensor& b2, double scale, bool materialized, int64_t stride, int64_t padding) {
  if (materialized)
    return std::get<0>(HadamardLayerNode::layer(input, hadamard_weight(weight, a1, b1, a2, b2, scale), bias, {}, {}, stride, padding));
  const auto [down, up] = HadamardLayerNode::factors(input, a1, b1, a2, b2, scale);
  return std::get<0>(HadamardLayerNode::layer(input, weight, bias, down, up, stride, padding));
}

Tensor hadamard_layer_recorded(const Tensor& input, const Tensor& weight, const OptionalTensorArgument& bias, const Tensor& a1, const Tensor& b1,
                               const Tensor& a2, const Tensor& b2, double scale, bool materialized, int64_t stride, int64_t padding) {
  TORCH_CHECK(!weight.requires_grad(), "the frozen weight gets no gradient");
  if (c10::GradMode::is_enabled())
    return HadamardLayerNode::apply(input, weight, bias, a1, b1, a2, b2, scale, materialized, stride, padding);
  at::AutoDispatchBelowADInplaceOrView below;
  return hadamard_layer_plain(input, weight, bias, a1, b1, a2, b2, scale, materialized, stride, padding);
}

struct AttentionNode : torch::autograd::Function<AttentionNode> {
  static Tensor forward(AutogradContext* context, const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads,
                        const OptionalTensorArgument& mask) {
    at::AutoDispatchBelowADInplaceOrView below;
    const auto [result, weights] = attention(query, key, value, heads, mask);
    context->save_for_backward({query, key, value, weights});
    context->saved_data["heads"] = heads;
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(attention_backward)> call("lorabuild::attention_backward");
    const auto saved = context->get_saved_variables();
    auto [query, key, value] = call(gradients[0], saved[0], saved[1], saved[2], saved[3], context->saved_data["heads"].toInt());
    return {query, key, value, Tensor(), Tensor()};
  }
};

Tensor attention_plain(const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads, const OptionalTensorArgument& mask) {
  return std::get<0>(attention(query, key, value, heads, mask));
}

Tensor attention_recorded(const Tensor& query, const Tensor& key, const Tensor& value, int64_t heads, const OptionalTensorArgument& mask) {
  if (c10::GradMode::is_enabled()) return AttentionNode::apply(query, key, value, heads, mask);
  at::AutoDispatchBelowADInplaceOrView below;
  return attention_plain(query, key, value, heads, mask);
}

struct GatedGeluNode : torch::autograd::Function<GatedGeluNode> {
  static Tensor forward(AutogradContext* context, const Tensor& input) {
    at::AutoDispatchBelowADInplaceOrView below;
    const auto [result, active] = gated_gelu(input);
    context->save_for_backward({input, active});
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    static const OwnOperator<decltype(gated_gelu_backward)> call("lorabuild::gated_gelu_backward");
    const auto saved = context->get_saved_variables();
    return {call(gradients[0], saved[0], saved[1])};
  }
};

Tensor gated_gelu_plain(const Tensor& input) { return std::get<0>(gated_gelu(input)); }

Tensor gated_gelu_recorded(const Tensor& input) {
  if (c10::GradMode::is_enabled()) return GatedGeluNode::apply(input);
  at::AutoDispatchBelowADInplaceOrView below;
  return gated_gelu_plain(input);
}

// To be called once. Attention and the gated GELU, and any kernels for a CPU, are there only where BLAS was found.
void define_own_operators() {
  static torch::Library schemas(torch::Library::DEF, "lorabuild", {}, __FILE__, __LINE__);
  const std::string factors = "Tensor a1, Tensor b1, Tensor a2, Tensor b2, float scale", layer = "Tensor input, Tensor weight, ",
                    product = "Tensor? down, Tensor? up", results = "(Tensor, Tensor, Tensor, Tensor)";
  auto define = [](const std::string& schema) { schemas.def(schema.c_str()); };
  define("hadamard_factors(" + factors + ") -> (Tensor, Tensor)");
  define("hadamard_factors_backward(Tensor down, Tensor up, " + factors + ") -> " + results);
  define("linear_product(" + layer + "Tensor? bias, " + product + ") -> Tensor");
  define("linear_product_backward(Tensor gradient, " + layer + product + ", Tensor? between, bool to_input, bool to_weight) -> " + results);
  define("convolution_product(" + layer + "Tensor? bias, " + product + ", int stride, int padding) -> Tensor");
  define("convolution_product_backward(Tensor gradient, " + layer + product +
         ", Tensor? between, int stride, int padding, bool to_input, bool to_weight) -> " + results);
  define("hadamard_layer(" + layer + "Tensor? bias, " + factors + ", bool materialized, int stride, int padding) -> Tensor");
  define("hadamard_layer_backward(Tensor gradient, " + layer + product + ", Tensor? between, " + factors +
         ", bool materialized, int stride, int padding, bool to_input) -> (Tensor, Tensor, Tensor, Tensor, Tensor)");

  auto implement = [](torch::Library& kernels, torch::Library& recorded) {
    kernels.impl("hadamard_factors", TORCH_FN(hadamard_factors));
    kernels.impl("hadamard_factors_backward", TORCH_FN(hadamard_factors_backward));
    kernels.impl("linear_product", TORCH_FN(linear_product_plain));
    kernels.impl("linear_product_backward", TORCH_FN(linear_product_backward));
    kernels.impl("convolution_product", TORCH_FN(convolution_product_plain));
    kernels.impl("convolution_product_backward", TORCH_FN(convolution_product_backward));
    kernels.impl("hadamard_layer", TORCH_FN(hadamard_layer_plain));
    kernels.impl("hadamard_layer_backward", TORCH_FN(hadamard_layer_backward));
    recorded.impl("hadamard_factors", TORCH_FN(hadamard_factors_recorded));
    recorded.impl("linear_product", TORCH_FN(linear_product_recorded));
    recorded.impl("convolution_product", TORCH_FN(convolution_product_recorded));
    recorded.impl("hadamard_layer", TORCH_FN(hadamard_layer_recorded));
  };
  static torch::Library on_gpu(torch::Library::IMPL, "lorabuild", c10::DispatchKey::CUDA, __FILE__, __LINE__);
  static torch::Library recorded_on_gpu(torch::Library::IMPL, "lorabuild", c10::DispatchKey::AutogradCUDA, __FILE__, __LINE__);
  implement(on_gpu, recorded_on_gpu);
  if (!sgemm) return;

  define("hadamard_weight(Tensor weight, " + factors + ") -> Tensor");
  define("hadamard_weight_backward(Tensor gradient, " + factors + ") -> " + results);
  define("gated_gelu(Tensor input) -> Tensor");
  define("gated_gelu_backward(Tensor gradient, Tensor input, Tensor active) -> Tensor");
  define("attention(Tensor query, Tensor key, Tensor value, int heads, Tensor? mask) -> Tensor");
  define("attention_backward(Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor weights, int heads) -> (Tensor, Tensor, Tensor)");
  static torch::Library on_cpu(torch::Library::IMPL, "lorabuild", c10::DispatchKey::CPU, __FILE__, __LINE__);
  static torch::Library recorded_on_cpu(torch::Library::IMPL, "lorabuild", c10::DispatchKey::AutogradCPU, __FILE__, __LINE__);
  implement(on_cpu, recorded_on_cpu);
  on_cpu.impl("hadamard_weight", TORCH_FN(hadamard_weight));
  on_cpu.impl("hadamard_weight_backward", TORCH_FN(hadamard_weight_backward));
  on_cpu.impl("gated_gelu", TORCH_FN(gated_gelu_plain));
  on_cpu.impl("gated_gelu_backward", TORCH_FN(gated_gelu_backward));
  on_cpu.impl("attention", TORCH_FN(attention_plain));
  on_cpu.impl("attention_backward", TORCH_FN(attention_backward));
  recorded_on_cpu.impl("hadamard_weight", TORCH_FN(hadamard_weight_recorded));
  recorded_on_cpu.impl("gated_gelu", TORCH_FN(gated_gelu_recorded));
  recorded_on_cpu.impl("attention", TORCH_FN(attention_recorded));
}

}  // namespace
