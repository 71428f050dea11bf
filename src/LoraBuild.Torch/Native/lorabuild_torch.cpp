// The C side of LoraBuild.Torch: any ATen operator through c10::Dispatcher, and what the dispatcher does not give.
//
// Conventions
//   A tensor crosses the boundary as an owned or borrowed TensorImpl*; null is an undefined tensor or None.
//   Functions that can fail return 0 (or a count) on success and -1 on failure; then
//   lb_error() has the message and, when a managed callback threw, lb_exception() has its GCHandle.
//   Written against libtorch 1.13 to 2.14: only API that all of them have, or a look at what is there.

#include "counted_memory.h"
#include "cpu_kernels.h"
#include "operator_times.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#define LB_API extern "C" __attribute__((visibility("default")))

namespace {

using at::IValue;
using at::Tensor;
using torch::autograd::Node;
using torch::autograd::variable_list;
// std::shared_ptr, from about 2.12 on c10::intrusive_ptr.
using NodePtr = decltype(torch::autograd::Edge::function);

// ---------------------------------------------------------------------------------------------------------------------
// Errors

void (*free_handle)(void* gc_handle) = nullptr;

// A managed exception on its way through native frames. Copies share the GCHandle; the last one frees it.
class ManagedException : public std::runtime_error {
 public:
  ManagedException(const char* message, void* gc_handle)
      : std::runtime_error(message), handle_(gc_handle, [](void* h) { if (h) free_handle(h); }) {}
  const std::shared_ptr<void>& handle() const { return handle_; }

 private:
  std::shared_ptr<void> handle_;
};

thread_local std::string last_error;
thread_local std::shared_ptr<void> last_managed;

template <class F>
int guarded(F&& body) noexcept {
  last_managed.reset();
  try {
    return body();
  } catch (const ManagedException& e) {
    last_managed = e.handle();
    last_error = e.what();
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown native exception";
  }
  return -1;
}

// ---------------------------------------------------------------------------------------------------------------------
// Tensors as raw pointers

Tensor borrow(void* handle) {
  if (!handle) return Tensor();
  return Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(static_cast<at::TensorImpl*>(handle)));
}

void* give(Tensor&& tensor) {
  return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

std::vector<Tensor> borrow(void** handles, int64_t count) {
  std::vector<Tensor> tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; i++) tensors.push_back(borrow(handles[i]));
  return tensors;
}

// ---------------------------------------------------------------------------------------------------------------------
// Values

enum class Tag : int32_t {
  None, Tensor, Int, Double, Bool, String, Device, Generator, IntList, TensorList,
};

struct Value {
  Tag tag;
  int32_t count;  // of a list, or bytes of a string
  union {
    int64_t i;
    double d;
    void* p;
  };
};

c10::Device to_device(int64_t bits) {
  return c10::Device(static_cast<c10::DeviceType>(bits >> 32), static_cast<c10::DeviceIndex>(static_cast<int32_t>(bits)));
}

IValue to_ivalue(const Value& v) {
  switch (v.tag) {
    case Tag::None: return IValue();
    case Tag::Tensor: return IValue(borrow(v.p));
    case Tag::Int: return IValue(v.i);
    case Tag::Double: return IValue(v.d);
    case Tag::Bool: return IValue(v.i != 0);
    case Tag::String: return IValue(std::string(static_cast<const char*>(v.p), v.count));
    case Tag::Device: return IValue(to_device(v.i));
    case Tag::Generator: return IValue(*static_cast<at::Generator*>(v.p));
    case Tag::IntList: return IValue(at::IntArrayRef(static_cast<const int64_t*>(v.p), v.count));
    case Tag::TensorList: return IValue(c10::List<Tensor>(borrow(static_cast<void**>(v.p), v.count)));
  }
  TORCH_CHECK(false, "unknown value tag ", static_cast<int32_t>(v.tag));
}

Value to_value(IValue&& v) {
  Value out{};
  if (v.isTensor()) {
    out.tag = Tag::Tensor;
    out.p = give(std::move(v).toTensor());
  } else if (v.isInt()) {
    out.tag = Tag::Int;
    out.i = v.toInt();
  } else if (v.isDouble()) {
    out.tag = Tag::Double;
    out.d = v.toDouble();
  } else if (v.isBool()) {
    out.tag = Tag::Bool;
    out.i = v.toBool();
  } else if (v.isTensorList()) {
    std::vector<Tensor> tensors = v.toTensorVector();
    v = IValue();  // drop the list's own references, so that each tensor is owned once
    out.tag = Tag::TensorList;
    out.count = static_cast<int32_t>(tensors.size());
    auto handles = new void*[tensors.size()];
    for (size_t i = 0; i < tensors.size(); i++) handles[i] = give(std::move(tensors[i]));
    out.p = handles;
  } else if (!v.isNone()) {
    TORCH_CHECK(false, "an output of kind ", v.tagKind(), " is not supported");
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------------------------
// Custom autograd functions: a graph node whose backward runs in managed code

using BackwardCallback = int (*)(void* context, void* grad, void** results, int result_count, const char** message, void** exception);
BackwardCallback call_backward = nullptr;

struct ManagedNode : Node {
  void* context = nullptr;  // a GCHandle
  std::vector<torch::autograd::SavedVariable> saved;
  std::mutex saved_mutex;

  ~ManagedNode() override {
    if (context) free_handle(context);
  }

  std::string name() const override { return "ManagedNode"; }

  void release_variables() override {
    std::lock_guard<std::mutex> lock(saved_mutex);
    for (auto& variable : saved) variable.reset_data();
  }

  variable_list apply(variable_list&& grads) override {
    std::vector<void*> out(num_outputs(), nullptr);
    const char* message = nullptr;
    void* exception = nullptr;
    OperatorTimes::Own managed;
    int rc = call_backward(context, give(std::move(grads[0])), out.data(), static_cast<int>(out.size()), &message, &exception);
    managed.stop();
    if (rc != 0) {
      std::string text = message ? message : "";
      ::free(const_cast<char*>(message));
      throw ManagedException(text.c_str(), exception);
    }
    variable_list results;
    results.reserve(out.size());
    for (void* handle : out) {
      // Already owned: taken over, not copied.
      results.push_back(handle ? Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(
                                     static_cast<at::TensorImpl*>(handle)))
                               : Tensor());
    }
    return results;
  }
};

template <class Ptr>
Ptr new_node() {
  if constexpr (std::is_same_v<Ptr, std::shared_ptr<Node>>) {
    return Ptr(new ManagedNode(), [](auto* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<ManagedNode>();
  }
}

// A pointer that shares in owning a node which somebody owns already: getptr() since 2.0.
template <class N>
auto share(N& node, int) -> decltype(node.getptr()) { return node.getptr(); }
template <class N>
auto share(N& node, long) -> decltype(node.shared_from_this()) { return node.shared_from_this(); }

NodePtr& node_of(void* node) { return *static_cast<NodePtr*>(node); }
ManagedNode& managed(void* node) { return static_cast<ManagedNode&>(*node_of(node)); }

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Library

LB_API const char* lb_version() { return TORCH_VERSION; }

// To be called before anything else, by any number of threads.
LB_API int lb_initialize(void (*free_gc_handle)(void*), BackwardCallback backward) {
  return guarded([&] {
    static std::once_flag once;
    std::call_once(once, [&] {
      free_handle = free_gc_handle;
      call_backward = backward;
      replace_cpu_kernels();
    });
    return 0;
  });
}

// The message of the last failure on this thread, valid until the next call.
LB_API const char* lb_error() { return last_error.c_str(); }

// The GCHandle of the managed exception behind the last failure, or null. It stays valid until the next call on this thread.
LB_API void* lb_exception() { return last_managed.get(); }

LB_API void lb_free_list(void** list) { delete[] list; }

// ---------------------------------------------------------------------------------------------------------------------
// Operators

// The operator of that schema name and overload, for the life of the process; null when this libtorch has none.
LB_API void* lb_find(const char* name, const char* overload) {
  void* found = nullptr;
  guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    if (handle) found = new c10::OperatorHandle(*handle);
    return 0;
  });
  return found;
}

// Calls an operator. Arguments left out at the end take the schema's defaults. Returns the number of outputs.
LB_API int lb_call(void* op, const Value* arguments, int count, Value* outputs, int capacity) {
  return guarded([&] {
    auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& schema = handle.schema();
    const auto& declared = schema.arguments();
    torch::jit::Stack stack;
    stack.reserve(declared.size());
    for (int i = 0; i < count; i++) stack.push_back(to_ivalue(arguments[i]));
    for (size_t i = count; i < declared.size(); i++) {
      const auto& value = declared[i].default_value();
      TORCH_CHECK(value.has_value(), schema.name(), "() is missing a value for argument '", declared[i].name(), "'");
      stack.push_back(*value);
    }
    handle.callBoxed(stack);
    TORCH_CHECK(static_cast<int>(stack.size()) <= capacity, schema.name(), "() has ", stack.size(), " outputs");
    for (size_t i = 0; i < stack.size(); i++) outputs[i] = to_value(std::move(stack[i]));
    return static_cast<int>(stack.size());
  });
}

// From now on the times of operators are summed, all from zero.
LB_API int lb_times_start() {
  return guarded([&] {
    operator_times.start();
    return 0;
  });
}

// Ends that. The list, of `*count` operators, is the caller's, who frees it with lb_times_free.
LB_API int lb_times_stop(void** list, int* count) {
  return guarded([&] {
    auto times = new std::vector<OperatorTime>(operator_times.stop());
    *list = times;
    *count = static_cast<int>(times->size());
    return 0;
  });
}

LB_API const char* lb_times_entry(void* list, int index, int64_t* calls, int64_t* nanoseconds) {
  const auto& time = (*static_cast<std::vector<OperatorTime>*>(list))[index];
  *calls = time.calls;
  *nanoseconds = time.nanoseconds;
  return time.name.c_str();
}

LB_API void lb_times_free(void* list) { delete static_cast<std::vector<OperatorTime>*>(list); }

// From now on the bytes of new tensors on a CPU are counted.
LB_API int lb_memory_start() {
  return guarded([&] {
    begin_counting();
    return 0;
  });
}

LB_API void lb_memory_stop() { end_counting(); }
LB_API int64_t lb_memory_live() { return live_bytes; }
LB_API int64_t lb_memory_peak() { return peak_bytes; }
LB_API void lb_memory_reset_peak() { peak_bytes = live_bytes.load(); }

// ---------------------------------------------------------------------------------------------------------------------
// Tensors

LB_API void lb_release(void* tensor) {
  guarded([&] {
    c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(tensor));
    return 0;
  });
}

LB_API void lb_retain(void* tensor) { give(borrow(tensor)); }

LB_API int lb_dim(void* tensor) { return static_cast<int>(static_cast<at::TensorImpl*>(tensor)->dim()); }
LB_API int64_t lb_numel(void* tensor) { return static_cast<at::TensorImpl*>(tensor)->numel(); }
LB_API int64_t lb_storage_offset(void* tensor) { return static_cast<at::TensorImpl*>(tensor)->storage_offset(); }
LB_API int lb_is_contiguous(void* tensor) { return static_cast<at::TensorImpl*>(tensor)->is_contiguous(); }
LB_API int lb_dtype(void* tensor) { return static_cast<int>(c10::typeMetaToScalarType(static_cast<at::TensorImpl*>(tensor)->dtype())); }

LB_API void lb_sizes(void* tensor, int64_t* sizes) {
  auto values = static_cast<at::TensorImpl*>(tensor)->sizes();
  std::memcpy(sizes, values.data(), values.size() * sizeof(int64_t));
}

LB_API void lb_strides(void* tensor, int64_t* strides) {
  auto values = static_cast<at::TensorImpl*>(tensor)->strides();
  std::memcpy(strides, values.data(), values.size() * sizeof(int64_t));
}

LB_API int64_t lb_device(void* tensor) {
  auto device = static_cast<at::TensorImpl*>(tensor)->device();
  return static_cast<int64_t>(device.type()) << 32 | static_cast<uint32_t>(static_cast<int32_t>(device.index()));
}

LB_API void* lb_data(void* tensor) {
  void* data = nullptr;
  guarded([&] {
    data = borrow(tensor).data_ptr();
    return 0;
  });
  return data;
}

// ---------------------------------------------------------------------------------------------------------------------
// Autograd

LB_API int lb_requires_grad(void* tensor) { return borrow(tensor).requires_grad(); }

LB_API int lb_set_requires_grad(void* tensor, int value) {
  return guarded([&] {
    borrow(tensor).requires_grad_(value != 0);
    return 0;
  });
}

LB_API void* lb_grad(void* tensor) {
  void* grad = nullptr;
  guarded([&] {
    grad = give(Tensor(borrow(tensor).grad()));
    return 0;
  });
  return grad;
}

LB_API int lb_set_grad(void* tensor, void* grad) {
  return guarded([&] {
    auto target = borrow(tensor);
    auto value = borrow(grad);
    if (value.defined()) {
      TORCH_CHECK(value.sizes() == target.sizes(), "a gradient of size ", value.sizes(), " does not fit a tensor of size ",
                  target.sizes());
      TORCH_CHECK(value.scalar_type() == target.scalar_type() && value.device() == target.device(),
                  "a gradient must have its tensor's type and device");
    }
    target.mutable_grad() = value;
    return 0;
  });
}

LB_API int lb_backward(void** tensors, int count, void** grads, int grad_count, int retain_graph, int create_graph, void** inputs,
                       int input_count) {
  return guarded([&] {
    OperatorTimes::Own engine;
    torch::autograd::backward(borrow(tensors, count), borrow(grads, grad_count), retain_graph != 0, create_graph != 0,
                              borrow(inputs, input_count));
    if (operator_times.is_recording()) operator_times.add("autograd engine", engine.stop());
    return 0;
  });
}

LB_API int lb_grad_enabled() { return c10::GradMode::is_enabled(); }
LB_API void lb_set_grad_enabled(int enabled) { c10::GradMode::set_enabled(enabled != 0); }

// A node over these inputs. It owns the GCHandle of its managed context.
LB_API int lb_node_new(void* gc_handle, void** inputs, int count, void** result) {
  return guarded([&] {
    auto node = new_node<NodePtr>();
    static_cast<ManagedNode&>(*node).context = gc_handle;
    node->set_next_edges(torch::autograd::collect_next_edges(borrow(inputs, count)));
    *result = new NodePtr(std::move(node));
    return 0;
  });
}

LB_API void lb_node_release(void* node) { delete static_cast<NodePtr*>(node); }

// The output of a forward pass as a result of the node. What is an input, or a view, is detached from it first.
LB_API int lb_node_output(void* node, void* tensor, void** result) {
  return guarded([&] {
    auto output = borrow(tensor).detach();
    torch::autograd::set_history(output, node_of(node));
    *result = give(std::move(output));
    return 0;
  });
}

LB_API int lb_node_save(void* node, void** tensors, int count, const uint8_t* is_output) {
  return guarded([&] {
    auto& owner = managed(node);
    std::lock_guard<std::mutex> lock(owner.saved_mutex);
    owner.saved.clear();
    for (int i = 0; i < count; i++) owner.saved.emplace_back(borrow(tensors[i]), is_output[i] != 0);
    return 0;
  });
}

// The saved tensors, each owned by the caller; fails when the graph was freed or a saved tensor has been changed in place.
LB_API int lb_node_saved(void* node, void** results, int count) {
  return guarded([&] {
    auto& owner = *static_cast<ManagedNode*>(node);
    std::lock_guard<std::mutex> lock(owner.saved_mutex);
    TORCH_CHECK(static_cast<size_t>(count) == owner.saved.size(), "nothing was saved for backward");
    std::vector<Tensor> unpacked;
    for (auto& variable : owner.saved) unpacked.push_back(variable.unpack(share(owner, 0)));
    for (size_t i = 0; i < unpacked.size(); i++) results[i] = give(std::move(unpacked[i]));
    return 0;
  });
}

// The node behind a handle, for the time that the graph keeps it.
LB_API void* lb_node_borrow(void* node) { return &managed(node); }

// ---------------------------------------------------------------------------------------------------------------------
// Generators

LB_API int lb_generator_default(int64_t device, void** result) {
  return guarded([&] {
    *result = new at::Generator(at::globalContext().defaultGenerator(to_device(device)));
    return 0;
  });
}

LB_API int lb_generator_new(int64_t device, uint64_t seed, void** result) {
  return guarded([&] {
    auto generator = at::globalContext().defaultGenerator(to_device(device)).clone();
    generator.set_current_seed(seed);
    *result = new at::Generator(std::move(generator));
    return 0;
  });
}

LB_API void lb_generator_release(void* generator) { delete static_cast<at::Generator*>(generator); }

LB_API int lb_manual_seed(uint64_t seed) {
  return guarded([&] {
    at::manual_seed(seed);
    return 0;
  });
}

// ---------------------------------------------------------------------------------------------------------------------
// The machine

LB_API int lb_num_threads() { return at::get_num_threads(); }

LB_API int lb_set_num_threads(int count) {
  return guarded([&] {
    at::set_num_threads(count);
    // BLAS and oneDNN take theirs from OpenMP, which ATen may have been built without.
    if (auto set_openmp = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"))) set_openmp(count);
    return 0;
  });
}

LB_API int lb_cuda_available() { return torch::cuda::is_available(); }

LB_API int lb_cuda_synchronize(int64_t index) {
  return guarded([&] {
    torch::cuda::synchronize(index);
    return 0;
  });
}

LB_API int lb_cudnn_tf32() { return at::globalContext().allowTF32CuDNN(); }
LB_API void lb_set_cudnn_tf32(int allowed) { at::globalContext().setAllowTF32CuDNN(allowed != 0); }
LB_API int lb_deterministic() { return at::globalContext().deterministicAlgorithms(); }
LB_API int lb_deterministic_warn_only() { return at::globalContext().deterministicAlgorithmsWarnOnly(); }
LB_API void lb_set_deterministic(int enabled, int warn_only) {
  at::globalContext().setDeterministicAlgorithms(enabled != 0, warn_only != 0);
}
