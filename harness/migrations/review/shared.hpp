// A value that copies share until one of them is changed.
#pragma once
#include <memory>

namespace pgdrill::review {

template <class T>
class Shared {
 public:
  T const& operator*() const { return *value_; }
  T const* operator->() const { return value_.get(); }

  /// For writing: shared with no copy any more.
  T& own() {
    if (value_.use_count() > 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

 private:
  std::shared_ptr<T> value_ = std::make_shared<T>();
};

}  // namespace pgdrill::review
