// How long libtorch's operators take, whoever calls them, managed code or the autograd engine on the way back; and what the engine itself
// takes between them.

#pragma once

#include <ATen/record_function.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

struct OperatorTime {
  std::string name;
  int64_t calls = 0, nanoseconds = 0;
};

// Only calls that no other operator made: their time holds that of the operators inside. The steps of the autograd engine are no operators.
class OperatorTimes {
 public:
  void start() {
    stop();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      times_.clear();
    }
    callback_ = at::addGlobalCallback(at::RecordFunctionCallback(&enter, &leave).scopes({at::RecordScope::FUNCTION}));
    recording_ = true;
  }

  std::vector<OperatorTime> stop() {
    if (recording_) at::removeCallback(callback_);
    recording_ = false;
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<OperatorTime> result;
    for (const auto& [name, time] : times_) result.push_back(time);
    return result;
  }

  bool is_recording() const { return recording_; }

  void add(const char* name, int64_t nanoseconds) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto& time = times_[name];
    time.name = name;
    time.calls++;
    time.nanoseconds += nanoseconds;
  }

  // What this thread spends from now on, without what operators and later ones of these account for.
  class Own {
   public:
    int64_t stop() {
      const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count();
      const auto own = elapsed - (accounted_ - before_);
      accounted_ += own;
      return own;
    }

   private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    int64_t before_ = accounted_;
  };

 private:
  using Clock = std::chrono::steady_clock;

  struct Started : at::ObserverContext {
    Clock::time_point time = Clock::now();
  };

  static std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
    return is_operator(function) && depth_++ == 0 ? std::make_unique<Started>() : nullptr;
  }

  // By its namespace: asking for the operator's whole name copies it each time.
  static bool is_operator(const at::RecordFunction& function) {
    const std::string_view name = function.name();
    return name.starts_with("aten::") || name.starts_with("lorabuild::");
  }

  static void leave(const at::RecordFunction& function, at::ObserverContext* context);

  static thread_local int depth_;
  static thread_local int64_t accounted_;
  std::mutex mutex_;
  // By names that are the operators' own.
  std::unordered_map<std::string_view, OperatorTime> times_;
  at::CallbackHandle callback_ = 0;
  bool recording_ = false;
};

thread_local int OperatorTimes::depth_ = 0;
thread_local int64_t OperatorTimes::accounted_ = 0;
OperatorTimes operator_times;

void OperatorTimes::leave(const at::RecordFunction& function, at::ObserverContext* context) {
  if (is_operator(function) && depth_ > 0) depth_--;
  if (!context) return;
  const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - static_cast<Started*>(context)->time).count();
  accounted_ += elapsed;
  operator_times.add(function.name(), elapsed);
}

}  // namespace
