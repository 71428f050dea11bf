// The bytes of tensors on a CPU: all that libtorch's allocator gives out while it is counted. What oneDNN and BLAS take for themselves is
// none of it.

#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace {

std::atomic<int64_t> live_bytes{0}, peak_bytes{0};
c10::DeleterFnPtr free_block = nullptr;

class CountedBlocks {
 public:
  void add(void* address, int64_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    sizes_[address] = bytes;
    live_bytes += bytes;
    if (live_bytes > peak_bytes) peak_bytes = live_bytes.load();
  }

  // What was made before counting began is not known.
  void remove(void* address) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sizes_.find(address);
    if (found == sizes_.end()) return;
    live_bytes -= found->second;
    sizes_.erase(found);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<void*, int64_t> sizes_;
};

CountedBlocks counted_blocks;

class CountingAllocator final : public c10::Allocator {
 public:
  explicit CountingAllocator(c10::Allocator* inner) : inner_(inner) {}

  // Const up to libtorch 2.2, not after it.
  c10::DataPtr allocate(size_t count) const { return counted(count); }
  c10::DataPtr allocate(size_t count) { return counted(count); }

  // Of libtorch 2.3 and later.
  void copy_data(void* target, const void* source, std::size_t count) const { std::memcpy(target, source, count); }

  c10::DeleterFnPtr raw_deleter() const { return &release; }

  c10::Allocator* inner() const { return inner_; }

 private:
  // Whoever allocates without an owner is to get an address that is its own context.
  c10::DataPtr counted(size_t count) const {
    auto data = inner_->allocate(count);
    const auto device = data.device();
    auto* address = data.release_context();
    if (address) counted_blocks.add(address, static_cast<int64_t>(count));
    return {address, address, &release, device};
  }

  static void release(void* address) {
    if (!address) return;
    counted_blocks.remove(address);
    free_block(address);
  }

  c10::Allocator* inner_;
};

CountingAllocator* counting_allocator = nullptr;

void begin_counting() {
  TORCH_CHECK(counting_allocator == nullptr, "memory is counted already");
  static CountingAllocator allocator(c10::GetCPUAllocator());
  free_block = allocator.inner()->raw_deleter();
  TORCH_CHECK(free_block, "this libtorch's allocator cannot be counted");
  counting_allocator = &allocator;
  c10::SetCPUAllocator(counting_allocator);
  peak_bytes = live_bytes.load();
}

void end_counting() {
  if (counting_allocator) c10::SetCPUAllocator(counting_allocator->inner());
  counting_allocator = nullptr;
}

}  // namespace
